import { existsSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { EmbeddedEngineError } from './error.js';
import type { FromWorker, ToWorker, WorkerOptions } from './messages.js';
import { WireStream } from './stream.js';

export { EmbeddedEngineError } from './error.js';

const STATEMENT_LIMIT_MS = 30_000;
const UPKEEP_MS = 5 * 60_000;

/** How an embedded database is opened. */
export interface EmbeddedOptions {
  /** The data folder, made when it is not there, or `memory://`. */
  dir: string;
  /** A tar from `dump()` to start a new database from. */
  load?: Uint8Array<ArrayBuffer> | Blob;
  /** Lets the process end although the database is open, even before a query is answered: for tests only. */
  unref?: boolean;
  /** Called once when an open database stops by itself; it is gone then and can be opened again. */
  onDeath?: (error: Error) => void;
  /** Called when a new database has to be made first, which takes some seconds. */
  onFirstStart?: () => void;
  /** A statement that runs longer than this ends the database: a running one cannot be cancelled. */
  statementLimitMs?: number;
  /** How often dead rows and old write-ahead log are cleared away if anything was written. */
  upkeepMs?: number;
}

/** An open embedded database. */
export interface EmbeddedEngine {
  /** Makes a new connection, for the `stream` option of `pg`. */
  stream: () => Duplex;
  /** Returns a tar of the whole database, taken between two transactions. */
  dump(): Promise<Uint8Array<ArrayBuffer>>;
  /** Does what was asked so far, ends all connections and closes; does nothing when the database is closed or dead. */
  close(): Promise<void>;
}

/** Opens an embedded PostgreSQL; rejects with an `EmbeddedEngineError` of one sentence when it cannot. */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedEngine> {
  const engine = new Engine(options);
  await engine.opened;
  return engine;
}

function workerFile(): string {
  const source = fileURLToPath(new URL(import.meta.url));
  // A worker cannot load TypeScript: from the sources the built one is started, which lies beside all else that is built.
  const path = source.endsWith('.ts') ? '../../../dist/worker.js' : './worker.js';
  const file = fileURLToPath(new URL(path, import.meta.url));
  if (existsSync(file)) return file;
  throw new EmbeddedEngineError(`${file} is not there; npm run build makes it.`);
}

interface Waiting<T> {
  resolve: (value: T) => void;
  reject: (error: Error) => void;
}

class Engine implements EmbeddedEngine {
  readonly opened: Promise<void>;
  private readonly worker: Worker;
  private readonly exited: Promise<void>;
  private readonly clock = new BigInt64Array(new SharedArrayBuffer(8));
  private readonly streams = new Map<number, WireStream>();
  private readonly dumps: Waiting<Uint8Array<ArrayBuffer>>[] = [];
  private state: 'opening' | 'open' | 'closing' | 'gone' = 'opening';
  private death?: Error;
  private lastId = 0;
  private opening: Waiting<void>;

  constructor(private readonly options: EmbeddedOptions) {
    const { dir, load, upkeepMs = UPKEEP_MS, statementLimitMs = STATEMENT_LIMIT_MS } = options;
    this.opened = new Promise((resolve, reject) => (this.opening = { resolve, reject }));
    const workerData: WorkerOptions = { dir, load, upkeepMs, clock: this.clock.buffer };
    // The loaders and debug flags of this process are of no use there and would slow the start.
    this.worker = new Worker(workerFile(), { workerData, execArgv: [] });
    this.worker.on('message', (message: FromWorker) => this.hear(message));
    this.worker.on('error', (error) => this.blame(`The embedded database in ${dir} stopped: ${error.message}`));
    const watchdog = setInterval(() => this.watch(statementLimitMs), Math.min(1000, statementLimitMs / 4)).unref();
    this.exited = new Promise((resolve) => {
      this.worker.once('exit', () => {
        clearInterval(watchdog);
        this.bury();
        resolve();
      });
    });
  }

  readonly stream = (): Duplex => {
    const id = ++this.lastId;
    const stream = new WireStream({
      isOpen: () => this.state === 'open',
      send: (data) => {
        const bytes = new Uint8Array(data);
        this.tell({ type: 'data', id, bytes }, [bytes.buffer]);
      },
      end: () => this.tell({ type: 'end', id }),
    });
    this.streams.set(id, stream);
    stream.once('close', () => this.streams.delete(id));
    return stream;
  };

  async dump(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.state !== 'open') throw this.death ?? new EmbeddedEngineError('The embedded database is closed.');
    this.worker.ref();
    try {
      return await new Promise((resolve, reject) => {
        this.dumps.push({ resolve, reject });
        this.tell({ type: 'dump' });
      });
    } finally {
      if (this.options.unref) this.worker.unref();
    }
  }

  async close(): Promise<void> {
    if (this.state === 'gone') return;
    if (this.state === 'open') {
      this.state = 'closing';
      this.worker.ref();
      for (const id of this.streams.keys()) this.tell({ type: 'end', id });
      this.tell({ type: 'close' });
    }
    await this.exited;
    if (this.death) throw this.death;
  }

  private tell(message: ToWorker, transfer?: ArrayBuffer[]): void {
    this.worker.postMessage(message, transfer);
  }

  private hear(message: FromWorker): void {
    switch (message.type) {
      case 'firstStart':
        return this.options.onFirstStart?.();
      case 'ready':
        this.state = 'open';
        if (this.options.unref) this.worker.unref();
        return this.opening.resolve();
      case 'data':
        return this.streams.get(message.id)?.receive(message.bytes);
      case 'end':
        return this.streams.get(message.id)?.hangUp();
      case 'dumped':
        return this.dumps.shift()?.resolve(message.tar);
      case 'failed':
        return this.blame(message.message);
    }
  }

  private watch(limitMs: number): void {
    const startedAt = Atomics.load(this.clock, 0);
    if (startedAt === 0n || Number(process.hrtime.bigint() - startedAt) / 1e6 <= limitMs) return;
    this.blame(
      `A statement ran longer than ${limitMs} ms, so the embedded database in ${this.options.dir} was stopped.`,
    );
    // The end of the worker is heard as its `exit`.
    void this.worker.terminate();
  }

  private blame(reason: string): void {
    this.death ??= new EmbeddedEngineError(reason);
  }

  private bury(): void {
    const state = this.state;
    this.state = 'gone';
    if (state !== 'closing') this.blame(`The embedded database in ${this.options.dir} stopped unexpectedly.`);
    const error = this.death ?? new EmbeddedEngineError('The embedded database is closed.');
    for (const stream of this.streams.values()) stream.hangUp(this.death?.message);
    for (const dump of this.dumps.splice(0)) dump.reject(error);
    if (state === 'opening') this.opening.reject(error);
    if (state === 'open') this.options.onDeath?.(error);
  }
}
