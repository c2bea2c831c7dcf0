import { createServer } from 'node:net';
import { once } from 'node:events';
import { memoryLog, RawSocket, send } from '../doors/support.js';
import { compare, follow } from '../feed/support.js';
import { done } from '../people/support.js';
import { DeleteUserDocument } from '../support/_generated.js';
import { followTicket } from '../support/documents.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { freePort } from '../support/free-port.js';
import { connectTo, OwnRedis, someRedis } from '../support/redis.js';
import { at, bodiesUntil, describeOnServer, onlyByHints, open, say, startMany, untilRedis } from './support.js';

describeOnServer('hints by Redis', () => {
  let redis: { url: string; stop: () => Promise<void> };
  let first: TestGateway;
  let second: TestGateway;
  beforeAll(async () => {
    redis = await someRedis();
    [first, second] = (await startMany(2, { REDIS_URL: redis.url })) as [TestGateway, TestGateway];
    await untilRedis([first, second], true);
  });
  afterAll(async () => {
    await first.stop();
    await second.stop();
    await redis.stop();
  });

  it('tell another gateway of comments, and nothing goes by LISTEN', async () => {
    const third = await TestGateway.start({ REDIS_URL: redis.url });
    onlyByHints(third);
    const { customer, teammate } = await first.cast();
    const { id, head } = await open(customer);
    const reader = at(third, teammate);
    const live = reader.subscribe(followTicket, { ticketId: id, after: head });
    for (let n = 1; n <= 20; n++) {
      await say(customer, id, `Word ${n}`);
      expect(await bodiesUntil(live, `Word ${n}`)).toEqual([`Word ${n}`]);
    }
    const listeners = await first.app.services.db.query(
      `select 1 from pg_stat_activity where datname = current_database() and application_name like '%listener'`,
    );
    expect(listeners).toEqual([]);
    await reader.leave();
    await third.stop();
  });

  it('tell another gateway of somebody who is deactivated', async () => {
    const third = await TestGateway.start({ REDIS_URL: redis.url });
    onlyByHints(third);
    const { customer, admin } = await first.cast();
    const { id: userId } = (await customer.run('{ viewer { id } }')).viewer;
    const socket = await RawSocket.open(third.url, customer.token);
    await done(admin, DeleteUserDocument, { userId });
    expect(await socket.closed).toEqual({ code: 4403, reason: 'Forbidden' });
    await third.stop();
  });

  it('reach a gateway on as many channels as it waits for, and no longer than it does', async () => {
    const watcher = await connectTo(redis.url);
    const { customer } = await first.cast();
    const before = new Set(await watcher.pubSubChannels('ticketing:*'));
    const third = await TestGateway.start({ REDIS_URL: redis.url });
    const readers: Actor[] = [];
    const channels = async (): Promise<string[]> =>
      (await watcher.pubSubChannels('ticketing:*')).filter((name) => !before.has(name) && /:\d+$/.test(name));
    for (let n = 0; n < 8; n++) {
      const { id } = await open(customer);
      const reader = at(third, customer);
      readers.push(reader);
      await reader.subscribe(followTicket, { ticketId: id }).data();
    }
    while ((await channels()).length === 0);
    // Eight tickets and one person.
    expect((await channels()).length).toBeLessThanOrEqual(9);
    await Promise.all(readers.map((reader) => reader.leave()));
    while ((await channels()).length > 0);
    await third.stop();
    await watcher.close();
  });

  it('number each event once, whoever leads', async () => {
    const { agent, customer } = await first.cast();
    const feeds = [follow(agent), follow(at(second, agent))];
    for (const { next } of feeds) expect((await next()).change).toBe('CHECKPOINT');
    const { db } = first.app.services;
    for (let n = 0; n < 3; n++) {
      const ids = [(await open(customer)).id, (await open(at(second, customer))).id];
      for (const { next } of feeds) {
        const missing = new Set(ids);
        while (missing.size > 0) missing.delete((await next()).ticketId ?? '');
      }
      await db.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name like '%sequencer'`,
      );
    }
    const { id } = await open(customer);
    while ((await feeds[1]!.next()).ticketId !== id);
    while ((await compare(first)).missing > 0);
    const { rows } = await compare(first);
    expect(rows.map(({ position }) => position)).toEqual(rows.map((_, index) => index + 1));
    for (const { listener } of feeds) listener.stop();
  });
});

describeOnServer('a Redis that is killed and started again, three times', () => {
  it('costs no comment, and streams get all of them once and in order', async () => {
    const redis = await OwnRedis.start();
    const log = memoryLog();
    const gateways = await startMany(2, { REDIS_URL: redis.url }, log.logger);
    const [first, second] = gateways as [TestGateway, TestGateway];
    try {
      await untilRedis(gateways, true);
      const { customer, teammate, agent } = await first.cast();
      const { id, head } = await open(customer);
      const readers = [teammate, at(second, teammate), at(second, agent)];
      // Positions of customers are none of staff's.
      const live = readers.map((reader, n) =>
        reader.subscribe(followTicket, { ticketId: id, ...(n < 2 && { after: head }) }),
      );
      expect((await live[2]!.data()).conversationEvents.__typename).toBe('Checkpoint');
      const feed = follow(at(second, agent));
      expect((await feed.next()).change).toBe('CHECKPOINT');
      const said: string[] = [];
      const talk = async (): Promise<void> => {
        for (let n = 0; n < 10; n++) {
          said.push(`Word ${said.length + 1}`);
          expect(await say(n % 2 ? customer : at(second, customer), id, said.at(-1)!)).toEqual([]);
        }
      };
      for (let outage = 1; outage <= 3; outage++) {
        const talking = talk();
        await redis.kill();
        await talking;
        await untilRedis(gateways, false);
        await talk();
        const ticket = await open(customer);
        while ((await feed.next()).ticketId !== ticket.id);
        await redis.restart();
        await talk();
        await untilRedis(gateways, true);
        await talk();
      }
      for (const listener of live) expect(await bodiesUntil(listener, said.at(-1)!)).toEqual(said);
      expect(live.map(({ pending }) => pending)).toEqual([0, 0, 0]);
      const aways = log.entries.filter(({ msg }) => msg.startsWith('Redis is away'));
      expect(aways).toHaveLength(3 * gateways.length);
      for (const reader of readers) await reader.leave();
    } finally {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await redis.kill();
    }
  });
});

describeOnServer('a Redis that is frozen', () => {
  it('holds up no operation, and streams go on', async () => {
    const redis = await OwnRedis.start();
    const limits = { RATE_LIMITS: 'comments=1000', COST_PER_MINUTE: '2500000' };
    const log = memoryLog();
    const gateways = await startMany(2, { REDIS_URL: redis.url, ...limits }, log.logger);
    const [first, second] = gateways as [TestGateway, TestGateway];
    try {
      await untilRedis(gateways, true);
      const { customer, teammate } = await first.cast();
      const { id, head } = await open(customer);
      const reader = at(second, teammate);
      const live = reader.subscribe(followTicket, { ticketId: id, after: head });
      await say(customer, id, 'Before');
      expect(await bodiesUntil(live, 'Before')).toEqual(['Before']);
      redis.freeze();
      const said = Array.from({ length: 50 }, (_, n) => `Word ${n}`);
      for (const body of said) expect(await say(customer, id, body)).toEqual([]);
      expect(await bodiesUntil(live, said.at(-1)!)).toEqual(said);
      expect((await send(new URL('/health/ready', first.url).href)).status).toBe(200);
      await untilRedis(gateways, false);
      // The first who asked did not wait until the connection was given up.
      const away = log.entries.find(({ msg }) => msg.startsWith('Redis is away'));
      expect(away?.['error'].message).toBe('Redis does not answer');
      const late = await open(customer);
      const other = reader.subscribe(followTicket, { ticketId: late.id });
      expect((await other.data()).conversationEvents.__typename).toBe('Checkpoint');
      redis.thaw();
      await untilRedis(gateways, true);
      onlyByHints(second);
      await say(customer, id, 'After');
      expect(await bodiesUntil(live, 'After')).toEqual(['After']);
      // Somebody began to wait for it in the meantime.
      while (other.pending === 0) await say(customer, late.id, 'After, too');
      await reader.leave();
    } finally {
      redis.thaw();
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await redis.kill();
    }
  });
});

describe('a Redis that can not be reached', () => {
  const password = 'hunter2-of-the-tests';
  const use = async (port: number) => {
    const log = memoryLog();
    const url = `redis://gateway:${password}@127.0.0.1:${port}`;
    const [gateway] = (await startMany(1, { REDIS_URL: url }, log.logger)) as [TestGateway];
    const { customer } = await gateway.cast();
    const { id, head } = await open(customer);
    const live = customer.subscribe(followTicket, { ticketId: id, after: head });
    await say(customer, id, 'Word');
    expect(await bodiesUntil(live, 'Word')).toEqual(['Word']);
    expect((await send(new URL('/health/ready', gateway.url).href)).status).toBe(200);
    return { log, gateway };
  };
  const awaysIn = ({ entries }: ReturnType<typeof memoryLog>): unknown[] =>
    entries.filter(({ msg }) => msg.startsWith('Redis is away'));

  it('keeps no gateway from starting and serving, is told of once, and its password never', async () => {
    const port = await freePort();
    const { log, gateway } = await use(port);
    // Some attempts later.
    let attempts = 0;
    const server = createServer((socket) => {
      attempts++;
      socket.destroy();
    }).listen(port, '127.0.0.1');
    while (attempts < 4) await once(server, 'connection');
    server.close();
    await gateway.stop();
    expect(awaysIn(log)).toHaveLength(1);
    expect(JSON.stringify(log.entries)).not.toContain(password);
  });
});
