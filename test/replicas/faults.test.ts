import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { send } from '../doors/support.js';
import { until } from '../support/cluster.js';
import { onServer, type Actor } from '../support/gateway.js';
import { done, idOf, openTicket, read, say } from '../tickets/support.js';
import { areInUse, Scene } from './support.js';

const onServerOnly = onServer() ? describe : describe.skip;
if (!onServer()) console.warn('Not run without TEST_DATABASE_URL: replicas that fail');

/** The server that other tests use. */
const server = 'url' in globalThis.testDatabase ? globalThis.testDatabase.url : '';

/** The title of a ticket, as somebody reads it who has to get an answer. */
const titleOf = async (actor: Actor, id: string): Promise<string> => (await read(actor, id)).title;

onServerOnly('A replica', () => {
  let scene: Scene;
  let gateway: Awaited<ReturnType<Scene['gateway']>>;
  beforeAll(async () => {
    scene = await Scene.open(2);
    gateway = await scene.gateway();
  }, 120_000);
  afterAll(() => scene.close(), 60_000);

  beforeEach(() => until(async () => (await replicasInUse()) === 2));
  afterEach(async () => {
    await release();
    for (const standby of scene.standbys) {
      standby.thaw();
      await standby.resume();
    }
  });

  /** An agent and a ticket that everybody has. */
  async function opened() {
    const { agent } = await gateway.cast();
    const { id } = await openTicket(agent, { title: 'A ticket' });
    await idOf(agent);
    await scene.settle();
    return { agent, id };
  }

  let release = (): Promise<void> => Promise.resolve();

  /** Keeps all who read topics waiting, everywhere, until `release`. */
  async function hold(): Promise<void> {
    const client = new pg.Client({ connectionString: scene.primary.url });
    await client.connect();
    release = () => client.end();
    await client.query('begin; lock table topics in access exclusive mode');
    // What no commit waits for comes to the standbys some time, or with this.
    await client.query('select pg_switch_wal()');
    const sql = `select from pg_locks where relation = 'topics'::regclass and mode = 'AccessExclusiveLock'`;
    for (const standby of scene.standbys) await until(async () => (await standby.query(sql)).length === 1);
  }

  /** How many operations read topics at a standby now. */
  const waiting = async (n: number): Promise<number> => {
    const sql = `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and query like '%from topics%'`;
    return ((await scene.standbys[n]?.query<{ n: number }>(sql)) ?? [])[0]?.n ?? 0;
  };

  /** Queries of as many people, which wait at their replicas. */
  async function underWay(): Promise<Promise<unknown>[]> {
    const people = await Promise.all(Array.from({ length: 10 }, () => gateway.signIn({ role: 'agent' })));
    for (const actor of people) await idOf(actor);
    await scene.settle();
    await hold();
    const answers = people.map((actor) => actor.run('{ topics { key } }'));
    await until(async () => (await waiting(0)) + (await waiting(1)) === people.length);
    expect(await waiting(0)).toBeGreaterThan(0);
    return answers;
  }

  const inUse = (): number => gateway.lines.filter(({ msg }) => msg === 'a replica is in use').length;

  it('that crashes with queries under way fails none of them, and is used again when it is back', async () => {
    const { agent, id } = await opened();
    const answers = await underWay();
    const [before, lines] = [inUse(), gateway.lines.length];
    await scene.standby.crash();
    await release();
    for (const answer of await Promise.all(answers)) expect(answer).toHaveProperty('topics');
    expect(await titleOf(agent, id)).toBe('A ticket');
    await scene.standby.start();
    await areInUse(gateway.lines, before + 1);
    const told = gateway.lines
      .slice(lines)
      .filter(({ replica }) => replica === new URL(scene.standby.url).host + '/postgres');
    expect(told.filter(({ state }) => state === 'away')).toHaveLength(1);
  });

  it.each(['cancel', 'terminate'])('that has to %s queries under way fails none of them', async (fault) => {
    const answers = await underWay();
    for (const standby of scene.standbys) {
      await standby.query(
        `select pg_${fault}_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and query like '%from topics%'`,
      );
    }
    await release();
    for (const answer of await Promise.all(answers)) expect(answer).toHaveProperty('topics');
  });

  /** How many replicas are in use, as the metrics say. */
  async function replicasInUse(): Promise<number> {
    const { text } = await send(gateway.app.metricsUrl ?? '');
    return text.split('\n').filter((line) => /^gateway_replica_in_use\{.*\} 1$/.test(line)).length;
  }

  it('that stands still is passed over', async () => {
    const { agent, id } = await opened();
    scene.standbys.forEach((standby) => standby.freeze());
    for (let n = 0; n < 5; n++) expect(await titleOf(agent, id)).toBe('A ticket');
    await until(async () => (await replicasInUse()) === 0);
  });

  it('that is too far behind answers nobody, not even those who have seen nothing newer', async () => {
    const { agent, id } = await opened();
    const reader = await gateway.signIn({ role: 'agent' });
    await idOf(reader);
    await scene.settle();
    for (const standby of scene.standbys) await standby.pause();
    const titles: string[] = [];
    await done(agent, 'updateTicket', { ticketId: id, title: 'Another' });
    titles.push(await titleOf(reader, id));
    while (titles.at(-1) === 'A ticket') {
      await wait(100);
      titles.push(await titleOf(reader, id));
    }
    expect(titles[0]).toBe('A ticket');
    expect(gateway.lines.filter(({ state }) => state === 'behind')).toHaveLength(2);
  });

  it('has what it lacks told by others to those whose own is away', async () => {
    const { agent, id } = await opened();
    const people = await Promise.all(Array.from({ length: 10 }, () => gateway.signIn({ role: 'agent' })));
    for (const actor of people) await idOf(actor);
    await scene.settle();
    const ofFirst: Actor[] = [];
    for (const actor of people) {
      const { standby } = await scene.statementsOf(() => titleOf(actor, id));
      if (standby.length > 0) ofFirst.push(actor);
    }
    expect(ofFirst.length).toBeGreaterThan(0);
    await scene.standbys[1]?.pause();
    await say(agent, id, 'News');
    await scene.primary.isFollowedBy(scene.standby);
    await scene.standby.crash();
    for (const actor of ofFirst) expect((await read(actor, id)).comments.nodes).toHaveLength(1);
    await scene.standby.start();
  });

  it('is counted by the metrics, with how far it is behind', async () => {
    const { agent, id } = await opened();
    await titleOf(agent, id);
    const { text } = await send(gateway.app.metricsUrl ?? '');
    expect(text).toMatch(/^gateway_operations_total\{database="replica"\} [1-9]/m);
    expect(text).toMatch(/^gateway_operations_total\{database="primary"\} [1-9]/m);
    for (const { url } of scene.standbys) {
      expect(text).toContain(`gateway_replica_lag_seconds{replica="${new URL(url).host}/postgres"} 0\n`);
    }
  });

  it('is none, and not used, where it takes writes or follows another primary', async () => {
    const wrong = await scene.gateway({ DATABASE_REPLICA_URLS: `${scene.primary.url},${server}` });
    await until(() => wrong.lines.filter(({ state }) => state === 'no replica of the primary').length === 2);
    const actor = await wrong.signIn({ role: 'agent' });
    await idOf(actor);
    const { text } = await send(wrong.app.metricsUrl ?? '');
    expect(text).not.toContain('database="replica"');
  });

  it('that is away for good does not keep a gateway from starting, or from being ready', async () => {
    const alone = await scene.gateway({ DATABASE_REPLICA_URLS: 'postgres://nobody@127.0.0.1:1/postgres' });
    const { status } = await send(new URL('/health/ready', alone.url).href);
    expect(status).toBe(200);
    expect(await idOf(await alone.signIn({ role: 'agent' }))).toBeDefined();
  });
});
