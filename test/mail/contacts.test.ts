import { uuidOf } from '../../src/global-id.js';
import { SystemEventsDocument, NodeDocument } from '../support/_generated.js';
import type { TestGateway } from '../support/gateway.js';
import { type Actor } from '../support/gateway.js';
import { allRows, done, idOf, openTicket, read, say } from '../tickets/support.js';
import { confirm, MailServer, startGateway } from './support.js';

const server = new MailServer();
let gateway: TestGateway;
beforeAll(async () => {
  await server.start();
  gateway = await startGateway(server);
});
afterAll(async () => {
  await gateway.stop();
  await server.stop();
});

let made = 0;
/** An address that no other test writes to. */
const newAddress = (): string => `contact-${++made}@example.com`;
const contactOf = (mainEmail: string, ...additionalEmails: string[]) => ({
  mainEmail,
  preferredContactMethod: 'email',
  ...(additionalEmails.length > 0 && { additionalEmails }),
});
const eventsOf = async (actor: Actor, ticketId: string, page = {}) =>
  (await actor.run(SystemEventsDocument, { ticketId, ...page })).ticket;
const attribute = (actor: Actor, ticketId: string, key: string, value: string, type = 'Contact') =>
  actor.run(`mutation ($input: SetTicketAttributeInput!) { setTicketAttribute(input: $input) { replayed } }`, {
    input: { ticketId, type, key, value },
  });

/** Sends a letter of which is known that it comes last; all that was ordered before has arrived by then. */
async function allArrived(agent: Actor): Promise<void> {
  const last = newAddress();
  const { id } = await openTicket(agent, { title: 'The last', contact: contactOf(last) });
  await confirm(agent, id);
  await server.letterTo(last);
}

it('[d14] writes to each contact once, in an event and letters that name the ticket', async () => {
  const { customer, agent } = await gateway.cast();
  const [main, one, two] = [newAddress(), newAddress(), newAddress()];
  const contact = contactOf(main, one, two.toUpperCase());
  const { id, humanId } = await openTicket(customer, { title: 'Принтер горит', contact });
  await attribute(agent, id, 'additionalEmail7', two);
  await attribute(agent, id, 'phoneNumber', newAddress());
  await attribute(agent, id, 'mainEmail', newAddress(), 'Other');
  const { event, ticket, replayed, userErrors } = await confirm(agent, id);
  expect({ ticket, replayed, userErrors }).toEqual({ ticket: { id, humanId }, replayed: false, userErrors: [] });
  expect(event).toEqual({
    id: expect.stringMatching(/^evt_/),
    key: 'notification.contacts.confirm',
    value: 'Contact confirmation sent to 3 addresses.',
    target: humanId,
    createdAt: expect.any(String),
  });
  await allArrived(agent);
  const letters = server.received.filter(({ subject }) => subject.includes(humanId));
  expect(letters.map(({ to }) => to.toLowerCase()).sort()).toEqual([main, one, two].sort());
  expect(new Set(letters.map(({ id: messageId }) => messageId)).size).toBe(3);
  for (const { subject, text, parsed } of letters) {
    expect(subject).toBe(`[${humanId}] Принтер горит: please confirm your contact details`);
    expect(text).toContain(humanId);
    expect(parsed.from?.text).toBe('"Support" <support@example.com>');
    expect(parsed.headers.get('auto-submitted')).toBe('auto-generated');
  }
});

it('[d14] writes to the reporter where there is no contact with an address', async () => {
  const email = newAddress();
  const customer = await gateway.signIn({ role: 'customer', email });
  const { agent } = await gateway.cast();
  const { id } = await openTicket(agent, { title: 'A ticket', reporterId: await idOf(customer) });
  await attribute(agent, id, 'mainEmail', 'call me');
  expect((await confirm(agent, id)).event?.value).toBe('Contact confirmation sent to 1 address.');
  await server.letterTo(email);
});

