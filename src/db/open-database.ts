import { join } from 'node:path';
import pg from 'pg';
import type { DataSource, Logger as QueryLogger } from 'typeorm';
import type { Config } from '../config.js';
import { StartError } from '../errors.js';
import { EmbeddedEngineError, openEmbedded } from './embedded/engine.js';
import { databaseCode } from './failures.js';

/** What happens on the way to an open database. */
export interface DatabaseEvents {
  /** A new embedded database has to be made first, which takes some seconds. */
  readonly onFirstStart?: () => void;
  /** The embedded database stopped by itself: nothing can go on. */
  readonly onDeath?: (error: Error) => void;
  /** Sees every statement. */
  readonly queryLogger?: QueryLogger;
}

/** An open database whose tables are up to date. */
export interface OpenDatabase {
  readonly dataSource: DataSource;
  /** Names of the migrations that were run to get there. */
  readonly migrated: readonly string[];
  readonly close: () => Promise<void>;
}

const poolSize = 10;
/** Held by the one gateway that runs migrations while others start. */
const migrationLock = 7_463_011;

/** Opens the external PostgreSQL, or the embedded one of the data folder, and runs what migrations are missing. */
export async function openDatabase(config: Config, events: DatabaseEvents = {}): Promise<OpenDatabase> {
  return config.databaseUrl === undefined
    ? openFolder(join(config.dataDir, 'postgres'), events)
    : openServer(config.databaseUrl, events);
}

async function openFolder(dir: string, { queryLogger, ...events }: DatabaseEvents): Promise<OpenDatabase> {
  const opening = openEmbedded({ dir, ...events }).catch((error: unknown) => {
    throw error instanceof EmbeddedEngineError ? new StartError(error.message) : error;
  });
  // The engine starts in a thread of its own: what it takes to use it is loaded meanwhile.
  const [engine, { createDataSource }] = await Promise.all([opening, import('./data-source.js')]);
  const dataSource = createDataSource({ stream: engine.stream }, queryLogger);
  const close = async (): Promise<void> => {
    if (dataSource.isInitialized) await dataSource.destroy();
    await engine.close();
  };
  try {
    await dataSource.initialize();
    return { dataSource, migrated: await migrate(dataSource), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openServer(url: string, { queryLogger }: DatabaseEvents): Promise<OpenDatabase> {
  const { createDataSource } = await import('./data-source.js');
  // An index of a large table takes longer to build than any request may take.
  const migrator = createDataSource({ url, poolSize: 1, statementLimitMs: 0 });
  await migrator.initialize().catch((error: unknown) => {
    throw unreachable(url, error);
  });
  const migrated = await withLock(url, () => migrate(migrator)).finally(() => migrator.destroy());
  const dataSource = await createDataSource({ url, poolSize }, queryLogger).initialize();
  return { dataSource, migrated, close: () => dataSource.destroy() };
}

async function migrate(dataSource: DataSource): Promise<string[]> {
  return (await dataSource.runMigrations()).map(({ name }) => name);
}

async function withLock<T>(url: string, work: () => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    return await work();
  } finally {
    await client.end();
  }
}

function unreachable(url: string, error: unknown): StartError {
  const { host, pathname } = new URL(url);
  const reason = databaseCode(error) ?? (error as Error).message;
  return new StartError(`DATABASE_URL: the database ${pathname.slice(1)} at ${host} can not be reached (${reason}).`);
}
