import { type Actor, TestGateway } from '../support/gateway.js';
import { allRows, done, idOf, openTicket, read, refused, say, story } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

interface Attribute {
  id: string;
  type: string;
  key: string;
  value: string;
}

interface Payload {
  attribute: Attribute | null;
  ticket: { id: string; version: number } | null;
  replayed: boolean;
  userErrors: { code: string; path: string[] | null }[];
}

async function call(actor: Actor, mutation: string, input: Record<string, unknown>): Promise<Payload> {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  const document = `
    mutation ($input: ${type}!) {
      payload: ${mutation}(input: $input) {
        attribute { id type key value } ticket { id version } replayed userErrors { code path }
      }
    }`;
  return (await actor.run<{ payload: Payload }>(document, { input })).payload;
}

const set = (actor: Actor, input: Record<string, unknown>) => call(actor, 'setTicketAttribute', input);

async function attributesOf(actor: Actor, id: string, type?: string): Promise<Attribute[]> {
  const document = `query ($id: ID!, $type: String) { ticket(id: $id) { attributes(type: $type) { id type key value } } }`;
  return (await actor.run<{ ticket: { attributes: Attribute[] } }>(document, { id, type })).ticket.attributes;
}

interface Changes {
  ticket: { conversation: { events: { nodes: { changes?: { field: string; before: string; after: string }[] }[] } } };
}

async function changesIn(actor: Actor, id: string) {
  const document = `query ($id: ID!) { ticket(id: $id) { conversation { events(first: 100) { nodes {
    ... on TicketUpdated { changes { field before after } } } } } } }`;
  return (await actor.run<Changes>(document, { id })).ticket.conversation.events.nodes.flatMap(
    ({ changes }) => changes ?? [],
  );
}

const contact = {
  mainEmail: 'luke@example.com',
  phoneNumber: '+447816432764',
  preferredContactMethod: 'email',
  additionalEmails: ['one@example.com', 'two@example.com'],
};

it('[d7, d11] keeps the contact that a ticket is opened with as attributes', async () => {
  const { customer, agent } = await gateway.cast();
  const { id } = await openTicket(customer, { title: 'A ticket', contact });
  const expected = [
    ['additionalEmail1', 'one@example.com'],
    ['additionalEmail2', 'two@example.com'],
    ['mainEmail', 'luke@example.com'],
    ['phoneNumber', '+447816432764'],
    ['preferredContactMethod', 'email'],
  ];
  for (const actor of [customer, agent]) {
    const attributes = await attributesOf(actor, id);
    expect(attributes.map(({ key, value }) => [key, value])).toEqual(expected);
    expect(new Set(attributes.map(({ type }) => type))).toEqual(new Set(['Contact']));
  }
  expect(await attributesOf(agent, id, 'Contact')).toHaveLength(5);
  expect(await attributesOf(agent, id, 'Other')).toEqual([]);
});

it.each([
  ['mainEmail', { mainEmail: 'not an address' }, 'email'],
  ['mainEmail', { mainEmail: 'nul\0@example.com' }, 'email'],
  ['phoneNumber', { phoneNumber: '0123456981' }, 'phoneNumber'],
  ['phoneNumber', { phoneNumber: '+0123456' }, 'phoneNumber'],
  ['preferredContactMethod', { preferredContactMethod: ' ' }, 'length'],
  ['additionalEmails', { additionalEmails: [] }, 'items'],
  ['additionalEmails', { additionalEmails: ['a@example.com', 'a@example.com'] }, 'items'],
  ['additionalEmails', { additionalEmails: ['a@example.com', 'nonsense'] }, 'email'],
])('[d7, d30] refuses a contact whose %s is %j', async (name, wrong, constraint) => {
  const { customer } = await gateway.cast();
  const input = { title: 'A ticket', contact: { ...contact, ...wrong } };
  const error = await refused(gateway, customer, 'createTicket', input);
  expect(error).toMatchObject({ code: 'VALIDATION_FAILED', path: ['input', 'contact', name], constraint });
});

it('[d11] sets an attribute once for each type and key, changes it, and removes it', async () => {
  const { customer, agent } = await gateway.cast();
  const { id, version, updatedAt } = await openTicket(customer);
  const input = { ticketId: id, type: 'Contact', key: 'mainEmail', value: ' a@example.com ' };
  const first = await set(agent, { ...input, idempotencyKey: 'once' });
  expect(first).toMatchObject({
    attribute: { type: 'Contact', key: 'mainEmail', value: 'a@example.com' },
    userErrors: [],
  });
  expect(await set(agent, { ...input, idempotencyKey: 'once' })).toMatchObject({ ...first, replayed: true });
  const second = await set(agent, { ...input, value: 'b@example.com' });
  expect(second.attribute).toEqual({ ...first.attribute, value: 'b@example.com' });
  await set(agent, { ...input, value: 'b@example.com' });
  await set(agent, { ...input, type: 'Device', value: 'A printer' });
  expect(await attributesOf(customer, id)).toHaveLength(2);
  const removed = await call(agent, 'removeTicketAttribute', { attributeId: first.attribute?.id });
  expect(removed).toMatchObject({ attribute: null, ticket: { id }, userErrors: [] });
  expect(await attributesOf(customer, id)).toMatchObject([{ type: 'Device' }]);
  const again = await call(agent, 'removeTicketAttribute', { attributeId: first.attribute?.id });
  expect(again.userErrors).toEqual([{ code: 'NOT_FOUND', path: ['input', 'attributeId'] }]);

  expect(await changesIn(agent, id)).toEqual([
    { field: 'attributes', before: null, after: 'Contact.mainEmail: a@example.com' },
    { field: 'attributes', before: 'Contact.mainEmail: a@example.com', after: 'Contact.mainEmail: b@example.com' },
    { field: 'attributes', before: null, after: 'Device.mainEmail: A printer' },
    { field: 'attributes', before: 'Contact.mainEmail: b@example.com', after: null },
  ]);
  // Some customers who see the ticket do not see its attributes, so their stream and the version say nothing of them.
  expect(await read(customer, id)).toMatchObject({ version, updatedAt });
  expect(story(await read(customer, id))).toEqual(['TicketOpened']);
});

