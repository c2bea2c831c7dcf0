import type { Readable } from 'node:stream';
import { AppError, ErrorCode } from '../errors.js';

/**
 * Where the bytes of files are, each under a random uuid. Names that have nothing to do with files of ours are neither read nor
 * removed.
 */
export interface Storage {
  /**
   * Keeps what arrives, whole or not at all; `size` is how many bytes that will be. Where there is no space for them it throws
   * SERVICE_UNAVAILABLE.
   */
  write(key: string, bytes: AsyncIterable<Buffer>, size: number): Promise<void>;
  /** What was kept under a key; null where nothing is. */
  read(key: string): Promise<Readable | null>;
  /** Removes what is there of these names. */
  remove(names: readonly string[]): Promise<void>;
  /** Names of all that has been there since before a moment, in batches, whole or left unfinished. */
  olderThan(moment: Date): AsyncIterable<string[]>;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a name is one that bytes are kept under. */
export const isKey = (name: string): boolean => uuid.test(name);

/** What the system says of a place that takes no more now: it is full, or so is what one user or one file may have of it, or broken. */
const fullCodes: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EMFILE', 'ENFILE', 'EROFS', 'EIO'];

/** Turns the fault of a place that takes nothing now into the error that tells senders to try again; any other comes back as it is. */
export function asNoSpace(error: unknown): unknown {
  if (!(error instanceof Error) || !fullCodes.includes((error as NodeJS.ErrnoException).code)) return error;
  const message =
    'Files can not be kept now. Nothing of this one is kept: send it again later, to the same link or a new one.';
  return new AppError(ErrorCode.SERVICE_UNAVAILABLE, message, undefined, {}, { cause: error });
}

/** Collects single names into batches. */
export async function* inBatches(names: AsyncIterable<string>, size = 500): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const name of names) {
    batch.push(name);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