it('[d14] says so when there is nobody to write to', async () => {
  const email = newAddress();
  const customer = await gateway.signIn({ role: 'customer', email });
  const { agent } = await gateway.cast();
  const { id } = await openTicket(customer);
  await gateway.app.services.db.query('update users set email = null where email = $1', [email]);
  // Whoever is seen for the first time leaves a trace by that alone.
  await agent.run('{ viewer { id } }');
  const before = await allRows(gateway);
  expect(await confirm(agent, id)).toMatchObject({
    event: null,
    userErrors: [{ code: 'VALIDATION_FAILED', path: ['input', 'ticketId'] }],
  });
  expect(await allRows(gateway)).toEqual(before);
});

it('[d14] brings the first event back, and writes to nobody again, whoever asks and however often', async () => {
  const { agent, admin } = await gateway.cast();
  const address = newAddress();
  const { id } = await openTicket(agent, { title: 'A ticket', contact: contactOf(address) });
  const first = await confirm(agent, id, 'once');
  expect(await confirm(agent, id, 'once')).toEqual({ ...first, replayed: true });
  await attribute(agent, id, 'additionalEmail1', newAddress());
  expect(await confirm(admin, id)).toEqual(first);
  expect(await confirm(agent, id)).toEqual(first);
  await allArrived(agent);
  expect(server.to(address)).toHaveLength(1);
  expect(await eventsOf(agent, id)).toMatchObject({ systemEvents: { totalCount: 1 } });
});

it('[d14] writes one event and one letter an address when ten ask at once', async () => {
  const { agent, admin } = await gateway.cast();
  const addresses = [newAddress(), newAddress()] as const;
  const { id } = await openTicket(agent, { title: 'A ticket', contact: contactOf(...addresses) });
  const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => confirm(n % 2 ? agent : admin, id)));
  expect(new Set(answers.map(({ event }) => event?.id)).size).toBe(1);
  expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
  await allArrived(agent);
  for (const address of addresses) expect(server.to(address)).toHaveLength(1);
  expect(await eventsOf(agent, id)).toMatchObject({ systemEvents: { totalCount: 1 } });
});

it('[d14, x16] refuses a closed ticket, and one that is not there', async () => {
  const { customer, agent } = await gateway.cast();
  const { id } = await openTicket(customer);
  await done(agent, 'closeTicket', { ticketId: id });
  for (const [ticketId, code] of [
    [id, 'TICKET_CLOSED'],
    ['nonsense', 'NOT_FOUND'],
  ] as const) {
    const before = await allRows(gateway);
    expect((await confirm(agent, ticketId)).userErrors).toEqual([{ code, path: ['input', 'ticketId'] }]);
    expect(await allRows(gateway)).toEqual(before);
  }
});

it('[d14] tells the staff stream alone, and changes nothing that a customer reads', async () => {
  const { customer, agent } = await gateway.cast();
  const { id } = await openTicket(customer);
  const before = await read(customer, id);
  const { event } = await confirm(agent, id);
  expect(await read(customer, id)).toEqual(before);
  const changes = `query ($id: ID!) { ticket(id: $id) { conversation { events(last: 1) { nodes {
    ... on TicketUpdated { changes { field before after } } } } } } }`;
  expect(await agent.run(changes, { id })).toEqual({
    ticket: {
      conversation: {
        events: { nodes: [{ changes: [{ field: 'contactConfirmation', before: null, after: event?.id }] }] },
      },
    },
  });
});

it('[d15, d16] shows the confirmation and the events of the system to staff, and none of it to anybody else', async () => {
  const { customer, teammate, agent, admin } = await gateway.cast();
  const { id } = await openTicket(customer);
  expect(await eventsOf(agent, id)).toMatchObject({ contactConfirmation: null, systemEvents: { totalCount: 0 } });
  const { event } = await confirm(agent, id);
  for (const actor of [agent, admin]) {
    expect(await eventsOf(actor, id)).toMatchObject({
      contactConfirmation: event,
      systemEvents: { totalCount: 1, edges: [{ node: event }] },
    });
    expect((await actor.run(NodeDocument, { id: event?.id ?? '' })).node).toMatchObject({ ...event });
  }
  for (const actor of [customer, teammate]) {
    expect(await eventsOf(actor, id)).toEqual({
      contactConfirmation: null,
      systemEvents: {
        totalCount: 0,
        edges: [],
        pageInfo: { startCursor: null, endCursor: null, hasNextPage: false, hasPreviousPage: false },
      },
    });
    expect((await actor.run(NodeDocument, { id: event?.id ?? '' })).node).toBeNull();
  }
});

