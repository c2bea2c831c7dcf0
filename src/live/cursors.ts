import type { SignedInViewer } from '../auth/viewer.js';
import type { Queryable } from '../db/database.js';
import type { Ticket } from '../entities/ticket.js';
import { type AppError, type ArgumentPath, cursorExpired, invalid } from '../errors.js';
import { streamOf } from '../policies/visibility.js';

/** The two numberings of one conversation, and that of the system's events. */
type Stream = 's' | 'p' | 'e';

/** What of a ticket its cursors depend on. */
export type ConversationHead = Pick<Ticket, 'id' | 'staffSeq' | 'publicSeq'>;

const pattern = /^([0-9a-f]{8})\.([spe])\.([0-9a-f-]{36})\.(\d{1,10})$/;

const largestSeq = 2_147_483_647;

const letterOf = (viewer: SignedInViewer): Stream => (streamOf(viewer) === 'staffSeq' ? 's' : 'p');

/** Number of a row in the stream that the viewer reads. */
export const seqFor = (viewer: SignedInViewer, row: { staffSeq: number; publicSeq: number | null }): number =>
  row[streamOf(viewer)] ?? 0;

/** Positions in conversations, as clients see them: opaque, and good for one database, ticket and stream. */
export class Cursors {
  private constructor(private readonly epoch: string) {}

  /** Reads which database this is. */
  static async of(db: Queryable): Promise<Cursors> {
    const [row] = await db.query<{ epoch: string }>('select left(epoch, 8) as epoch from installation');
    if (!row) throw new Error('the table `installation` has no row');
    return new Cursors(row.epoch);
  }

  /** The position of an event, a comment or a conversation's head in the viewer's stream. */
  write(viewer: SignedInViewer, ticketId: string, row: { staffSeq: number; publicSeq: number | null }): string {
    return this.encode(letterOf(viewer), ticketId, seqFor(viewer, row));
  }

  /** SQL of such a position, of SQL of the ticket's id and of the number in the viewer's stream; null where that is. */
  inSql(viewer: SignedInViewer, ticketId: string, seq: string): string {
    const text = `('${this.epoch}.${letterOf(viewer)}.' || ${ticketId} || '.' || ${seq})::bytea`;
    // PostgreSQL has no base64url, and breaks lines.
    return `translate(encode(${text}, 'base64'), E'+/=\\n', '-_')`;
  }

  /** The number behind a cursor; VALIDATION_FAILED for what no server wrote, CURSOR_EXPIRED for what can't be followed. */
  read(viewer: SignedInViewer, ticket: ConversationHead, cursor: string, path: ArgumentPath): number {
    const seq = this.decode(letterOf(viewer), ticket.id, cursor, path);
    if (seq > seqFor(viewer, ticket)) throw expired(path);
    return seq;
  }

  /** The position of one of the system's events about a ticket. */
  writePlace(ticketId: string, { position }: { position: number }): string {
    return this.encode('e', ticketId, position);
  }

  /** The place behind such a position; the same errors as for others. */
  readPlace(ticketId: string, cursor: string, path: ArgumentPath): number {
    return this.decode('e', ticketId, cursor, path);
  }

  private encode(stream: Stream, ticketId: string, seq: number): string {
    return Buffer.from(`${this.epoch}.${stream}.${ticketId}.${seq}`).toString('base64url');
  }

  private decode(stream: Stream, ticketId: string, cursor: string, path: ArgumentPath): number {
    const [, epoch, letter, id, digits] = pattern.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
    if (digits === undefined) {
      throw invalid(path, 'cursor', `\`${path.at(-1)}\` is no cursor: pass back one that the server handed out.`);
    }
    const seq = Number(digits);
    if (epoch !== this.epoch || letter !== stream || id !== ticketId || seq > largestSeq) throw expired(path);
    return seq;
  }
}

/** Says of a position, given as this argument, that what comes after it is not there. */
export const expired = (path: ArgumentPath): AppError =>
  cursorExpired('This position can not be followed any more: fetch the conversation anew.', path);
