import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openEmbedded } from '../../src/db/embedded/engine.js';

const server = process.env['TEST_DATABASE_URL'];

/** Makes an empty database on the server of the tests; answers its URL, and how to drop it. */
export async function emptyDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `ticketing_copy_${process.pid}_${Math.trunc(Math.random() * 1e9)}`;
  await onServer(`create database ${name}`);
  const url = new URL(server ?? '');
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(`drop database ${name} with (force)`) };
}

async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(sql);
  await client.end();
}

/** Every row of every table, by table. */
export type Contents = Record<string, string[]>;

/** All that a database on a server holds. */
export async function contentsOf(url: string): Promise<Contents> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return readAll(client);
}

/** All that the embedded database of a data folder holds. */
export async function contentsOfFolder(folder: string): Promise<Contents> {
  const engine = await openEmbedded({ dir: join(folder, 'postgres') });
  const client = new pg.Client({ stream: engine.stream, user: 'postgres' });
  await client.connect();
  const contents = await readAll(client);
  await engine.close();
  return contents;
}

/** Reads everything, and closes the connection. */
async function readAll(client: pg.Client): Promise<Contents> {
  await client.query(`set time zone 'UTC'`);
  const { rows: tables } = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  const contents: Contents = {};
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t`);
    contents[name] = rows.map(({ row }) => row).sort();
  }
  const { rows } = await client.query<{ row: string }>(
    `select to_jsonb(s)::text as row from (select schemaname, sequencename, last_value from pg_sequences) s`,
  );
  contents['sequences'] = rows.map(({ row }) => row).sort();
  await client.end();
  return contents;
}

const folders: string[] = [];

/** A folder that is gone when the tests are. */
export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'production-'));
  folders.push(made);
  return made;
}

/** Takes the folders away. */
export function removeFolders(): void {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
}
