import { randomUUID } from 'node:crypto';
import type { SignedInViewer } from '../auth/viewer.js';
import type { Database } from '../db/database.js';
import type { UnitOfWork } from '../db/unit-of-work.js';
import { File, FileStatus } from '../entities/file.js';
import { invalid, notFound } from '../errors.js';
import { FairTurns } from '../fair-turns.js';
import type { Storage } from '../storage/storage.js';
import type { Call } from './call.js';
import type { Links } from './links.js';

/** The largest file, in bytes. */
export const largestFile = 20 * 1024 * 1024;

/** What `createUpload` is asked for. */
export interface CreateUpload {
  name: string;
  size: number;
  contentType: string;
}

/** Which file a mutation announced. */
export interface UploadOutcome {
  readonly fileId: string;
  readonly replayed: boolean;
}

/** Bytes on their way, and what is said of them. */
export interface Delivery {
  readonly contentType: string | undefined;
  /** Absent where the sender does not know it beforehand. */
  readonly size: number | undefined;
  readonly bytes: AsyncIterable<Buffer>;
  /** Aborted once nobody waits for the end of it any more. */
  readonly end: AbortSignal;
}

/** One sending of a file. */
interface Attempt {
  /** Makes it fail. */
  drop(): void;
  /** When nothing is left of it; never fails. */
  readonly isOver: Promise<unknown>;
}

/** How many files of one person are received at a time at this gateway, and how many more wait: their bytes are not read yet. */
const turns = { atOnce: 5, waiting: 20 };

/** Files on their way in: announced by a mutation, sent by a link, attached by another mutation (parity e4). */
export class Uploads {
  private readonly attempts = new Map<string, Attempt>();
  private readonly turns = new FairTurns('uploads', turns.atOnce, turns.waiting);

  constructor(
    private readonly db: Database,
    private readonly work: UnitOfWork,
    private readonly links: Links,
    private readonly storage: Storage,
  ) {}

  /** Announces a file, for whoever is signed in. */
  async create({ viewer, once }: Call, { name, size, contentType }: CreateUpload): Promise<UploadOutcome> {
    return this.work.run(once, (tx) => {
      const fileId = randomUUID();
      const values = [fileId, viewer.id, name.trim(), size, contentType.trim(), randomUUID()];
      return Promise.resolve({
        result: { fileId },
        write: async () => {
          await tx.query(
            `insert into files (id, uploader_id, name, size, content_type, storage_key, status)
             values ($1, $2, $3, $4, $5, $6, '${FileStatus.PENDING}')`,
            values,
          );
        },
      });
    });
  }

  /** A link to send the bytes to; null once they are there. */
  linkFor({ id: actorId }: SignedInViewer, { id, status }: Pick<File, 'id' | 'status'>): string | null {
    return status === FileStatus.PENDING ? this.links.sign({ method: 'PUT', path: `/uploads/${id}`, actorId }) : null;
  }

  /**
   * Takes the bytes of a file that the viewer has announced: as many as that, and once. Every attempt writes to a place of its
   * own, so that none can change what another has brought; whatever is refused is not kept. Of those at this gateway the newest
   * drops the one before: it comes from a client that has lost its connection, which may not be known here yet.
   */
  async receive({ id: uploaderId }: SignedInViewer, id: string, delivery: Delivery): Promise<void> {
    const file = await this.expected(uploaderId, id);
    checkAnnouncement(file, delivery);
    await this.instead(id, (dropped) =>
      this.turns.use(
        uploaderId,
        () => this.keep(file, delivery, dropped),
        () => AbortSignal.any([dropped, delivery.end]),
      ),
    );
  }

  private async instead(id: string, send: (dropped: AbortSignal) => Promise<void>): Promise<void> {
    const older = this.attempts.get(id);
    const dropping = new AbortController();
    const sending = (async () => {
      older?.drop();
      await older?.isOver;
      dropping.signal.throwIfAborted();
      await send(dropping.signal);
    })();
    const attempt = { drop: () => dropping.abort(sentAnew()), isOver: sending.catch(() => undefined) };
    this.attempts.set(id, attempt);
    try {
      await sending;
    } finally {
      if (this.attempts.get(id) === attempt) this.attempts.delete(id);
    }
  }

  private async keep({ id, uploaderId, size }: File, { bytes }: Delivery, dropped: AbortSignal): Promise<void> {
    const key = randomUUID();
    await this.storage.write(key, exactly(size, unless(dropped, bytes)), size);
    // Should the answer get lost, the bytes may be in use: they are left to whoever tidies up.
    const arrived = await this.db.query(
      `update files f set status = '${FileStatus.READY}', storage_key = $3, arrived_at = now()
       from users u
       where f.id = $1 and f.uploader_id = $2 and f.status = '${FileStatus.PENDING}' and u.id = f.uploader_id and u.is_active
       returning f.id`,
      [id, uploaderId, key],
    );
    if (arrived.length > 0) return;
    await this.storage.remove([key]);
    await this.expected(uploaderId, id);
    throw notFound('file');
  }

  private async expected(uploaderId: string, id: string): Promise<File> {
    const [file] = await this.db.query<File>(
      `select ${this.db.columns(File, 'f')} from files f where f.id = $1 and f.uploader_id = $2`,
      [id, uploaderId],
    );
    if (!file) throw notFound('file');
    if (file.status === FileStatus.READY) throw alreadyThere();
    return file;
  }
}

function checkAnnouncement(file: File, { contentType, size }: Delivery): void {
  if (contentType === undefined || normalized(contentType) !== normalized(file.contentType)) {
    throw invalid(
      [],
      'contentType',
      `Send the bytes as \`Content-Type: ${file.contentType}\`, as they were announced.`,
    );
  }
  if (size !== undefined && size > file.size) throw tooMany(file.size);
  if (size !== undefined && size < file.size) throw tooFew(file.size);
}

/** Passes exactly so many bytes on, and fails as soon as there are more, or there is nothing more to come. */
async function* exactly(size: number, bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let left = size;
  for await (const chunk of bytes) {
    left -= chunk.length;
    if (left < 0) throw tooMany(size);
    yield chunk;
  }
  if (left > 0) throw tooFew(size);
}

/** Passes on what comes, and fails with the reason of the signal as soon as that is aborted. */
async function* unless(aborted: AbortSignal, bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const pieces = bytes[Symbol.asyncIterator]();
  const stop = new Promise<never>((_resolve, reject) => {
    aborted.addEventListener('abort', () => reject(aborted.reason as Error), { once: true });
  });
  // It may come when nobody listens any more.
  stop.catch(() => undefined);
  try {
    for (;;) {
      aborted.throwIfAborted();
      const next = await Promise.race([pieces.next(), stop]);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // It would wait for a piece that is still awaited.
    pieces.return?.().catch(() => undefined);
  }
}

/** Types are the same whatever the case of their letters and the blanks between their parts. */
const normalized = (contentType: string): string =>
  contentType
    .split(';')
    .map((part) => part.trim().toLowerCase())
    .join(';');

const alreadyThere = () =>
  invalid([], 'once', 'The bytes of this file are here already. Announce another file for others.');
const sentAnew = () =>
  invalid([], 'once', 'The bytes of this file are being sent anew: only the newest sending counts.');
const tooMany = (size: number) => invalid([], 'tooMany', `More bytes came than the ${size} that were announced.`);
const tooFew = (size: number) => invalid([], 'tooFew', `Fewer bytes came than the ${size} that were announced.`);
