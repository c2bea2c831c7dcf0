import { Proxy } from '../client/proxy.js';
import { createDataSource } from '../../src/db/data-source.js';
import { Database } from '../../src/db/database.js';
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
  return { db, proxy, works, close: () => dataSource.destroy().then(() => proxy.close()) };
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