it('[d16] pages the events of the system, oldest first, and of many tickets with one statement', async () => {
  const { agent } = await gateway.cast();
  const ids: string[] = [];
  for (let n = 0; n < 3; n++) {
    const { id } = await openTicket(agent);
    ids.push(id);
    await gateway.app.services.db.query(
      `insert into system_events (ticket_id, position, key, value) select $1, n, 'a.key', 'Event ' || n from generate_series(1, 5) n`,
      [uuidOf('Ticket', id)],
    );
  }
  const [id = ''] = ids;
  const values = async (page: object) => {
    const events = (await eventsOf(agent, id, page))?.systemEvents;
    return [events?.edges.map(({ node }) => Number(node.value.slice(6))), events?.pageInfo] as const;
  };
  const [all, info] = await values({ first: 2 });
  expect(all).toEqual([1, 2]);
  expect(info).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  expect((await values({ first: 10, after: info?.endCursor }))[0]).toEqual([3, 4, 5]);
  expect((await values({ last: 2 }))[0]).toEqual([4, 5]);
  const { errors } = await agent.send(SystemEventsDocument, { ticketId: ids[1] ?? '', after: info?.endCursor ?? '' });
  expect(errors).toMatchObject([{ extensions: { code: 'CURSOR_EXPIRED' } }]);

  const fields = ids.map(
    (one, n) => `t${n}: node(id: "${one}") { ... on Ticket { systemEvents(first: 2) { nodes { target } } } }`,
  );
  gateway.statements.take();
  await agent.run(`{ ${fields.join(' ')} }`);
  const statements = gateway.statements.take().filter((sql) => sql.includes('system_events'));
  expect(statements).toHaveLength(1);
});

it('lets no title, name or address write a header or add an address', async () => {
  const { agent } = await gateway.cast();
  const [address, evil] = [newAddress(), newAddress()];
  const title = `Hello\r\nBcc: ${evil}\r\n\r\nAnother body\u2028X-Evil: 1`;
  const { id, humanId } = await openTicket(agent, { title, contact: contactOf(address) });
  await attribute(agent, id, 'additionalEmail1', `x@example.com\r\nBcc: ${evil}`);
  await attribute(agent, id, 'additionalEmail2', `x@example.com, ${evil}`);
  await attribute(agent, id, 'additionalEmail3', `"a" <${evil}>`);
  expect((await confirm(agent, id)).event?.value).toBe('Contact confirmation sent to 1 address.');
  const { subject, parsed } = await server.letterTo(address);
  expect(subject).toBe(`[${humanId}] Hello Bcc: ${evil} Another body X-Evil: 1: please confirm your contact details`);
  expect([...parsed.headers.keys()].sort()).toEqual([
    'auto-submitted',
    'content-transfer-encoding',
    'content-type',
    'date',
    'from',
    'message-id',
    'mime-version',
    'subject',
    'to',
  ]);
  await allArrived(agent);
  expect(server.to(evil)).toEqual([]);
});

it('gives an address up that is refused for good after a few tries, and lets it hold nobody up', async () => {
  const { agent } = await gateway.cast();
  const [unknown, known] = [newAddress(), newAddress()];
  server.unknown.add(unknown);
  const { id } = await openTicket(agent, { title: 'A ticket', contact: contactOf(unknown, known) });
  await say(agent, id, 'A word');
  await confirm(agent, id);
  await server.letterTo(known);
  await server.until(() => server.refused >= 3);
  await allArrived(agent);
  const dead = await gateway.app.services.db.query<{ state: string; data: unknown; output: unknown }>(
    `select state, data, output from pgboss.job where data->>'address' = $1`,
    [unknown],
  );
  expect(dead).toMatchObject([{ state: 'failed', data: { letter: 'contacts' }, output: expect.anything() }]);
  expect(server.refused).toBe(3);
  expect(server.to(unknown)).toEqual([]);
});
