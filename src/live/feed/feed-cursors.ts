import type { Queryable } from '../../db/database.js';
import { type AppError, type ArgumentPath, cursorExpired, invalid } from '../../errors.js';

const lookUpTables = ['users', 'states', 'topics', 'projects'] as const;
/** A table whose rows filters look up. */
export type LookUpTable = (typeof lookUpTables)[number];

/** By table, what last changed which rows are found in it. */
export type LookUps = Readonly<Partial<Record<LookUpTable, string>>>;

/** A place in the feed, and what filters meant there. */
export interface FeedPosition {
  readonly position: number;
  readonly lookUps: LookUps;
}

const pattern = /^([0-9a-f]{8})\.f\.(\d{1,15})\.(\d{1,20}(?:-\d{1,20}){3})$/;

const stamped = (lookUps: LookUps): string[] => lookUpTables.map((table) => lookUps[table] ?? '0');

/** Positions in the feed, as clients see them: opaque, and good for one database and for what filters meant then. */
export class FeedCursors {
  private constructor(private readonly epoch: string) {}

  /** Reads which database this is. */
  static async of(db: Queryable): Promise<FeedCursors> {
    const [row] = await db.query<{ epoch: string }>('select left(epoch, 8) as epoch from installation');
    if (!row) throw new Error('the table `installation` has no row');
    return new FeedCursors(row.epoch);
  }

  /** The cursor of a place. */
  write({ position, lookUps }: FeedPosition): string {
    return Buffer.from(`${this.epoch}.f.${position}.${stamped(lookUps).join('-')}`).toString('base64url');
  }

  /**
   * The place behind a cursor, for a filter that looks rows up in some tables; VALIDATION_FAILED for what no server wrote,
   * CURSOR_EXPIRED for what lies ahead of the feed, is of another database, or comes from when the filter meant something else.
   */
  read(cursor: string, head: FeedPosition, tables: readonly LookUpTable[], path: ArgumentPath): number {
    const [, epoch, digits, stamps] = pattern.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
    if (digits === undefined || stamps === undefined) {
      const message = `\`${path.at(-1)}\` is no cursor of a feed: pass back a \`feedCursor\`, or one of the feed's own.`;
      throw invalid(path, 'cursor', message);
    }
    const position = Number(digits);
    const then = stamps.split('-');
    const now = stamped(head.lookUps);
    const isSame = lookUpTables.every((table, index) => then[index] === now[index] || !tables.includes(table));
    if (epoch !== this.epoch || position > head.position || !isSame) throw feedExpired(path);
    return position;
  }
}

/** The client has to list the tickets anew. */
export const feedExpired = (path?: ArgumentPath): AppError =>
  cursorExpired('The feed can not be followed from this position any more: list the tickets anew.', path);
