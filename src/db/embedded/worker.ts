import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { unaccent } from '@electric-sql/pglite/contrib/unaccent';
import { EmbeddedEngineError } from './error.js';
import { claimFolder, explain, makeFolder } from './folder.js';
import { isLockFile, lockFolder } from './lock.js';
import type { ToWorker, WorkerOptions } from './messages.js';
import { type Tell, WireServer } from './server.js';

const KEPT_LOG_LINES = 50;

if (!parentPort) throw new Error('This file runs as a worker thread only.');
const main = parentPort;
const options = workerData as WorkerOptions;
const log: string[] = [];
const tell: Tell = (message, transfer) => main.postMessage(message, transfer);

function fail(what: string, error: unknown): never {
  tell({ type: 'failed', message: explain(options.dir, what, error, log) });
  process.exit(1);
}

async function openFolder(): Promise<{ dir: string; unlock: () => void }> {
  if (options.dir.startsWith('memory://')) return { dir: options.dir, unlock: () => undefined };
  const dir = makeFolder(options.dir);
  const unlock = await lockFolder(dir);
  const exists = claimFolder(dir);
  if (exists && options.load) throw new EmbeddedEngineError(`The data folder ${dir} already holds a database.`);
  if (!exists) tell({ type: 'firstStart' });
  return { dir, unlock };
}

async function openDatabase(dir: string): Promise<PGlite> {
  const db = await PGlite.create(dir, {
    extensions: { pg_trgm, unaccent },
    loadDataDir: options.load && new Blob([options.load]),
    // The default of 16 MB a file would make up most of a new database.
    initDbStartParams: ['--wal-segsize=1'],
    onStderr: (line) => {
      if (log.push(line) > KEPT_LOG_LINES) log.shift();
      return false;
    },
  });
  // A dump reads every file that it finds, and the lock is a socket, which cannot be read.
  const files = db.Module.FS as { readdir(path: string): string[] };
  const readdir = files.readdir.bind(files);
  files.readdir = (path) => readdir(path).filter((name) => !isLockFile(name));
  return db;
}

async function open(): Promise<void> {
  const { dir, unlock } = await openFolder();
  const db = await openDatabase(dir);
  const server = new WireServer(db, new BigInt64Array(options.clock), tell, (error) => fail('stopped', error));
  setInterval(() => server.upkeep(), options.upkeepMs);
  main.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'data':
        return server.receive(message.id, message.bytes);
      case 'end':
        return server.end(message.id);
      case 'dump':
        return server.dump();
      case 'close':
        return server.close(() => {
          unlock();
          process.exit(0);
        });
    }
  });
  tell({ type: 'ready' });
}

await open().catch((error: unknown) => fail('cannot be opened', error));
