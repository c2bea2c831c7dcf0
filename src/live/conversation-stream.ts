import type { SignedInViewer } from '../auth/viewer.js';
import { isStaff } from '../auth/viewer.js';
import { type Database, parameters } from '../db/database.js';
import { LogEntry, type LogEntryType } from '../entities/log-entry.js';
import { cursorExpired, notFound } from '../errors.js';
import { visibleTickets } from '../policies/visibility.js';
import { seqFor } from './cursors.js';
import type { Doorbell } from './doorbell.js';

/** Says that everything up to a position was delivered; no row of the log. */
export interface CheckpointEntry extends Pick<LogEntry, 'ticketId' | 'staffSeq' | 'publicSeq' | 'at' | 'actorId'> {
  readonly type: 'Checkpoint';
}

/** What a listener of a conversation gets. */
export type StreamItem = LogEntry | CheckpointEntry;

/** What to follow, and from where. */
export interface Following {
  readonly viewer: SignedInViewer;
  readonly ticketId: string;
  /** Number, in the viewer's stream, of the last event that they have. */
  readonly after: number;
  /** Which events are wanted; all, and checkpoints, when absent. */
  readonly only?: LogEntryType;
}

const rowsPerRead = 100;
/** How long it is quiet before a checkpoint says so, in milliseconds. */
const idleMs = 30_000;

/**
 * A conversation as an endless iterator: what is in the log after a position, then what is added to it, read from the same
 * place by the same statement, so that there is no seam between the two. It pulls: a slow reader holds no more than one read.
 */
export class ConversationStream implements AsyncIterableIterator<StreamItem> {
  private position: number;
  private buffer: LogEntry[] = [];
  private caughtUp = false;
  private finished = false;
  private rung = false;
  private wake: (() => void) | undefined;
  private readonly unwatch: () => void;

  constructor(
    private readonly db: Database,
    doorbell: Doorbell,
    private readonly following: Following,
  ) {
    this.position = following.after;
    this.unwatch = doorbell.watch(following.ticketId, () => {
      this.rung = true;
      this.wake?.();
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next event; an error when the viewer lost the right to it, and nothing is delivered from then on. */
  async next(): Promise<IteratorResult<StreamItem, undefined>> {
    try {
      return await this.advance();
    } catch (error) {
      this.finish();
      throw error;
    }
  }

  /** Ends the stream at once, also while somebody waits for its next event. */
  return(): Promise<IteratorResult<StreamItem, undefined>> {
    this.finish();
    return Promise.resolve({ done: true, value: undefined });
  }

  private async advance(): Promise<IteratorResult<StreamItem, undefined>> {
    const { only } = this.following;
    while (!this.finished) {
      for (let entry = this.buffer.shift(); entry; entry = this.buffer.shift()) {
        if (only === undefined || entry.type === only) return { done: false, value: entry };
      }
      this.rung = false;
      this.buffer = await this.read();
      const last = this.buffer.at(-1);
      if (last) {
        this.position = seqFor(this.following.viewer, last);
      } else if (!this.caughtUp) {
        this.caughtUp = true;
        if (only === undefined) return { done: false, value: this.checkpoint() };
      } else if ((await this.ringOrIdle()) === 'idle' && only === undefined) {
        return { done: false, value: this.checkpoint() };
      }
    }
    return { done: true, value: undefined };
  }

  /** The rights travel with the read: one statement tells what is new and whether this viewer, as they were known, may see it. */
  private async read(): Promise<LogEntry[]> {
    const { viewer, ticketId } = this.following;
    const { values, bind } = parameters();
    const seq = isStaff(viewer) ? 'staff_seq' : 'public_seq';
    const rows = await this.db.query<LogEntry & { isSame: boolean; isVisible: boolean }>(
      `select u.is_active and u.access_version = ${bind(viewer.accessVersion)} as "isSame", t.id is not null as "isVisible", l.*
       from users u
       left join tickets t on t.id = ${bind(ticketId)} and ${visibleTickets(viewer, 't', bind)}
       left join lateral (
         select ${this.db.columns(LogEntry, 'c')} from conversation_log c
         where c.ticket_id = t.id and c.${seq} > ${bind(this.position)} order by c.${seq} limit ${bind(rowsPerRead)}
       ) l on true
       where u.id = ${bind(viewer.id)}`,
      values,
    );
    const [first] = rows;
    if (!first?.isSame) throw cursorExpired('Your rights have changed: fetch the conversation anew.');
    if (!first.isVisible) throw notFound('ticket');
    return first.ticketId === null ? [] : rows;
  }

  private async ringOrIdle(): Promise<'ring' | 'idle'> {
    if (this.rung || this.finished) return 'ring';
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve('idle'), idleMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve('ring');
      };
    });
  }

  private checkpoint(): CheckpointEntry {
    const { ticketId } = this.following;
    return {
      type: 'Checkpoint',
      ticketId,
      staffSeq: this.position,
      publicSeq: this.position,
      at: new Date(),
      actorId: null,
    };
  }

  private finish(): void {
    this.finished = true;
    this.unwatch();
    this.wake?.();
  }
}
