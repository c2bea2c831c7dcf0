import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { DataSource, Logger as QueryLogger } from 'typeorm';
import type { Config } from '../config.js';
import { isUnavailable, StartError } from '../errors.js';
import { EmbeddedEngineError, openEmbedded } from './embedded/engine.js';
import { asServiceUnavailable, databaseCode } from './failures.js';
import { hasJobs, prepareJobs } from './job-tables.js';

/** How a database is opened, and what happens on the way. */
export interface DatabaseOptions {
  /** Takes the newest migration back instead of running what is missing. */
  readonly undo?: boolean;
  /** A new embedded database has to be made first, which takes some seconds. */
  readonly onFirstStart?: () => void;
  /** A server is there, but does not answer in time: it is asked again for a while. */
  readonly onWait?: () => void;
  /** The embedded database stopped by itself: nothing can go on. */
  readonly onDeath?: (error: Error) => void;
  /** Sees every statement. */
  readonly queryLogger?: QueryLogger;
}

/** An open database. */
export interface OpenDatabase {
  readonly dataSource: DataSource;
  /** Names of the migrations that were run, or taken back, to get there. */
  readonly migrated: readonly string[];
  readonly close: () => Promise<void>;
}

const poolSize = 10;
/** For how long a server that is busy, or is starting itself, is asked again, in milliseconds. */
const patienceMs = 30_000;
const askAgainMs = 250;
/** Held by the one gateway that runs migrations while others start. */
const migrationLock = 7_463_011;

/** Opens the external PostgreSQL, or the embedded one of the data folder, and runs what migrations are missing. */
export async function openDatabase(config: Config, options: DatabaseOptions = {}): Promise<OpenDatabase> {
  const { databaseUrl: url, isPooled, dataDir } = config;
  if (url === undefined) return openFolder(join(dataDir, 'postgres'), options);
  return isPooled ? openPooled(url, options) : openServer(url, options);
}

async function openFolder(dir: string, { queryLogger, undo, ...events }: DatabaseOptions): Promise<OpenDatabase> {
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
    return { dataSource, migrated: await migrate(dataSource, undo), close };
  } catch (error) {
    // Why it could not be opened is what matters.
    await close().catch(() => undefined);
    throw error;
  }
}

async function openServer(url: string, { queryLogger, undo, onWait }: DatabaseOptions): Promise<OpenDatabase> {
  const { createDataSource } = await import('./data-source.js');
  const reach = <T>(connect: () => Promise<T>): Promise<T> => reached(url, connect, onWait);
  // An index of a large table takes longer to build than any request may take.
  const migrator = await reach(() => createDataSource({ url, poolSize: 1, statementLimitMs: 0 }).initialize());
  const migrated = await withLock(url, reach, () => migrate(migrator, undo))
    .catch((error: unknown) => {
      throw isUnavailable(asServiceUnavailable(error)) ? unreachable(url, error) : error;
    })
    .finally(() => migrator.destroy());
  const dataSource = await reach(() => createDataSource({ url, poolSize }, queryLogger).initialize());
  return { dataSource, migrated, close: () => dataSource.destroy() };
}

/** Behind a pooler no lock outlives its transaction, and no limit comes from here: what is needed has to be there already. */
async function openPooled(url: string, { queryLogger, undo, onWait }: DatabaseOptions): Promise<OpenDatabase> {
  const { createDataSource } = await import('./data-source.js');
  const past = 'with a DATABASE_URL that leads to PostgreSQL itself and without DATABASE_POOLER';
  if (undo) throw new StartError(`DATABASE_POOLER: take migrations back ${past}.`);
  const connect = (): Promise<DataSource> =>
    createDataSource({ url, poolSize, isPooled: true }, queryLogger).initialize();
  const dataSource = await reached(url, connect, onWait);
  try {
    const [{ limit } = { limit: '0' }] = await dataSource.query<{ limit: string }[]>(
      `select current_setting('statement_timeout') as limit`,
    );
    if (limit === '0') {
      const remedy = `alter role … in database … set statement_timeout = '10s'`;
      throw new StartError(`DATABASE_POOLER: statements may run for ever; limit them by \`${remedy}\`.`);
    }
    if ((await dataSource.showMigrations()) || !(await hasJobs(dataSource))) {
      throw new StartError(`DATABASE_POOLER: migrations are missing; run \`npm run migrate\` ${past}.`);
    }
    return { dataSource, migrated: [], close: () => dataSource.destroy() };
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

async function migrate(dataSource: DataSource, undo = false): Promise<string[]> {
  if (!undo) {
    const run = await dataSource.runMigrations();
    await prepareJobs(dataSource);
    return run.map(({ name }) => name);
  }
  const [newest] = await dataSource.query<{ name: string }[]>('select name from migrations order by id desc limit 1');
  if (!newest) return [];
  await dataSource.undoLastMigration().catch((error: unknown) => {
    throw new StartError(`The migration ${newest.name} can not be taken back: ${(error as Error).message}`);
  });
  return [newest.name];
}

async function withLock<T>(
  url: string,
  reach: <C>(connect: () => Promise<C>) => Promise<C>,
  work: () => Promise<T>,
): Promise<T> {
  const { default: pg } = await import('pg');
  const options = { connectionString: url, connectionTimeoutMillis: 2_000, options: '-c statement_timeout=0' };
  const client = await reach(() => new pg.Client(options).connect());
  const lost = new Promise<never>((_, reject) => client.on('error', reject));
  try {
    const held = client.query('select pg_advisory_lock($1)', [migrationLock]);
    return await Promise.race([held.then(work), lost]);
  } finally {
    await client.end();
  }
}

/** Connects to a server; one where nobody listens, or that refuses whoever asks, is not asked again. */
async function reached<T>(url: string, connect: () => Promise<T>, onWait?: () => void): Promise<T> {
  const until = Date.now() + patienceMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await connect();
    } catch (error) {
      if (!isBusy(error) || Date.now() > until) throw unreachable(url, error);
      if (attempt === 1) onWait?.();
      await wait(askAgainMs);
    }
  }
}

const nobodyThere = ['ECONNREFUSED', 'ENOTFOUND', 'ENOENT'];
const isBusy = (error: unknown): boolean =>
  isUnavailable(asServiceUnavailable(error)) && !nobodyThere.includes(databaseCode(error) ?? '');

function unreachable(url: string, error: unknown): StartError {
  const { host, pathname } = new URL(url);
  const reason = databaseCode(error) ?? (error as Error).message;
  return new StartError(`DATABASE_URL: the database ${pathname.slice(1)} at ${host} can not be reached (${reason}).`);
}
