import type { LogEntry, LogEntryType } from '../entities/log-entry.js';
import { isUnavailable } from '../errors.js';
import type { Listener } from './listeners.js';
import type { Numbering, Thread } from './thread.js';

/** Says that everything up to a position was delivered; no row of the log. */
export interface CheckpointEntry extends Pick<LogEntry, 'ticketId' | 'staffSeq' | 'publicSeq' | 'at' | 'actorId'> {
  readonly type: 'Checkpoint';
}

/** What a listener of a conversation gets. */
export type StreamItem = LogEntry | CheckpointEntry;

/** What to follow, and from where. */
export interface Following {
  readonly ticketId: string;
  readonly numbering: Numbering;
  /** Number, in that numbering, of the last event that they have. */
  readonly after: number;
  /** Which events are wanted; all, and checkpoints, when absent. */
  readonly only?: LogEntryType;
}

/** How long it is quiet before a checkpoint says so, in milliseconds. */
const idleMs = 30_000;
/** When a database that did not answer is asked again, in milliseconds. */
const retryMs = 1_000;

/**
 * A conversation as an endless iterator: what is in the log after a position, then what is added to it, read from the same
 * place, so that there is no seam between the two. It pulls: a slow reader holds no more than one read.
 */
export class ConversationStream implements AsyncIterableIterator<StreamItem> {
  /** Number of the last event that was taken. */
  position: number;
  /** Whether the ticket was deleted and all up to there was taken. */
  isOver = false;
  private buffer: LogEntry[] = [];
  private isStopped = false;
  private hasLooked: boolean;
  private seenNews = 0;
  /** Whether a checkpoint is due once there is nothing to read. */
  private owesCheckpoint: boolean;
  private wake: (() => void) | undefined;

  /** Without a listener it asks for nobody's rights, and begins with what comes instead of with a checkpoint. */
  constructor(
    readonly thread: Thread,
    readonly listener: Listener | null,
    readonly following: Following,
  ) {
    this.position = following.after;
    this.hasLooked = listener === null;
    this.owesCheckpoint = listener !== null;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next event, as soon as there is one. */
  async next(): Promise<IteratorResult<StreamItem, undefined>> {
    // Not since the last news: what only staff are told of would show in when customers hear that nothing has happened.
    let quietUntil = Date.now() + idleMs;
    while (!this.isStopped) {
      const item = await this.poll();
      if (item) return { done: false, value: item };
      if (this.isOver) break;
      this.owesCheckpoint = (await this.newsOr(quietUntil - Date.now())) === 'time';
      if (this.owesCheckpoint) quietUntil = Date.now() + idleMs;
    }
    return { done: true, value: undefined };
  }

  /** Ends the stream at once, also while somebody waits for its next event. */
  return(): Promise<IteratorResult<StreamItem, undefined>> {
    this.isStopped = true;
    if (this.listener) this.thread.leave(this.listener);
    this.wake?.();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** What is there now; null when there is nothing, and an error when the listener has lost the right to it. */
  async poll(): Promise<StreamItem | null> {
    while (!this.isStopped) {
      const entry = this.buffer.shift();
      if (entry) {
        this.position = entry[this.following.numbering] ?? this.position;
        // Nothing comes after it, unless the ticket was brought back.
        this.isOver = this.thread.isDeleted && entry.type === 'TicketDeleted';
        if (this.wants(entry.type)) return entry;
      } else if (!(await this.readOn())) {
        if (this.isOver || !this.owesCheckpoint || !this.wants('Checkpoint')) return null;
        this.owesCheckpoint = false;
        return this.checkpoint();
      }
    }
    return null;
  }

  private wants(type: StreamItem['type']): boolean {
    if (this.thread.isDeleted && type !== 'TicketDeleted') return false;
    return this.following.only === undefined || this.following.only === type;
  }

  /** Reads what is new; false when nothing is. While the database does not answer it keeps asking: the position is kept. */
  private async readOn(): Promise<boolean> {
    const { thread, following } = this;
    this.seenNews = thread.news;
    try {
      // A look tells what came before this listener did, too.
      if (!this.hasLooked) await thread.look();
      this.hasLooked = true;
      this.requireRights();
      this.buffer = [...(await thread.after(following.numbering, this.position))];
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await this.pause(retryMs);
      return true;
    }
    return this.buffer.length > 0;
  }

  private requireRights(): void {
    if (this.thread.failure) throw this.thread.failure;
    if (this.listener?.refusal) throw this.listener.refusal;
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.isStopped) return resolve();
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async newsOr(ms: number): Promise<'news' | 'time'> {
    if (this.thread.news !== this.seenNews || this.isStopped) return 'news';
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        unwait();
        resolve('time');
      }, ms);
      this.wake = () => {
        clearTimeout(timer);
        unwait();
        resolve('news');
      };
      const unwait = this.thread.wait(this.wake);
    });
  }

  private checkpoint(): CheckpointEntry {
    const { position, following } = this;
    return {
      type: 'Checkpoint',
      ticketId: following.ticketId,
      staffSeq: position,
      publicSeq: position,
      at: new Date(),
      actorId: null,
    };
  }
}
