import type { SignedInViewer } from '../auth/viewer.js';
import { type Bind, type Database, parameters } from '../db/database.js';
import { LogEntry, type LogEntryType } from '../entities/log-entry.js';
import { cursorExpired, isUnavailable, notFound, unauthenticated } from '../errors.js';
import { readableTickets, streamOf } from '../policies/visibility.js';
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

interface Rights {
  readonly isActive: boolean;
  readonly isSame: boolean;
  readonly isVisible: boolean;
  readonly isDeleted: boolean;
}

const rowsPerRead = 100;
/** How long it is quiet before a checkpoint says so, in milliseconds. */
const idleMs = 30_000;
/** When a database that did not answer is asked again, in milliseconds. */
const retryMs = 1_000;

/**
 * A conversation as an endless iterator: what is in the log after a position, then what is added to it, read from the same
 * place by the same statement, so that there is no seam between the two. It pulls: a slow reader holds no more than one read.
 */
export class ConversationStream implements AsyncIterableIterator<StreamItem> {
  private position: number;
  private buffer: LogEntry[] = [];
  private finished = false;
  private isDeleted = false;
  private rung = false;
  /** Whether a checkpoint is due once there is nothing to read. */
  private owesCheckpoint = true;
  private wake: (() => void) | undefined;
  private readonly unwatch: (() => void)[];

  constructor(
    private readonly db: Database,
    doorbell: Doorbell,
    private readonly following: Following,
  ) {
    this.position = following.after;
    const ring = (): void => {
      this.rung = true;
      this.wake?.();
    };
    this.unwatch = [following.ticketId, following.viewer.id].map((id) => doorbell.watch(id, ring));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next event; an error when the viewer has lost the right to it. */
  async next(): Promise<IteratorResult<StreamItem, undefined>> {
    while (!this.finished) {
      const entry = this.buffer.shift();
      if (entry) {
        // Nothing comes after it, unless the ticket was brought back.
        if (entry.type === 'TicketDeleted' && this.isDeleted) await this.return();
        if (this.wants(entry.type)) return { done: false, value: entry };
      } else if (!(await this.readOn())) {
        if (this.owesCheckpoint && this.wants('Checkpoint')) {
          this.owesCheckpoint = false;
          return { done: false, value: this.checkpoint() };
        }
        this.owesCheckpoint = (await this.ringOr(idleMs)) === 'time';
      }
    }
    return { done: true, value: undefined };
  }

  /**
   * Throws unless the viewer still has the rights that the stream was opened with. What was read about an event before this
   * passes was read with valid rights, so nothing is delivered that was committed after they were lost. False: the ticket was
   * deleted meanwhile, so that only the event that says so is left to deliver.
   */
  async confirmRights({ type }: StreamItem): Promise<boolean> {
    const { values, bind } = parameters();
    const rows = await this.db.query<Rights>(`select ${this.rights(bind)}`, values);
    return !requireRights(rows[0]).isDeleted || type === 'TicketDeleted';
  }

  /** Ends the stream at once, also while somebody waits for its next event. */
  return(): Promise<IteratorResult<StreamItem, undefined>> {
    this.finished = true;
    for (const unwatch of this.unwatch) unwatch();
    this.wake?.();
    return Promise.resolve({ done: true, value: undefined });
  }

  private wants(type: StreamItem['type']): boolean {
    return this.following.only === undefined || this.following.only === type;
  }

  /** Reads what is new; false when nothing is. While the database does not answer it keeps asking: the position is kept. */
  private async readOn(): Promise<boolean> {
    this.rung = false;
    try {
      this.buffer = await this.read();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await this.ringOr(retryMs);
      return true;
    }
    const last = this.buffer.at(-1);
    if (last) this.position = last[streamOf(this.following.viewer)] ?? this.position;
    return last !== undefined;
  }

  /** The rights travel with the read: one statement tells what is new and whether this viewer may see it. */
  private async read(): Promise<LogEntry[]> {
    const { viewer, ticketId } = this.following;
    const { values, bind } = parameters();
    const seq = this.db.column(LogEntry, streamOf(viewer));
    const rows = await this.db.query<LogEntry & Rights>(
      `select rights.*, entry.* from (select ${this.rights(bind)}) rights
       left join lateral (
         select ${this.db.columns(LogEntry, 'c')} from conversation_log c
         where c.ticket_id = ${bind(ticketId)} and c.${seq} > ${bind(this.position)} and rights."isVisible"
           and (c.type = 'TicketDeleted' or not rights."isDeleted")
         order by c.${seq} limit ${bind(rowsPerRead)}
       ) entry on true`,
      values,
    );
    this.isDeleted = requireRights(rows[0]).isDeleted;
    return rows[0]?.ticketId === null ? [] : rows;
  }

  private rights(bind: Bind): string {
    const { viewer, ticketId } = this.following;
    const user = `from users u where u.id = ${bind(viewer.id)}`;
    const ticket = `from tickets t where t.id = ${bind(ticketId)}`;
    return `
      (select u.is_active ${user}) as "isActive",
      (select u.access_version = ${bind(viewer.accessVersion)} ${user}) as "isSame",
      exists (select 1 ${ticket} and ${readableTickets(viewer, 't', bind)}) as "isVisible",
      (select t.deleted_at is not null ${ticket}) as "isDeleted"`;
  }

  private async ringOr(ms: number): Promise<'ring' | 'time'> {
    if (this.rung || this.finished) return 'ring';
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve('time'), ms);
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
}

function requireRights(rights: Rights | undefined): Rights {
  if (!rights?.isActive) throw unauthenticated();
  if (!rights.isSame) throw cursorExpired('Your rights have changed: fetch the conversation anew.');
  if (!rights.isVisible) throw notFound('ticket');
  return rights;
}
