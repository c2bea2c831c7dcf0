import { uuidOf } from '../../src/global-id.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import {
  allRows,
  done,
  idOf,
  type Input,
  inputOf,
  type Mutation,
  mutate,
  openTicket,
  read,
  refused,
  say,
  type Ticket,
} from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const key = { idempotencyKey: 'order 17' };

async function closed(actor: Actor): Promise<string> {
  const { id: ticketId } = await openTicket(actor);
  await done(actor, 'closeTicket', { ticketId });
  return ticketId;
}

const spoken = async (actor: Actor): Promise<string> => (await say(actor, (await openTicket(actor)).id, 'A word')).id;

/** Every mutation that takes a key, and an input that it succeeds with. */
const mutations: [Mutation, input: (actor: Actor) => Promise<Input>, other: Input][] = [
  ['createTicket', () => Promise.resolve({ title: 'A ticket', body: 'Help' }), { body: 'Help!' }],
  ['addComment', async (actor) => ({ ticketId: (await openTicket(actor)).id, body: 'A word' }), { body: 'Two words' }],
  [
    'closeTicket',
    async (actor) => ({ ticketId: (await openTicket(actor)).id, message: 'Bye', score: 5 }),
    { score: 4 },
  ],
  [
    'updateTicket',
    async (actor) => ({ ticketId: (await openTicket(actor)).id, accessLevel: 'PRIVATE' }),
    { accessLevel: 'ALL_USERS' },
  ],
  ['rateTicket', async (actor) => ({ ticketId: (await openTicket(actor)).id, score: 10 }), { score: 9 }],
  ['updateComment', async (actor) => ({ commentId: await spoken(actor), body: 'Words' }), { body: 'Other words' }],
  ['deleteComment', async (actor) => ({ commentId: await spoken(actor) }), { commentId: 'com_another' }],
  ['reopenTicket', async (actor) => ({ ticketId: await closed(actor), body: 'Again' }), { body: 'Once more' }],
];

describe.each(mutations)('[x15] %s', (mutation, inputFor, other) => {
  it('applies a key once and brings the first result back', async () => {
    const { customer } = await gateway.cast();
    const input = { ...(await inputFor(customer)), ...key };
    const first = await done(customer, mutation, input);
    expect(first.replayed).toBe(false);
    const rows = await allRows(gateway);
    for (let times = 0; times < 2; times++) {
      expect(await mutate(customer, mutation, input)).toEqual({ ...first, replayed: true });
    }
    expect(await allRows(gateway)).toEqual(rows);
  });

  it('refuses the key with another input', async () => {
    const { customer } = await gateway.cast();
    const input = { ...(await inputFor(customer)), ...key };
    await done(customer, mutation, input);
    expect(await refused(gateway, customer, mutation, { ...input, ...other })).toEqual({
      __typename: 'RequestError',
      code: 'IDEMPOTENCY_KEY_REUSED',
      message: expect.stringContaining('another input'),
      path: ['input', 'idempotencyKey'],
    });
  });

  it('applies every call anew when there is no key', async () => {
    const { customer } = await gateway.cast();
    const input = { ...(await inputFor(customer)), idempotencyKey: null };
    await done(customer, mutation, input);
    const second = await mutate(customer, mutation, input);
    expect(second.replayed).toBe(false);
    const state = {
      closeTicket: 'TICKET_CLOSED',
      reopenTicket: 'TICKET_NOT_CLOSED',
      deleteComment: 'NOT_FOUND',
    } as Record<string, string>;
    expect(second.userErrors.map(({ code }) => code)).toEqual(state[mutation] ? [state[mutation]] : []);
  });
});

it('keeps the keys of people and of mutations apart', async () => {
  const { customer, teammate } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const input = { ticketId, body: 'A word', ...key };
  for (const actor of [customer, teammate]) {
    expect((await done(actor, 'addComment', input)).replayed).toBe(false);
  }
  expect(await done(customer, 'closeTicket', { ticketId, ...key })).toMatchObject({ replayed: false });
  expect(await done(customer, 'createTicket', { title: 'Next', ...key })).toMatchObject({ replayed: false });
  expect((await read(customer, ticketId)).comments.totalCount).toBe(2);
});

it('does not mind the order of fields, nor whether they come as variables', async () => {
  const { customer } = await gateway.cast();
  const first = await done(customer, 'createTicket', {
    title: 'A ticket',
    body: 'Help',
    accessLevel: 'PRIVATE',
    ...key,
  });
  const turned = await mutate(customer, 'createTicket', {
    ...key,
    accessLevel: 'PRIVATE',
    body: 'Help',
    title: 'A ticket',
  });
  expect(turned).toEqual({ ...first, replayed: true });
  const literal = `mutation { createTicket(input: { idempotencyKey: "order 17", body: "Help", title: "A ticket", accessLevel: PRIVATE }) { ticket { id } replayed } }`;
  expect(await customer.run(literal)).toEqual({ createTicket: { ticket: { id: first.ticket.id }, replayed: true } });
  const mentionIds = [await idOf(customer), await idOf(await gateway.signIn({ role: 'agent' }))];
  const comment = { ticketId: first.ticket.id, body: 'A word', ...key };
  await done(customer, 'addComment', { ...comment, mentionIds });
  expect(
    await refused(gateway, customer, 'addComment', { ...comment, mentionIds: [...mentionIds].reverse() }),
  ).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
});

