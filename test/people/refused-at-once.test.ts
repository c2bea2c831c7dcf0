import { signToken } from '../../src/auth/token.js';
import { uuidOf } from '../../src/global-id.js';
import { RawSocket } from '../doors/support.js';
import {
  ConversationEventsDocument,
  CreateTicketDocument,
  DeleteUserDocument,
  UpdateUserDocument,
} from '../support/_generated.js';
import { type Actor, newHumanId, onServer, secret, TestGateway } from '../support/gateway.js';
import { done, whoIs } from './support.js';

let gateway: TestGateway;
let other: TestGateway;
let admin: Actor;
beforeAll(async () => {
  [gateway, other] = [await TestGateway.start(), await TestGateway.start()];
  onlyByHints(gateway);
  admin = await gateway.signIn({ role: 'admin' });
});
afterAll(async () => {
  await gateway.stop();
  await other.stop();
});

/** Takes the look at all counters from a gateway, so that a hint alone tells it of news. */
function onlyByHints({ app: { services } }: TestGateway): void {
  const query = services.db.query.bind(services.db);
  services.db.query = (statement, values) =>
    statement.includes('concat(is_active') ? Promise.resolve([]) : query(statement, values);
}

const follow = 'subscription ($ticketId: ID!) { conversationEvents(ticketId: $ticketId) { __typename } }';
const codeOf = (result: { errors?: readonly { extensions?: unknown }[] }) =>
  (result.errors?.[0]?.extensions as { code?: string } | undefined)?.code;

/** A customer with a token that opens any number of sockets, and a ticket of theirs. */
async function customer(organization = newHumanId('ORG')) {
  const email = `${newHumanId('usr')}@example.com`;
  const token = await signToken(secret, { sub: email, email, role: 'customer', organization }, { hours: 1 });
  const actor = gateway.withToken(token);
  const { createTicket } = await actor.run(CreateTicketDocument, { input: { title: 'Mine' } });
  return { token, actor, userId: (await whoIs(actor)).id, ticketId: createTicket?.ticket?.id ?? '' };
}

it('[d23] closes an idle socket of somebody who is deactivated, and refuses their token at once', async () => {
  const { token, actor, userId } = await customer();
  const sockets = [await RawSocket.open(gateway.url, token), await RawSocket.open(gateway.url, token)];
  await done(admin, DeleteUserDocument, { userId });
  const [one, two, answer] = await Promise.all([
    ...sockets.map(({ closed }) => closed),
    actor.send('{ topics { id } }'),
  ]);
  expect([one, two]).toEqual(Array(2).fill({ code: 4403, reason: 'Forbidden' }));
  expect(codeOf(answer as { errors: [] })).toBe('UNAUTHENTICATED');
  const late = await RawSocket.init(gateway.url, { authorization: `Bearer ${token}` });
  expect(await late.closed).toMatchObject({ code: 4403 });
});

it('[d23] tells a stream of somebody who is deactivated why it ends, and closes the socket', async () => {
  const { token, userId, ticketId } = await customer();
  const socket = await RawSocket.open(gateway.url, token);
  expect(await socket.ask(follow, { ticketId })).toMatchObject({ payload: { data: expect.anything() } });
  await done(admin, UpdateUserDocument, { userId, isActive: false });
  expect(await socket.next()).toMatchObject({ payload: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } });
  expect(await socket.closed).toEqual({ code: 4403, reason: 'Forbidden' });
});

const itOnServer = onServer() ? it : it.skip;
if (!onServer()) console.warn('Not run without TEST_DATABASE_URL: hints between gateways about people');
itOnServer('[d23] closes sockets at another gateway by a hint alone', async () => {
  const third = await TestGateway.start();
  onlyByHints(third);
  const { token, userId } = await customer();
  const socket = await RawSocket.open(third.url, token);
  await done(admin, DeleteUserDocument, { userId });
  expect(await socket.closed).toEqual({ code: 4403, reason: 'Forbidden' });
  await third.stop();
});

it('[d23] closes sockets within a second when nobody gave a hint', async () => {
  const { token, userId } = await customer();
  const socket = await RawSocket.open(other.url, token);
  const { db } = gateway.app.services;
  await db.query('update users set is_active = false where id = $1', [uuidOf('User', userId)]);
  expect(await socket.closed).toEqual({ code: 4403, reason: 'Forbidden' });
});

it('[d4] ends the streams of somebody whose rights change, and lets the socket go on with those of now', async () => {
  const elsewhere = (await whoIs((await customer()).actor)).organization?.id ?? '';
  const changes = [{ organizationId: elsewhere }, { role: 'AGENT' }, { role: 'CUSTOMER' }, { organizationId: null }];
  const { actor, userId, ticketId } = await customer();
  for (const change of changes as Partial<{ role: 'AGENT'; organizationId: string | null }>[]) {
    const stream = actor.subscribe(ConversationEventsDocument, { ticketId });
    expect((await stream.data()).conversationEvents.__typename).toBe('Checkpoint');
    await done(admin, UpdateUserDocument, { userId, ...change });
    expect(codeOf(await stream.next())).toBe('CURSOR_EXPIRED');
    expect(await stream.ended()).toBeUndefined();
  }
});

it('[d4] ends the streams of somebody whose newer token changes their rights', async () => {
  const { actor, userId, ticketId } = await customer();
  const email = (await whoIs(actor)).email ?? '';
  const stream = actor.subscribe(ConversationEventsDocument, { ticketId });
  await stream.data();
  // The row says nothing yet that the next token could not change.
  await gateway.app.services.db.query('update users set claims_at = null where id = $1', [uuidOf('User', userId)]);
  const token = await signToken(secret, { sub: email, email, role: 'agent' }, { hours: 1 });
  expect((await whoIs(gateway.withToken(token))).role).toBe('AGENT');
  expect(codeOf(await stream.next())).toBe('CURSOR_EXPIRED');
});

it('[d4, d23] lets others go on, and those whose name alone changes', async () => {
  const organization = newHumanId('ORG');
  const [gone, stays] = [await customer(organization), await customer(organization)];
  const { ticketId } = gone;
  const stream = stays.actor.subscribe(ConversationEventsDocument, { ticketId });
  await stream.data();
  const idle = await RawSocket.open(gateway.url, stays.token);
  const closed = RawSocket.open(gateway.url, gone.token).then((socket) => socket.closed);
  await done(admin, UpdateUserDocument, { userId: stays.userId, name: 'Another name' });
  await done(admin, DeleteUserDocument, { userId: gone.userId });
  await closed;
  await admin.run(`mutation ($ticketId: ID!) { closeTicket(input: { ticketId: $ticketId }) { replayed } }`, {
    ticketId,
  });
  expect((await stream.data()).conversationEvents.__typename).toBe('TicketClosed');
  expect(await idle.ask(follow, { ticketId })).toMatchObject({ payload: { data: expect.anything() } });
  idle.close();
});
