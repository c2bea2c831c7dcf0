import { pruneLog } from '../../src/live/prune-log.js';
import { openTicket } from '../tickets/support.js';
import { TestGateway } from '../support/gateway.js';
import { compare, feedCursor, follow } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

it('goes on from its newest position after every event was cleared away, and refuses all others', async () => {
  const { customer, agent } = await gateway.cast();
  const start = await feedCursor(agent);
  const live = follow(agent);
  expect((await live.next()).change).toBe('CHECKPOINT');
  const cursors: string[] = [start];
  for (let n = 0; n < 3; n++) {
    const { id } = await openTicket(customer, { title: 'A ticket' });
    let event = await live.next();
    while (event.ticketId !== id) event = await live.next();
    cursors.push(event.cursor);
  }
  const { db } = gateway.app.services;
  await db.query(`update conversation_log set at = at - interval '31 days'`);
  await pruneLog(db, 30);
  const { rows, missing } = await compare(gateway);
  expect([rows.length, missing]).toEqual([1, 1]);

  // It has nothing at hand.
  const other = await TestGateway.start();
  try {
    const reader = other.withToken(agent.token);
    const newest = cursors.pop()!;
    for (const after of cursors) {
      const { errors } = await follow(reader, { after }).listener.next();
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'CURSOR_EXPIRED' });
    }
    const resumed = follow(reader, { after: newest });
    expect((await resumed.next()).change).toBe('CHECKPOINT');
    const { id } = await openTicket(customer, { title: 'A ticket' });
    expect(await resumed.next()).toMatchObject({ change: 'ENTERED', ticketId: id });
    expect(await live.next()).toMatchObject({ change: 'ENTERED', ticketId: id });
  } finally {
    await other.stop();
  }
});
