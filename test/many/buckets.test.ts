import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { memoryLog } from '../doors/support.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { connectTo, OwnRedis, someRedis } from '../support/redis.js';
import { at, describeOnServer, open, say, startMany, untilRedis } from './support.js';

const limits = { RATE_LIMITS: 'tickets=9,comments=4,uploads=9', COST_PER_MINUTE: '100000' };
const refused = ['RATE_LIMITED'];

/** What is left of a bucket. */
const leftOf = async (actor: Actor, name = 'comments'): Promise<number> =>
  (await actor.run('{ rateLimit { buckets { name remaining } } }')).rateLimit.buckets.find(
    (bucket: { name: string }) => bucket.name === name,
  ).remaining;

/** What an answer tells of the budget that it was taken from. */
const budgetOf = async (actor: Actor): Promise<number> =>
  ((await actor.send('{ __typename }')) as { extensions?: any }).extensions.cost.remaining;

describeOnServer('buckets of two gateways with a Redis', () => {
  let redis: OwnRedis;
  let gateways: TestGateway[];
  let first: TestGateway;
  let second: TestGateway;
  beforeAll(async () => {
    redis = await OwnRedis.start();
    gateways = await startMany(2, { REDIS_URL: redis.url, ...limits });
    [first, second] = gateways as [TestGateway, TestGateway];
    await untilRedis(gateways, true);
  });
  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await redis.kill();
  });

  /** A customer with a ticket, at both gateways. */
  async function customer(): Promise<{ id: string; here: Actor; there: Actor }> {
    const here = await first.signIn({ role: 'customer' });
    return { ...(await open(here)), here, there: at(second, here) };
  }

  it('let somebody do as much at both together as at one, and tell the same at both', async () => {
    const { id, here, there } = await customer();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => say(n % 2 ? here : there, id, `${n}`)));
    expect(answers.filter((codes) => codes.length === 0)).toHaveLength(4);
    expect(answers.flat()).toEqual(Array(16).fill('RATE_LIMITED'));
    expect([await leftOf(here), await leftOf(there)]).toEqual([0, 0]);
    expect([await leftOf(here, 'tickets'), await leftOf(there, 'tickets')]).toEqual([8, 8]);
  });

  it('count what was done, and not what failed or was refused', async () => {
    const { id, here, there } = await customer();
    await here.run('mutation ($id: ID!) { closeTicket(input: { ticketId: $id }) { replayed } }', { id });
    for (const actor of [here, there, here]) expect(await say(actor, id, 'Too late')).toEqual(['TICKET_CLOSED']);
    expect([await leftOf(here), await leftOf(there)]).toEqual([4, 4]);
    const other = await open(here);
    for (const actor of [here, there, here, there]) expect(await say(actor, other.id, 'A word')).toEqual([]);
    for (const actor of [here, there]) expect(await say(actor, other.id, 'Too many')).toEqual(refused);
    expect([await leftOf(here), await leftOf(there)]).toEqual([0, 0]);
  });

  it('take the cost of operations from one budget, and nothing for what is too dear', async () => {
    const here = await first.signIn({ role: 'customer' });
    const there = at(second, here);
    const before = await budgetOf(here);
    expect(await budgetOf(there)).toBe(before - 1);
    const dear = '{ tickets(first: 50) { nodes { comments(first: 100) { nodes { id body sentAt version } } } } }';
    let spent = 0;
    for (const actor of [here, there, here, there]) {
      const { data, extensions } = (await actor.send(dear)) as { data?: unknown; extensions: any };
      if (data) spent += extensions.cost.requested;
    }
    const { errors } = await there.send(dear);
    expect(errors?.[0]?.extensions.code).toBe('RATE_LIMITED');
    expect(await budgetOf(here)).toBe(before - 1 - spent - 1);
  });

  it('let each gateway count for itself while Redis is gone, at once, and are shared again afterwards', async () => {
    const { id, here, there } = await customer();
    for (const actor of [here, there, here, there]) expect(await say(actor, id, 'A word')).toEqual([]);
    expect(await say(here, id, 'Too many')).toEqual(refused);
    await redis.kill();
    for (const actor of [here, there]) {
      for (let n = 0; n < 4; n++) expect(await say(actor, id, 'Without Redis')).toEqual([]);
      expect(await say(actor, id, 'Too many')).toEqual(refused);
    }
    await redis.restart();
    await untilRedis(gateways, true);
    for (const actor of [here, there, here, there]) expect(await say(actor, id, 'With Redis')).toEqual([]);
    for (const actor of [here, there]) expect(await say(actor, id, 'Too many')).toEqual(refused);
  });

  it('let each gateway count for itself while Redis is frozen', async () => {
    const { id, here, there } = await customer();
    redis.freeze();
    try {
      for (const actor of [here, there]) {
        for (let n = 0; n < 4; n++) expect(await say(actor, id, 'Without Redis')).toEqual([]);
        expect(await say(actor, id, 'Too many')).toEqual(refused);
      }
    } finally {
      redis.thaw();
    }
    await untilRedis(gateways, true);
    const other = await customer();
    for (const actor of [other.here, other.there, other.here, other.there]) {
      expect(await say(actor, other.id, 'With Redis')).toEqual([]);
    }
    expect(await say(other.there, other.id, 'Too many')).toEqual(refused);
  });
});

