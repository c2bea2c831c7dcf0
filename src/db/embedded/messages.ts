/** What the main thread gives the worker to start with. */
export interface WorkerOptions {
  dir: string;
  load?: Uint8Array<ArrayBuffer> | Blob;
  /** One BigInt64: the `process.hrtime` at which the running batch began, 0 between batches. */
  clock: SharedArrayBuffer;
  upkeepMs: number;
}

/** What the main thread asks of the worker; `id` names a client's connection. */
export type ToWorker =
  { type: 'data'; id: number; bytes: Uint8Array } | { type: 'end'; id: number } | { type: 'dump' } | { type: 'close' };

/** What the worker tells the main thread; after `failed` it exits. */
export type FromWorker =
  | { type: 'firstStart' }
  | { type: 'ready' }
  | { type: 'data'; id: number; bytes: Uint8Array }
  | { type: 'end'; id: number }
  | { type: 'dumped'; tar: Uint8Array<ArrayBuffer> }
  | { type: 'failed'; message: string };
