import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepHouse } from '../../src/db/housekeeping.js';
import { uuidOf } from '../../src/global-id.js';
import { choresOf } from '../../src/services/chores.js';
import { openStorage } from '../../src/storage/open-storage.js';
import { memoryLog } from '../doors/support.js';
import { compare } from '../feed/support.js';
import { TestGateway } from '../support/gateway.js';
import { describeOnServer, open, say } from './support.js';

describeOnServer('gateways that clear away at the same time', () => {
  it('clear away what is old once, nothing else, and wait for nobody in a circle', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ticketing-chores-'));
    const gateways = await Promise.all([1, 2, 3, 4].map(() => TestGateway.start()));
    const [gateway] = gateways as [TestGateway, ...TestGateway[]];
    const { db } = gateway.app.services;
    const count = async (table: string): Promise<number> =>
      (await db.query<{ count: number }>(`select count(*)::int as count from ${table}`))[0]!.count;
    try {
      const { customer, agent } = await gateway.cast();
      const tickets = [await open(customer), await open(customer), await open(customer)];
      for (const { id } of tickets) {
        await db.query(
          `with moved as (update tickets set staff_seq = staff_seq + 1500 where id = $1 returning *)
           insert into conversation_log (ticket_id, staff_seq, type, at, image_before, image_changes)
           select id, staff_seq - 1500 + n, 'TicketUpdated', now() - interval '10 days', ticket_image(moved), '{}'
           from moved, generate_series(1, 1500) n`,
          [uuidOf('Ticket', id)],
        );
      }
      await db.query(`update conversation_log set at = now() - interval '11 days'`);
      while ((await compare(gateway)).missing > 0);
      await say(agent, tickets[0]!.id, 'A new word');
      while ((await compare(gateway)).missing > 0);
      await db.query(
        `insert into idempotency_keys (actor_id, mutation, key, fingerprint, result, created_at)
         select u.id, 'createTicket', n::text, '', '{}', now() - interval '2 days' from users u, generate_series(1, 500) n`,
      );
      await db.query(
        `insert into files (uploader_id, storage_key, name, size, content_type, status, created_at)
         select u.id, gen_random_uuid(), 'a.txt', 1, 'text/plain', 'READY', now() - interval '2 days' from users u, generate_series(1, 500) n`,
      );
      const recent = await count(`conversation_log where at > now() - interval '7 days'`);
      const log = memoryLog();
      const storage = await openStorage({ ...gateway.config, storageUrl: `file://${folder}` }, 'files');
      const houses = gateways.map(({ app, config }) =>
        keepHouse(app.services.db, log.logger, choresOf({ ...config, logRetentionDays: 7 }, storage)),
      );
      const isTidy = async (): Promise<boolean> =>
        (await count('idempotency_keys')) + (await count('files')) === 0 &&
        (await count(`conversation_log where at < now() - interval '7 days'`)) === 0 &&
        (await count('ticket_feed f left join conversation_log l using (ticket_id, staff_seq) where l.at is null')) <=
          1;
      while (!(await isTidy()));
      await Promise.all(houses.map((stop) => stop()));
      expect(log.entries.filter(({ level }) => level >= 40)).toEqual([]);
      expect(await count('conversation_log')).toBe(recent);
      expect(await say(customer, tickets[1]!.id, 'Another')).toEqual([]);
    } finally {
      await Promise.all(gateways.map((other) => other.stop()));
      await rm(folder, { recursive: true });
    }
  });
});
