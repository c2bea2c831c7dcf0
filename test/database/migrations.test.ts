import type { DataSource } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { createDataSource, type DatabaseAddress } from '../../src/db/data-source.js';
import { openEmbedded } from '../../src/db/embedded/engine.js';

let dataSource: DataSource;
let close = async (): Promise<void> => {};

/** An engine of its own: the one of the environment is shared by test files that expect the tables. */
async function ownDatabase(): Promise<DatabaseAddress> {
  if ('url' in globalThis.testDatabase) return globalThis.testDatabase;
  const engine = await openEmbedded({ dir: 'memory://', unref: true });
  close = () => engine.close();
  return { stream: engine.stream };
}

beforeAll(async () => {
  dataSource = await createDataSource(await ownDatabase()).initialize();
  await dataSource.runMigrations();
}, 30_000);
afterAll(async () => {
  await dataSource.destroy();
  await close();
});

/** What would have to be run to make the tables what the entities say. */
const drift = async (): Promise<string[]> =>
  (await dataSource.driver.createSchemaBuilder().log()).upQueries.map(({ query }) => query);

it('leaves nothing between the migrations and the entities', async () => {
  expect(await drift()).toEqual([]);
});

it('would see a column that only one of them has', async () => {
  await dataSource.query('alter table topics drop column rank');
  expect(await drift()).toContainEqual(expect.stringContaining('"rank"'));
  await dataSource.query('alter table topics add column rank int not null default 0');
  await dataSource.query('alter table topics alter column rank drop default');
  expect(await drift()).toEqual([]);
});

it('takes every migration back and leaves nothing behind, and runs them again', async () => {
  const leftovers = `
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'S', 'v')
      and relname not in ('migrations', 'migrations_id_seq')
    union all select proname from pg_proc p where pronamespace = 'public'::regnamespace
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    union all select cfgname from pg_ts_config where cfgnamespace = 'public'::regnamespace
    union all select dictname from pg_ts_dict t where dictnamespace = 'public'::regnamespace
      and not exists (select from pg_depend d where d.objid = t.oid and d.deptype = 'e')`;
  for (const _ of migrations) await dataSource.undoLastMigration();
  expect(await dataSource.query(leftovers)).toEqual([]);
  expect(await dataSource.runMigrations()).toHaveLength(migrations.length);
  expect(await drift()).toEqual([]);
});