it('[d11] shows attributes to authors, teammates and staff, and not to those who were only mentioned', async () => {
  const { customer, teammate, stranger, agent } = await gateway.cast();
  const { id } = await openTicket(customer, { title: 'A ticket', contact });
  await say(agent, id, 'You, please', { mentionIds: [await idOf(stranger)] });
  for (const actor of [customer, teammate, agent]) expect(await attributesOf(actor, id)).toHaveLength(5);
  const before = await attributesOf(agent, id);
  expect(await attributesOf(stranger, id)).toEqual([]);
  const attributeId = before[0]?.id;
  for (const [actor, code] of [
    [customer, 'FORBIDDEN'],
    [teammate, 'FORBIDDEN'],
    [stranger, 'NOT_FOUND'],
  ] as const) {
    const rows = await allRows(gateway);
    const payload = await call(actor, 'removeTicketAttribute', { attributeId });
    expect(payload.userErrors).toEqual([{ code, path: ['input', 'attributeId'] }]);
    expect(await allRows(gateway)).toEqual(rows);
  }
  expect(await attributesOf(agent, id)).toEqual(before);
});

it('reads the attribute of a replayed call under the rights of now', async () => {
  const { customer, agent, admin } = await gateway.cast();
  const { id } = await openTicket(customer);
  const input = { ticketId: id, type: 'Device', key: 'name', value: 'A printer', idempotencyKey: 'once' };
  await set(agent, input);
  const demotion = `mutation ($input: UpdateUserInput!) { updateUser(input: $input) { user { role } } }`;
  await admin.run(demotion, { input: { userId: await idOf(agent), role: 'CUSTOMER' } });
  await set(admin, { ...input, value: 'Not for everybody' });
  expect(await set(agent, input)).toEqual({ attribute: null, ticket: null, replayed: true, userErrors: [] });
});

it('[d11, x16] is for staff, while the ticket is open', async () => {
  const { customer, agent } = await gateway.cast();
  const { id } = await openTicket(customer);
  const input = { ticketId: id, type: 'Device', key: 'name', value: 'A printer' };
  expect((await set(customer, input)).userErrors).toEqual([{ code: 'FORBIDDEN', path: ['input', 'ticketId'] }]);
  const { attribute } = await set(agent, input);
  await done(agent, 'closeTicket', { ticketId: id });
  expect((await set(agent, { ...input, value: 'Another' })).userErrors).toMatchObject([{ code: 'TICKET_CLOSED' }]);
  const removed = await call(agent, 'removeTicketAttribute', { attributeId: attribute?.id });
  expect(removed.userErrors).toMatchObject([{ code: 'TICKET_CLOSED' }]);
  expect(await attributesOf(customer, id)).toEqual([attribute]);
});

it('tells every change of an attribute once, however many set it at the same time', async () => {
  const { customer, agent, admin } = await gateway.cast();
  const { id } = await openTicket(customer);
  await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      set(n % 2 ? agent : admin, { ticketId: id, type: 'Device', key: 'name', value: `Printer ${n}` }),
    ),
  );
  const changes = await changesIn(agent, id);
  expect(changes).toHaveLength(10);
  expect(changes.map(({ before }) => before)).toEqual([null, ...changes.map(({ after }) => after).slice(0, -1)]);
  expect(`Device.name: ${(await attributesOf(agent, id))[0]?.value}`).toBe(changes.at(-1)?.after);
});

it('[d20] names buyer and consumer, and lets customers name only organizations that they know of', async () => {
  const { customer, stranger, agent } = await gateway.cast();
  const organizationOf = async (actor: Actor) =>
    (await actor.run<{ viewer: { organization: { id: string } } }>('{ viewer { organization { id } } }')).viewer
      .organization.id;
  const [ours, theirs] = [await organizationOf(customer), await organizationOf(stranger)];
  const parties = `query ($id: ID!) { ticket(id: $id) { buyer { id name legalName role humanId } consumer { id } } }`;
  const { id } = await openTicket(agent, { title: 'A ticket', buyerId: theirs, consumerId: ours });
  expect(await agent.run(parties, { id })).toMatchObject({ ticket: { buyer: { id: theirs }, consumer: { id: ours } } });
  const own = await openTicket(customer, { title: 'A ticket', buyerId: ours });
  expect(await customer.run(parties, { id: own.id })).toMatchObject({
    ticket: { buyer: { id: ours }, consumer: null },
  });
  for (const [argument, value] of [
    ['buyerId', theirs],
    ['consumerId', theirs],
    ['buyerId', 'nonsense'],
  ] as const) {
    const error = await refused(gateway, customer, 'createTicket', { title: 'A ticket', [argument]: value });
    expect(error).toMatchObject({ code: 'NOT_FOUND', path: ['input', argument] });
  }
  await say(agent, own.id, 'You, please', { mentionIds: [await idOf(stranger)] });
  expect(await stranger.run(`query ($id: ID!) { node(id: $id) { id } }`, { id: ours })).toEqual({ node: { id: ours } });
});
