import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestEnvironment } from 'jest-environment-node';
import pg from 'pg';
import { openEmbedded } from '../../dist/engine.js';

const keptTables = ['migrations', 'installation'];
/** What migrations fill and tests may change. */
const filledTables = ['states', 'topics'];

let engine;
let files = 0;

/** One embedded engine for all test files of a jest worker: opening one takes a second, emptying it none. */
async function embeddedDatabase() {
  const folder = process.env.TEST_TEMPLATE_FOLDER;
  engine ??= openEmbedded({
    dir: 'memory://',
    load: new Uint8Array(await readFile(join(folder, 'template.tar'))),
    unref: true,
  });
  const { stream } = await engine;
  const client = new pg.Client({ stream, user: 'postgres' });
  await client.connect();
  const { rows } = await client.query(
    `select string_agg(format('%I', tablename), ', ') as names from pg_tables
     where schemaname = 'public' and tablename <> all ($1)`,
    [keptTables],
  );
  await client.query('create schema if not exists template');
  for (const name of filledTables) await client.query(`create table if not exists template.${name} as table ${name}`);
  // The trigger that keeps the audit log lets nobody else do so.
  await client.query('set session_replication_role = replica');
  await client.query(`truncate ${rows[0].names}, pgboss.job, pgboss.archive restart identity cascade`);
  await client.query('reset session_replication_role');
  // Those of the last test file's rows would have others read in odd ways.
  await client.query(
    `delete from pg_statistic s using pg_class c where c.oid = s.starelid and c.relnamespace = 'public'::regnamespace`,
  );
  for (const name of filledTables) await client.query(`insert into ${name} table template.${name}`);
  await client.end();
  return { stream };
}

/** A database of its own for each test file. */
async function serverDatabase(url, template) {
  const name = `${template}_${process.env.JEST_WORKER_ID}_${++files}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create database ${name} template ${template}`);
  await client.end();
  const own = new URL(url);
  own.pathname = `/${name}`;
  return { url: own.href, poolSize: 10 };
}

/** Gives every test file an empty, migrated database as `testDatabase`. */
export default class EngineEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    const { TEST_DATABASE_URL: url, TEST_TEMPLATE_DATABASE: template } = process.env;
    this.global.testDatabase = url ? await serverDatabase(url, template) : await embeddedDatabase();
  }
}
