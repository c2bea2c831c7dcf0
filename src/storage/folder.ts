import { createWriteStream } from 'node:fs';
import { mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { asNoSpace, inBatches, isKey, type Storage } from './storage.js';

const unfinished = '.part';

/** Keeps files in a folder that nobody but the gateway's own user may look into. */
export class FolderStorage implements Storage {
  constructor(private readonly folder: string) {}

  /** What is not whole yet has another name, and the renaming is the last step: a crash leaves nothing half. */
  async write(key: string, bytes: AsyncIterable<Buffer>): Promise<void> {
    const part = this.pathOf(`${key}${unfinished}`);
    await mkdir(this.folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
      throw asNoSpace(error);
    });
    // What is there already must not be overwritten, and what is acknowledged must be on the disk.
    const file = createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true });
    const closed = new Promise<void>((resolve) => file.once('close', () => resolve()));
    try {
      await pipeline(bytes, file);
      await rename(part, this.pathOf(key));
      await this.flushNames();
    } catch (error) {
      // A file that is still being opened would be made after it was removed.
      await closed;
      await rm(part, { force: true });
      throw asNoSpace(error);
    }
  }

  async read(key: string): Promise<Readable | null> {
    try {
      return (await open(this.pathOf(key))).createReadStream();
    } catch (error) {
      return nullIfAbsent(error);
    }
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) await rm(this.pathOf(name), { force: true });
  }

  olderThan(moment: Date): AsyncIterable<string[]> {
    return inBatches(this.namesFrom(moment));
  }

  private async *namesFrom(moment: Date): AsyncGenerator<string> {
    const entries = await opendir(this.folder).catch(nullIfAbsent);
    if (entries === null) return;
    for await (const { name } of entries) {
      if (!isOurs(name)) continue;
      const found = await stat(this.pathOf(name)).catch(nullIfAbsent);
      if (found?.isFile() && found.mtime < moment) yield name;
    }
  }

  private pathOf(name: string): string {
    if (!isOurs(name)) throw new Error('no name of a stored file');
    return join(this.folder, name);
  }

  private async flushNames(): Promise<void> {
    // Not every system opens folders; those flush names by themselves.
    const folder = await open(this.folder).catch(() => null);
    if (!folder) return;
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

const isOurs = (name: string): boolean => isKey(name.endsWith(unfinished) ? name.slice(0, -unfinished.length) : name);

function nullIfAbsent(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
  throw error;
}
