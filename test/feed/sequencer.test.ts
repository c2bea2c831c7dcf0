import { setTimeout as wait } from 'node:timers/promises';
import { addComment, openTicket } from '../support/documents.js';
import { type Actor, onServer, TestGateway } from '../support/gateway.js';
import { compare, feedCursor, follow, type FeedRow } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const open = async (actor: Actor): Promise<string> =>
  (await actor.run(openTicket, { input: { title: 'Numbered' } })).createTicket.ticket.id;

/** Listens until the last of these tickets has come: what was committed before it has a place in the feed by then. */
async function awaitMark(agent: Actor, after: string, ...marks: string[]): Promise<void> {
  const { listener, next } = follow(agent, { after });
  const missing = new Set(marks);
  while (missing.size > 0) missing.delete((await next()).ticketId ?? '');
  listener.stop();
}

/** Positions without a hole, and of each ticket the events 1, 2, 3 and so on in their order. */
function expectInOrder(rows: readonly FeedRow[]): void {
  expect(rows.map(({ position }) => position)).toEqual(rows.map((_, index) => index + 1));
  const last = new Map<string, number>();
  for (const { ticketId, seq } of rows) {
    expect(seq).toBe((last.get(ticketId) ?? 0) + 1);
    last.set(ticketId, seq);
  }
}

/** Writes events past the gateway in transactions that take their time and are sometimes rolled back. */
async function writeSlowly(id: string, times: number): Promise<number> {
  const { db } = gateway.app.services;
  let committed = 0;
  for (let n = 0; n < times; n++) {
    const write = db.transaction(async (tx) => {
      await tx.query(
        `with moved as (update tickets set staff_seq = staff_seq + 1 where id = $1 returning *)
         insert into conversation_log (ticket_id, staff_seq, type, at, image_before, image_changes)
         select id, staff_seq, 'TicketUpdated', now(), ticket_image(moved), '{}' from moved`,
        [id.slice(4)],
      );
      if (onServer()) await wait(Math.random() * 8);
      if (Math.random() < 0.2) throw new Error('rolled back');
    });
    await write.then(
      () => committed++,
      (error: Error) => expect(error.message).toBe('rolled back'),
    );
  }
  return committed;
}

const terminateLeader = async (): Promise<number> =>
  (
    await gateway.app.services.db.query(
      `select pg_terminate_backend(pid) from pg_locks
       where locktype = 'advisory' and objid = 7463012 and granted
         and database = (select oid from pg_database where datname = current_database())`,
    )
  ).length;

it('numbers every event of eight writers once, in the order of its ticket, and nothing that was rolled back', async () => {
  const { agent } = await gateway.cast();
  const start = await feedCursor(agent);
  const tickets = await Promise.all(Array.from({ length: 3 }, () => open(agent)));
  const writers = Array.from({ length: 8 }, (_, n) => writeSlowly(tickets[n % 3]!, 10));
  const talkers = tickets.map(async (ticketId) => {
    for (let n = 0; n < 5; n++) await agent.run(addComment, { input: { ticketId, body: `${n}` } });
  });
  const committed = (await Promise.all(writers)).reduce((sum, count) => sum + count, 0);
  await Promise.all(talkers);
  expect(committed).toBeLessThan(80);
  await awaitMark(agent, start, await open(agent));
  const { rows, missing } = await compare(gateway);
  expect(missing).toBe(0);
  expectInOrder(rows);
  expect(rows.length).toBeGreaterThan(committed);
});

it('numbers what was there before anybody did, in more than one batch', async () => {
  const { agent } = await gateway.cast();
  const start = await feedCursor(agent);
  const id = await open(agent);
  await gateway.app.services.db.query(
    `with moved as (update tickets set staff_seq = staff_seq + 2500 where id = $1 returning *)
     insert into conversation_log (ticket_id, staff_seq, type, at, image_before, image_changes)
     select id, staff_seq - 2500 + n, 'TicketUpdated', now(), ticket_image(moved), '{}'
     from moved, generate_series(1, 2500) n`,
    [id.slice(4)],
  );
  await awaitMark(agent, start, await open(agent));
  const { rows, missing } = await compare(gateway);
  expect(missing).toBe(0);
  expectInOrder(rows);
});

const itOnServer = onServer() ? it : it.skip;
if (!onServer()) console.warn('Not run without TEST_DATABASE_URL: sequencers that follow each other');

itOnServer('goes on with another gateway as often as the one that numbers is gone', async () => {
  const other = await TestGateway.start({ LOG_LEVEL: 'silent' });
  try {
    const { agent } = await gateway.cast();
    const listener = follow(await other.signIn({ role: 'agent' }));
    expect((await listener.next()).change).toBe('CHECKPOINT');
    const start = await feedCursor(agent);
    const tickets = await Promise.all(Array.from({ length: 3 }, () => open(agent)));
    const writing = Promise.all(Array.from({ length: 8 }, (_, n) => writeSlowly(tickets[n % 3]!, 30)));
    let ended = 0;
    for (let n = 0; n < 3; n++) {
      // Somebody leads when what was just written is told of.
      const id = await open(agent);
      await awaitMark(agent, start, id);
      ended += await terminateLeader();
    }
    await writing;
    expect(ended).toBe(3);
    const mark = await open(agent);
    await awaitMark(agent, start, mark);
    for (let event = await listener.next(); event.ticketId !== mark;) event = await listener.next();
    const { rows, missing } = await compare(gateway);
    expect(missing).toBe(0);
    expectInOrder(rows);
  } finally {
    await other.stop();
  }
});
