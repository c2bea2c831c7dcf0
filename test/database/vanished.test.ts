import { Proxy } from '../client/proxy.js';
import { createDataSource } from '../../src/db/data-source.js';
import { Database } from '../../src/db/database.js';
import { NotifyBus } from '../../src/live/notify-bus.js';
import { createLogger } from '../../src/logger.js';
import { until } from '../support/cluster.js';
import { onServer } from '../support/gateway.js';

const address = globalThis.testDatabase;
const itOnServer = onServer() ? it : it.skip;
if (!onServer()) console.warn('Not run without TEST_DATABASE_URL: a server that is gone without a word');

/** A database by a way that can be frozen, with two connections that were used before. */
async function throughProxy() {
  if (!('url' in address)) throw new Error('there is no server');
  const proxy = await Proxy.to(address.url);
  const url = new URL(address.url);
  url.port = new URL(proxy.url).port;
  const dataSource = await createDataSource({ url: url.href, poolSize: 2, statementLimitMs: 200 }).initialize();
  const db = new Database(dataSource);
  const works = (): Promise<unknown> => Promise.all([1, 2].map(() => db.query('select pg_sleep(0.1)')));
  await works();
  return { db, proxy, url: url.href, works, close: () => dataSource.destroy().then(() => proxy.close()) };
}

const unavailable = { status: 'rejected', reason: { code: 'SERVICE_UNAVAILABLE' } };

itOnServer.each([
  ['a statement', (db: Database) => db.query('select 1')],
  ['a transaction', (db: Database) => db.transaction((tx) => tx.query('select 1'))],
])(
  'tells of a server that is gone without a word by %s, and goes on by new connections',
  async (_, act) => {
    const { db, proxy, works, close } = await throughProxy();
    proxy.freeze();
    expect(await Promise.allSettled([act(db), act(db)])).toMatchObject([unavailable, unavailable]);
    await works();
    await close();
  },
  20_000,
);

itOnServer(
  'tells of a server that is gone without a word at the commit',
  async () => {
    const { db, proxy, works, close } = await throughProxy();
    const committing = db.transaction(async (tx) => {
      await tx.query('select 1');
      proxy.freeze();
    });
    expect(await Promise.allSettled([committing])).toMatchObject([unavailable]);
    // The other one was idle meanwhile.
    await Promise.allSettled([db.query('select 1'), db.query('select 1')]);
    await works();
    await close();
  },
  20_000,
);

itOnServer(
  'tells why a transaction was given up when its server is gone without a word, and goes on by new connections',
  async () => {
    const { db, proxy, works, close } = await throughProxy();
    const refused = db.transaction(async (tx) => {
      await tx.query('select 1');
      proxy.freeze();
      throw new Error('refused');
    });
    await expect(refused).rejects.toThrow('refused');
    // The other one was idle meanwhile.
    await Promise.allSettled([db.query('select 1'), db.query('select 1')]);
    await works();
    await close();
  },
  20_000,
);

itOnServer('finds out that nobody rings any more, and listens by a new connection', async () => {
  const { db, proxy, url, close } = await throughProxy();
  const bus = new NotifyBus(url, db, createLogger('silent'), { askEveryMs: 50, answerMs: 200 });
  await bus.open();
  const rings: string[] = [];
  for (const hint of ['one', 'two']) bus.subscribe(hint, () => rings.push(hint));
  const ring = (hint: string): Promise<unknown> =>
    db.query(`select pg_notify('conversation_log', $1)`, [`other,${hint}`]);
  await ring('one');
  await until(() => rings.length > 0);
  const before = proxy.connections;
  proxy.freeze();
  await Promise.allSettled([db.query('select 1'), db.query('select 1')]);
  await until(() => proxy.connections > before);
  await until(async () => {
    await ring('two');
    return rings.includes('two');
  });
  await bus.close();
  await close();
});

itOnServer('does not wait for ever to be let in by a server that says nothing', async () => {
  const { db, proxy, url, close } = await throughProxy();
  proxy.hold();
  const bus = new NotifyBus(url, db, createLogger('silent'), { askEveryMs: 50, answerMs: 200 });
  await expect(bus.open()).rejects.toThrow('timeout');
  await bus.close();
  proxy.thaw();
  await close();
});
