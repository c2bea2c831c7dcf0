import { pruneLog } from '../../src/live/prune-log.js';
import { addComment, followTicket, ticketLog } from '../support/documents.js';
import { type Actor, onServer, TestGateway } from '../support/gateway.js';
import { openTicket } from '../tickets/support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const uuid = (id: string): string => id.slice(4);
const say = (actor: Actor, ticketId: string, body: string): Promise<any> =>
  actor.run(addComment, { input: { ticketId, body } });
const eventsOf = async (actor: Actor, id: string): Promise<any[]> =>
  (await actor.run(ticketLog, { id })).ticket.conversation.events.nodes;

/** A ticket with six events, of which the first four are as old as it takes. */
async function aged() {
  const { customer, teammate, agent } = await gateway.cast();
  const { id } = await openTicket(customer);
  for (let n = 1; n <= 5; n++) await say(customer, id, `Word ${n}`);
  const events = await eventsOf(customer, id);
  await gateway.app.services.db.query(
    `update conversation_log set at = at - interval '31 days' where ticket_id = $1 and staff_seq <= 4`,
    [uuid(id)],
  );
  return { customer, teammate, agent, id, cursors: events.map(({ cursor }) => cursor as string) };
}

/** What a gateway does when it starts, once all events have their place in the feed. */
async function prune(): Promise<void> {
  const { db } = gateway.app.services;
  while ((await db.query('select 1 from unnumbered_events')).length > 0);
  const other = await TestGateway.start({ LOG_RETENTION: '30' });
  while ((await db.query(`select 1 from conversation_log where at < now() - interval '30 days'`)).length > 0);
  await other.stop();
}

it('clears away what is older, refuses positions before that, and goes on from all others', async () => {
  const { customer, teammate, id, cursors } = await aged();
  await prune();
  expect((await eventsOf(customer, id)).map(({ cursor }) => cursor)).toEqual(cursors.slice(4));

  const codes: (string | undefined)[] = [];
  for (const after of cursors) {
    const live = teammate.subscribe(followTicket, { ticketId: id, after });
    const seen: any[] = [];
    while (seen.at(-1)?.__typename !== 'Checkpoint') {
      const { data, errors } = await live.next();
      codes.push(errors?.[0]?.extensions?.['code'] as string);
      if (errors) expect(errors).toMatchObject([{ extensions: { argument: ['after'] } }]);
      if (!data) break;
      seen.push(data.conversationEvents);
    }
    live.stop();
    if (seen.length > 0) expect(seen.map(({ cursor }) => cursor).slice(0, -1)).toEqual(cursors.slice(cursors.indexOf(after) + 1)); // prettier-ignore
    const { data, errors } = await customer.send(ticketLog, { id, after });
    expect(errors?.[0]?.extensions.code).toBe(seen.length > 0 ? undefined : 'CURSOR_EXPIRED');
    if (!errors) expect(data.ticket.conversation.events.nodes.map(({ cursor }: any) => cursor)).toEqual(cursors.slice(cursors.indexOf(after) + 1)); // prettier-ignore
  }
  expect(codes.filter(Boolean)).toEqual(['CURSOR_EXPIRED', 'CURSOR_EXPIRED', 'CURSOR_EXPIRED']);
});

it('keeps comments, what is said of them, and the positions of both', async () => {
  const { customer, id, cursors } = await aged();
  const comments = `query ($id: ID!, $after: Cursor) { ticket(id: $id) {
    conversation { headCursor viewerUnreadCount } comments(after: $after) { totalCount nodes { body } }
  } }`;
  const before = await customer.run(comments, { id, after: cursors[1] });
  await prune();
  expect(await customer.run(comments, { id, after: cursors[1] })).toEqual(before);
  expect((await customer.run(addComment, { input: { ticketId: id, body: 'More' } })).addComment.userErrors).toEqual([]);
});

it('clears nothing away unless it is told to', async () => {
  const { customer, id, cursors } = await aged();
  await (await TestGateway.start()).stop();
  expect(await eventsOf(customer, id)).toHaveLength(cursors.length);
});

it('refuses all positions but the newest once all is cleared away, and goes on from there', async () => {
  const { customer, id, cursors } = await aged();
  await gateway.app.services.db.query(`update conversation_log set at = at - interval '90 days' where ticket_id = $1`, [
    uuid(id),
  ]);
  await prune();
  const [old, newest] = cursors.slice(-2).map((after) => customer.subscribe(followTicket, { ticketId: id, after }));
  expect((await old?.next())?.errors?.[0]?.extensions).toMatchObject({ code: 'CURSOR_EXPIRED' });
  expect((await newest?.data())?.conversationEvents.__typename).toBe('Checkpoint');
  expect((await customer.send(ticketLog, { id, after: cursors[4] })).errors?.[0]?.extensions.code).toBe(
    'CURSOR_EXPIRED',
  );
  expect((await customer.send(ticketLog, { id, after: cursors[5] })).errors).toBeUndefined();
  await say(customer, id, 'Again');
  expect((await newest?.data())?.conversationEvents.comment.body).toBe('Again');
});

const itOnServer = onServer() ? it : it.skip;
if (!onServer()) console.warn('Not run without TEST_DATABASE_URL: writing while old events are cleared away');

itOnServer('keeps nobody from writing while it clears away', async () => {
  const { customer, id } = await aged();
  await gateway.app.services.db.transaction(async (tx) => {
    await pruneLog(tx, 30);
    expect((await say(customer, id, 'Meanwhile')).addComment.userErrors).toEqual([]);
  });
  expect((await eventsOf(customer, id)).at(-1).comment.body).toBe('Meanwhile');
});
