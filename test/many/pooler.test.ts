import pg from 'pg';
import { loadConfig } from '../../src/config.js';
import { openDatabase } from '../../src/db/open-database.js';
import { StartError } from '../../src/errors.js';
import { pooledOffice } from '../../src/live/feed/office.js';
import type { Logger } from '../../src/logger.js';
import { memoryLog } from '../doors/support.js';
import { compare, follow } from '../feed/support.js';
import { followTicket } from '../support/documents.js';
import { type Actor, secret, TestGateway } from '../support/gateway.js';
import { PgBouncer } from '../support/pgbouncer.js';
import { someRedis } from '../support/redis.js';
import { at, bodiesUntil, describeOnServer, open, say } from './support.js';

describeOnServer('PgBouncer in transaction mode', () => {
  const { testDatabase } = globalThis;
  const direct = 'url' in testDatabase ? testDatabase.url : '';
  const name = new URL(direct || 'postgres://nowhere/nothing').pathname.slice(1);
  let redis: { url: string; stop: () => Promise<void> };
  let pooler: PgBouncer;
  let pooled: Record<string, string>;
  let plain: TestGateway;
  beforeAll(async () => {
    redis = await someRedis();
    pooler = await PgBouncer.start(direct, 4);
    pooled = { DATABASE_URL: pooler.urlOf(direct), DATABASE_POOLER: 'transaction', REDIS_URL: redis.url };
    plain = await TestGateway.start({ REDIS_URL: redis.url });
  });
  afterAll(async () => {
    await pooler.stop();
    await redis.stop();
  });

  /** What keeps a gateway from starting; null where nothing does. */
  async function refusal(): Promise<string | null> {
    try {
      const { close } = await openDatabase(loadConfig({ ...pooled, JWT_SECRET: secret }));
      await close();
      return null;
    } catch (error) {
      if (error instanceof StartError) return error.message;
      throw error;
    }
  }

  /** A gateway whose every connection goes by the pooler. */
  async function startPooled(logger: Logger): Promise<TestGateway> {
    globalThis.testDatabase = { url: pooler.urlOf(direct), poolSize: 10, isPooled: true };
    try {
      return await TestGateway.start(pooled, logger);
    } finally {
      globalThis.testDatabase = testDatabase;
    }
  }

  it('lets no gateway start without a limit for statements, nor where migrations are missing', async () => {
    const { db } = plain.app.services;
    expect(await refusal()).toMatch(/^DATABASE_POOLER: statements may run for ever; limit them by/);
    await db.query(`alter database ${name} set statement_timeout = '2s'`);
    // Those that the pooler has were made before it.
    await pooler.stop();
    pooler = await PgBouncer.start(direct, 4);
    pooled['DATABASE_URL'] = pooler.urlOf(direct);
    expect(await refusal()).toBeNull();
    const [newest] = await db.query<{ id: number; timestamp: string; name: string }>(
      'delete from migrations where id = (select max(id) from migrations) returning id, timestamp, name',
    );
    expect(await refusal()).toMatch(
      /^DATABASE_POOLER: migrations are missing; run `npm run migrate` with a DATABASE_URL/,
    );
    await db.query('insert into migrations (id, timestamp, name) values ($1, $2, $3)', [
      newest!.id,
      newest!.timestamp,
      newest!.name,
    ]);
    expect(await refusal()).toBeNull();
  });

  it('has one gateway at a time number events, also beside one whose connection holds the office', async () => {
    const pooledGateway = await startPooled(memoryLog().logger);
    const office = pooledOffice(pooledGateway.app.services.db);
    const number = (): Promise<unknown[]> => office.query('select 1 as numbered');
    const holder = new pg.Client({ connectionString: direct });
    await holder.connect();
    await plain.stop();
    try {
      // It waits for whoever numbers in this moment.
      await holder.query('select pg_advisory_lock(7463012)');
      expect(await number()).toEqual([]);
      await holder.query('select pg_advisory_unlock(7463012)');
      while ((await number()).length === 0);
    } finally {
      await holder.end();
      await pooledGateway.stop();
      plain = await TestGateway.start({ REDIS_URL: redis.url });
    }
  });

  it('takes nothing from two gateways: threads, the feed and limits of statements are what they are without', async () => {
    await plain.app.services.db.query(`alter database ${name} set statement_timeout = '2s'`);
    const log = memoryLog();
    const [first, second] = [await startPooled(log.logger), await startPooled(log.logger)];
    const running = [plain, first, second];
    try {
      const { customer, teammate, agent } = await first.cast();
      const feed = follow(at(second, agent));
      expect((await feed.next()).change).toBe('CHECKPOINT');
      const use = async (readers: readonly Actor[]): Promise<void> => {
        const { id, head } = await open(customer);
        const live = readers.map((reader) => reader.subscribe(followTicket, { ticketId: id, after: head }));
        const opening = Promise.all(
          Array.from({ length: 20 }, (_, n) => open(n % 2 ? customer : at(second, customer))),
        );
        const said = Array.from({ length: 20 }, (_, n) => `Word ${n}`);
        for (const [n, body] of said.entries()) {
          expect(await say(n % 2 ? customer : at(second, customer), id, body)).toEqual([]);
        }
        const entered = new Set((await opening).map((ticket) => ticket.id));
        while (entered.size > 0) entered.delete((await feed.next()).ticketId ?? '');
        for (const listener of live) {
          expect(await bodiesUntil(listener, said.at(-1)!)).toEqual(said);
          expect(listener.pending).toBe(0);
        }
        for (const reader of readers) await reader.leave();
      };
      // First one that has a connection of its own numbers events, and then whoever gets the lock.
      await use([at(first, teammate), at(second, teammate), at(plain, teammate)]);
      await running.shift()?.stop();
      await use([at(first, teammate), at(second, teammate)]);
      while ((await compare(first)).missing > 0);
      const { rows } = await compare(first);
      expect(rows.map(({ position }) => position)).toEqual(rows.map((_, index) => index + 1));
      // Nobody was in anybody's way.
      expect(log.entries.filter(({ msg }) => msg.startsWith('events could not be numbered'))).toEqual([]);
      await expect(second.app.services.db.query('select pg_sleep(30)')).rejects.toMatchObject({
        code: 'SERVICE_UNAVAILABLE',
      });
      feed.listener.stop();
    } finally {
      await Promise.all(running.map((gateway) => gateway.stop()));
    }
  });
});
