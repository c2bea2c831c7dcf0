import { chmodSync, mkdirSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedEngineError } from './error.js';
import { isLockFile } from './lock.js';

const ENGINE_MAJOR = '18';
// The engine's file system has error numbers of its own, without a code or a message.
const ENGINE_ENOSPC = 51;
const OF_A_DATABASE = /^(base|global|pg_.*|PG_VERSION|postgresql\..*|postmaster\..*)$/;

/** Makes sure that a folder is there and returns its real path. */
export function makeFolder(dir: string): string {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return realpathSync(dir);
}

/**
 * Closes a folder to other users and says whether it already holds a database; throws `EmbeddedEngineError` when it
 * holds something else, so that the files of others are neither mixed with a database's nor locked away.
 */
export function claimFolder(dir: string): boolean {
  const names = readdirSync(dir).filter((name) => !isLockFile(name));
  const foreign = names.find((name) => !OF_A_DATABASE.test(name));
  if (foreign !== undefined) {
    throw new EmbeddedEngineError(`The folder ${dir} holds other files (${foreign}); a database needs one of its own.`);
  }
  // Without PG_VERSION, which is written last, the files are of a first start that was cut short and is made again.
  const exists = names.includes('PG_VERSION');
  const version = exists ? readFileSync(join(dir, 'PG_VERSION'), 'utf8').trim() : ENGINE_MAJOR;
  if (version !== ENGINE_MAJOR) {
    throw new EmbeddedEngineError(
      `The data folder ${dir} belongs to PostgreSQL ${version}, but the embedded engine is PostgreSQL ${ENGINE_MAJOR}.`,
    );
  }
  chmodSync(dir, 0o700);
  return exists;
}

/** Puts into one sentence why the database of a folder `what`, say cannot be opened; `log` is what the engine printed last. */
export function explain(dir: string, what: string, error: unknown, log: readonly string[]): string {
  if (error instanceof EmbeddedEngineError) return error.message;
  const { code, name, errno, message = `${name} ${String(errno)}` } = error as Partial<NodeJS.ErrnoException>;
  const inEngine = name === 'ErrnoError' && errno === ENGINE_ENOSPC;
  if (inEngine || code === 'ENOSPC' || log.some((line) => /no space left on device/i.test(line))) {
    return `The disk of the data folder ${dir} is full.`;
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return `The data folder ${dir} cannot be written (${code}).`;
  }
  if (code === 'ENOTDIR' || code === 'EEXIST') {
    return `The data folder ${dir} cannot be made because there is a file in its place.`;
  }
  const lastWords = log.findLast((line) => /FATAL|PANIC/.test(line))?.replace(/^.*?(FATAL|PANIC): +/, '');
  return `The embedded database in ${dir} ${what}: ${lastWords ?? message}`;
}
