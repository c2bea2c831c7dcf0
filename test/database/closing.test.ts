import { createDataSource } from '../../src/db/data-source.js';
import { Database } from '../../src/db/database.js';

const address = globalThis.testDatabase;
const onlooker = createDataSource(address);

beforeAll(async () => {
  await onlooker.initialize();
  await onlooker.query('create table closing (n int)');
});
beforeEach(() => onlooker.query('truncate closing'));
afterAll(async () => {
  await onlooker.query('drop table closing');
  await onlooker.destroy();
});

const rows = async (): Promise<number[]> =>
  (await onlooker.query<{ n: number }[]>('select n from closing order by n')).map(({ n }) => n);

/** A database with one connection: a transaction has it and waits, and others wait for it in line. */
async function busyDatabase() {
  const dataSource = await createDataSource({ ...address, poolSize: 1 }).initialize();
  const db = new Database(dataSource);
  let goOn = (): void => {};
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const first = db.transaction(async (tx) => {
    await tx.query('insert into closing values (1)');
    begin();
    await gate;
    await tx.query('insert into closing values (2)');
  });
  await begun;
  const second = db.transaction((tx) => tx.query('insert into closing values (3)'));
  const third = db.query('insert into closing values (4)');
  // One who is far behind in line hears of the end only when their own patience has ended.
  third.catch(() => undefined);
  const close = (ms: number): Promise<void> => db.settle(ms).then(() => dataSource.destroy());
  return { db, close, goOn, calls: [first, second, third] };
}

it('finishes what is under way and in line before it closes, and takes nothing else on', async () => {
  const { db, close, goOn, calls } = await busyDatabase();
  const closed = close(10_000);
  await expect(db.query('insert into closing values (5)')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  goOn();
  await closed;
  await Promise.all(calls);
  expect(await rows()).toEqual([1, 2, 3, 4]);
});

it('keeps nothing of a transaction that it closes in the middle of, and lets nobody go on in it', async () => {
  const { close, goOn, calls } = await busyDatabase();
  await close(0);
  goOn();
  const [first, next] = await Promise.allSettled(calls.slice(0, 2));
  const refused = { status: 'rejected', reason: { code: 'SERVICE_UNAVAILABLE' } };
  expect([first, next]).toMatchObject([refused, refused]);
  expect(await rows()).toEqual([]);
});
