import type { Readable } from 'node:stream';
import type { SignedInViewer } from '../auth/viewer.js';
import type { Database } from '../db/database.js';
import { type File, FileStatus } from '../entities/file.js';
import { notFound } from '../errors.js';
import { createLoaders } from '../loaders/loaders.js';
import type { Logger } from '../logger.js';
import type { Storage } from '../storage/storage.js';
import type { Links } from './links.js';

/** Files on their way out. */
export class Downloads {
  constructor(
    private readonly db: Database,
    private readonly links: Links,
    private readonly storage: Storage,
    private readonly logger: Logger,
  ) {}

  /** A link to get the bytes from; null while they are not there. */
  linkFor({ id: actorId }: SignedInViewer, { id, status }: Pick<File, 'id' | 'status'>): string | null {
    return status === FileStatus.READY ? this.links.sign({ method: 'GET', path: `/files/${id}`, actorId }) : null;
  }

  /** A file whose comment the viewer may still read, or that is theirs and not attached yet, with its bytes. */
  async open(viewer: SignedInViewer, id: string): Promise<{ file: File; bytes: Readable }> {
    const file = await createLoaders(this.db, viewer).visibleFile.load(id);
    if (file?.status !== FileStatus.READY) throw notFound('file');
    const bytes = await this.storage.read(file.storageKey);
    if (bytes) return { file, bytes };
    this.logger.error({ file: id, storageKey: file.storageKey }, 'the bytes of a file are gone');
    throw notFound('file');
  }
}