describeOnServer('a Redis that refuses commands', () => {
  it('is told of as that, has each gateway count for itself, and is told of when it is away later', async () => {
    const redis = await OwnRedis.start();
    const log = memoryLog();
    const told = (start: string): unknown[] => log.entries.filter(({ msg }) => msg.startsWith(start));
    const [gateway] = (await startMany(1, { REDIS_URL: redis.url, ...limits }, log.logger)) as [TestGateway];
    const master = await connectTo(redis.url);
    try {
      await untilRedis([gateway], true);
      const actor = await gateway.signIn({ role: 'customer' });
      const { id } = await open(actor);
      await master.configSet('maxmemory', '1');
      for (let n = 0; n < 4; n++) expect(await say(actor, id, 'Without memory')).toEqual([]);
      expect(await say(actor, id, 'Too many')).toEqual(refused);
      expect(told('Redis refuses a command')).toMatchObject([{ error: { message: expect.stringMatching(/^OOM/) } }]);
      expect(told('Redis is away')).toEqual([]);
      await master.configSet('maxmemory', '0');
      for (let n = 0; n < 4; n++) expect(await say(actor, id, 'With memory')).toEqual([]);
      expect(await say(actor, id, 'Too many')).toEqual(refused);
      await redis.kill();
      await untilRedis([gateway], false);
      expect(told('Redis is away')).toHaveLength(1);
      await redis.restart();
      await untilRedis([gateway], true);
      expect(told('Redis is there again')).toHaveLength(1);
    } finally {
      master.destroy();
      await gateway.stop();
      await redis.kill();
    }
  });
});

describeOnServer('two installations on one Redis', () => {
  const onServer = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: process.env['TEST_DATABASE_URL'] });
    await client.connect();
    await client.query(sql);
    await client.end();
  };

  /** A gateway on a database of its own. */
  async function elsewhere(environment: Record<string, string>): Promise<TestGateway> {
    const name = `${process.env['TEST_TEMPLATE_DATABASE']}_${randomUUID().slice(0, 8)}`;
    await onServer(`create database ${name} template ${process.env['TEST_TEMPLATE_DATABASE']}`);
    const { testDatabase } = globalThis;
    const url = new URL('url' in testDatabase ? testDatabase.url : '');
    url.pathname = `/${name}`;
    globalThis.testDatabase = { url: url.href, poolSize: 5 };
    try {
      return await TestGateway.start(environment);
    } finally {
      globalThis.testDatabase = testDatabase;
    }
  }

  it('share neither buckets nor hints', async () => {
    const redis = await someRedis();
    const environment = { REDIS_URL: redis.url, ...limits };
    const one = await TestGateway.start(environment);
    const other = await elsewhere(environment);
    const watcher = await connectTo(redis.url);
    try {
      // Nobody known is counted by an address, which is the same at both.
      const before = await budgetOf(one.withToken());
      expect(await budgetOf(one.withToken())).toBe(before - 1);
      expect(await budgetOf(other.withToken())).toBe(before);

      const namespaces: string[] = [];
      let heard = (): void => undefined;
      await watcher.pSubscribe('ticketing:*:hints:written', (_message, channel) => {
        namespaces.push(channel.split(':')[1]!);
        heard();
      });
      const writes = async (gateway: TestGateway): Promise<string[]> => {
        namespaces.splice(0);
        const hearing = new Promise<void>((resolve) => (heard = resolve));
        await open(await gateway.signIn({ role: 'customer' }));
        await hearing;
        return [...new Set(namespaces)];
      };
      const [ofOne, ofOther] = [await writes(one), await writes(other)];
      expect([ofOne.length, ofOther.length]).toEqual([1, 1]);
      expect(ofOne).not.toEqual(ofOther);
    } finally {
      await watcher.close();
      await one.stop();
      await other.stop();
      await redis.stop();
    }
  });
});