it('replays what was done and nothing that failed', async () => {
  const { customer, agent } = await gateway.cast();
  const ticketId = await closed(customer);
  const input = { ticketId, body: 'A word', ...key };
  expect(await refused(gateway, customer, 'addComment', input)).toMatchObject({ code: 'TICKET_CLOSED' });
  expect(await refused(gateway, customer, 'addComment', { ...input, body: ' ' })).toMatchObject({
    path: ['input', 'body'],
  });
  await done(agent, 'reopenTicket', { ticketId, body: 'Go on' });
  const first = await done(customer, 'addComment', { ...input, body: 'Other words' });
  expect(first.replayed).toBe(false);
  await done(agent, 'closeTicket', { ticketId });
  const replay = await done(customer, 'addComment', { ...input, body: 'Other words' });
  expect(replay).toMatchObject({ replayed: true, comment: { id: first.comment?.id }, ticket: { isOpen: false } });
});

it('reads what it replays anew, as it is now', async () => {
  const { customer, agent } = await gateway.cast();
  const input = { title: 'A ticket', ...key };
  const { id } = (await done(customer, 'createTicket', input)).ticket;
  await say(agent, id, 'A note', { visibility: 'INTERNAL' });
  await say(agent, id, 'A word');
  const { ticket, replayed } = await done(customer, 'createTicket', input);
  expect(replayed).toBe(true);
  expect(ticket).toEqual(await read(customer, id));
  expect(ticket).toMatchObject({ version: 2, comments: { totalCount: 1 } });
});

it("reads what it replays under today's rights", async () => {
  const { customer, teammate } = await gateway.cast();
  const input = { ticketId: (await openTicket(customer)).id, ...key };
  await done(teammate, 'closeTicket', input);
  const sql = 'update users set organization_id = null, access_version = access_version + 1 where id = $1';
  await gateway.app.services.db.query(sql, [uuidOf('User', await idOf(teammate))]);
  const nothing = { ticket: null, comment: null, userErrors: [] };
  expect(await mutate(teammate, 'closeTicket', input)).toEqual({ ...nothing, replayed: true });
  expect(await refused(gateway, teammate, 'closeTicket', { ...input, message: 'Bye' })).toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  });
  expect(await refused(gateway, teammate, 'closeTicket', { ticketId: input.ticketId })).toMatchObject({
    code: 'NOT_FOUND',
  });
});

it('takes keys of 1..255 characters, not counting blanks at their ends', async () => {
  const { customer } = await gateway.cast();
  const open = (idempotencyKey: string) => mutate(customer, 'createTicket', { title: 'A ticket', idempotencyKey });
  const kept: Ticket[] = [];
  for (const idempotencyKey of ['k', '🎫'.repeat(255), 'ж'.repeat(255), `O'Brien"; --`]) {
    const first = await open(idempotencyKey);
    expect(first).toMatchObject({ replayed: false, userErrors: [] });
    expect(await open(idempotencyKey)).toEqual({ ...first, replayed: true });
    kept.push(first.ticket as Ticket);
  }
  expect(new Set(kept.map(({ id }) => id)).size).toBe(kept.length);
  for (const idempotencyKey of ['', ' ', 'k'.repeat(256), '🎫'.repeat(256)]) {
    expect(await refused(gateway, customer, 'createTicket', { title: 'A ticket', idempotencyKey })).toMatchObject({
      code: 'VALIDATION_FAILED',
      path: ['input', 'idempotencyKey'],
    });
  }
});

it('takes a key with blanks at its ends for the key without them, however many there are', async () => {
  const { customer } = await gateway.cast();
  const first = await done(customer, 'createTicket', { title: 'A ticket', idempotencyKey: 'k' });
  for (const idempotencyKey of [' k', 'k\n', `${' \t\n\u00a0\u2003'.repeat(2_000)}k`]) {
    const again = await mutate(customer, 'createTicket', { title: 'A ticket', idempotencyKey });
    expect(again).toEqual({ ...first, replayed: true });
  }
});

it('keeps a key for 24 hours and applies it anew after that', async () => {
  const { customer } = await gateway.cast();
  const { db } = gateway.app.services;
  const input = { title: 'A ticket', idempotencyKey: 'kept for a day' };
  const age = async (interval: string) =>
    expect(
      await db.query(
        `update idempotency_keys set created_at = now() - $1::interval where key = 'kept for a day' returning 1`,
        [interval],
      ),
    ).toHaveLength(1);
  const first = await done(customer, 'createTicket', input);
  await age('23 hours 59 minutes');
  expect(await done(customer, 'createTicket', input)).toMatchObject({
    replayed: true,
    ticket: { id: first.ticket.id },
  });
  await age('24 hours 1 minute');
  const second = await done(customer, 'createTicket', { ...input, title: 'Another ticket' });
  expect(second).toMatchObject({ replayed: false, ticket: { title: 'Another ticket' } });
  expect(second.ticket.id).not.toBe(first.ticket.id);
  expect(await done(customer, 'createTicket', { ...input, title: 'Another ticket' })).toMatchObject({
    replayed: true,
    ticket: { id: second.ticket.id },
  });
  expect(await refused(gateway, customer, 'createTicket', input)).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
});

it('tells about a reused key also where userErrors are not asked for', async () => {
  const { customer } = await gateway.cast();
  await done(customer, 'createTicket', { title: 'A ticket', ...key });
  const document = `mutation ($input: ${inputOf('createTicket')}!) { createTicket(input: $input) { ticket { id } } }`;
  expect(await customer.send(document, { input: { title: 'Another', ...key } })).toMatchObject({
    data: { createTicket: null },
    errors: [{ extensions: { code: 'IDEMPOTENCY_KEY_REUSED', argument: ['input', 'idempotencyKey'] } }],
  });
});
