import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { build } from '../../scripts/build.mjs';

/** Makes the migrated database that every test file starts from: a tar for embedded engines, a template on a server. */
export default async function globalSetup() {
  await build();
  const { TEST_DATABASE_URL: url } = process.env;
  if (url) await makeTemplate(url);
  else await makeTar();
}

async function makeTar() {
  const { openEmbedded } = await import('../../dist/engine.js');
  const engine = await openEmbedded({ dir: 'memory://' });
  await migrate({ stream: engine.stream });
  const folder = await mkdtemp(join(tmpdir(), 'ticketing-test-'));
  await writeFile(join(folder, 'template.tar'), await engine.dump());
  await engine.close();
  process.env.TEST_TEMPLATE_FOLDER = folder;
}

async function makeTemplate(url) {
  const name = `ticketing_test_${process.pid}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const template = new URL(url);
  template.pathname = `/${name}`;
  await migrate({ url: template.href, poolSize: 1 });
  process.env.TEST_TEMPLATE_DATABASE = name;
}

async function migrate(address) {
  const { createDataSource } = await import('../../dist/data-source.js');
  const { prepareJobs } = await import('../../dist/job-tables.js');
  const dataSource = await createDataSource(address).initialize();
  await dataSource.runMigrations();
  await prepareJobs(dataSource);
  await dataSource.destroy();
}

/** Takes away what `globalSetup` made. */
export async function cleanUp() {
  const { TEST_DATABASE_URL: url, TEST_TEMPLATE_DATABASE: name, TEST_TEMPLATE_FOLDER: folder } = process.env;
  if (folder) await rm(folder, { recursive: true });
  if (!name) return;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query('select datname from pg_database where starts_with(datname, $1)', [name]);
  for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`);
  await client.end();
}
