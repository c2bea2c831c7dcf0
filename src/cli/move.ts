import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Config } from '../config.js';
import { createDataSource } from '../db/data-source.js';
import { openDatabase } from '../db/open-database.js';
import { StartError } from '../errors.js';
import { isUrl } from '../forms.js';
import { copyTables } from './move/copy-tables.js';

/**
 * Copies the embedded database of the data folder into an empty one on a server, in one transaction there, and says how many rows of
 * which table it compared. A StartError where the folder is in use or the target is not empty: nothing is changed then.
 */
export async function move(config: Config, { to: url }: { to: string }): Promise<void> {
  const { databaseUrl, dataDir } = config;
  if (!isUrl(url, ['postgres:', 'postgresql:'])) {
    throw new StartError('--to: postgres://user:password@host:5432/database');
  }
  if (databaseUrl !== undefined) throw new StartError('DATABASE_URL is set: only the embedded database can be moved.');
  if (!existsSync(join(dataDir, 'postgres', 'PG_VERSION'))) {
    throw new StartError(`DATA_DIR: there is no embedded database in ${dataDir}.`);
  }
  await refuseTables(url);
  // From here on no gateway can open the folder.
  const source = await openDatabase(config);
  try {
    const { close } = await openDatabase({ ...config, databaseUrl: url });
    await close();
    const target = await createDataSource({ url, poolSize: 1, statementLimitMs: 0 }).initialize();
    try {
      const copied = await copyTables(source.dataSource, target);
      for (const { name, rows } of copied) console.log(`${name}: ${rows} rows`);
      const sum = copied.reduce((all, { rows }) => all + rows, 0);
      console.log(`Moved and compared: ${copied.length} tables, ${sum} rows.`);
    } finally {
      await target.destroy();
    }
  } finally {
    await source.close();
  }
  console.log(
    `Files stay where they are: start with this DATABASE_URL and the same DATA_DIR (${dataDir}) or STORAGE_URL.`,
  );
}

async function refuseTables(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  const { pathname, host } = new URL(url);
  const place = `the database ${pathname.slice(1)} at ${host}`;
  try {
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      `select schemaname || '.' || tablename as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema') order by 1 limit 1`,
    );
    if (rows[0]) throw new StartError(`--to: ${place} is not empty: it has a table ${rows[0].name}.`);
  } catch (error) {
    if (error instanceof StartError) throw error;
    const { code, message } = error as Error & { code?: string };
    throw new StartError(`--to: ${place} can not be reached (${code ?? message}).`);
  } finally {
    await client.end().catch(() => undefined);
  }
}
