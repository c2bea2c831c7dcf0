import type { SignedInViewer } from '../../auth/viewer.js';
import type { Bind } from '../../db/database.js';
import type { TicketImage } from '../../entities/log-entry.js';
import { cursorExpired, isUnavailable, unauthenticated } from '../../errors.js';
import { feedExpired, type FeedPosition, type LookUps, type LookUpTable } from './feed-cursors.js';
import type { FeedReader, FeedState, ListenerRights, LookedUp } from './feed-reader.js';
import type { FeedRow } from './feed-row.js';

/** What becomes of a ticket in a list. */
export const TicketChange = {
  ENTERED: 'ENTERED',
  UPDATED: 'UPDATED',
  LEFT: 'LEFT',
  CHECKPOINT: 'CHECKPOINT',
} as const;
/** One of the changes. */
export type TicketChange = (typeof TicketChange)[keyof typeof TicketChange];

/** What a listener of the feed gets: a change of a ticket, or a checkpoint without one. */
export interface FeedItem extends FeedPosition {
  readonly change: TicketChange;
  readonly ticketId: string | null;
}

/** Which tickets a feed tells of. */
export interface FeedFilter {
  /** The tables whose rows it looks up. */
  readonly tables: readonly LookUpTable[];
  /** SQL of what it has to look up, as JSON. */
  lookUps(bind: Bind): string;
  /** Takes what was found; false where that is not what was found before. */
  take(found: LookedUp): boolean;
  matches(image: TicketImage): boolean;
}

/** How long nothing is told before a checkpoint says how far it has come, in milliseconds. */
const idleLimitMs = 30_000;
/** When a database that did not answer is asked again, in milliseconds. */
const retryMs = 1_000;

/**
 * The feed as an endless iterator: which tickets enter, change in or leave what a filter matches. It pulls: a slow listener
 * holds no more than one read.
 */
export class TicketFeed implements AsyncIterableIterator<FeedItem> {
  private buffer: FeedRow[] = [];
  private position: number;
  private lookUps: LookUps;
  private finished = false;
  private isFresh = false;
  /** Whether there may be more than the last read found. */
  private hasNews = false;
  /** When a checkpoint is due: the first one is at once. */
  private checkpointAt = 0;
  private wake: (() => void) | undefined;
  private readonly unwatch: () => void;

  constructor(
    private readonly reader: FeedReader,
    private readonly filter: FeedFilter,
    private readonly viewer: SignedInViewer,
    start: FeedPosition,
    private readonly idleMs = idleLimitMs,
  ) {
    this.position = start.position;
    this.lookUps = start.lookUps;
    this.unwatch = reader.watch(viewer.id, () => {
      this.hasNews = true;
      this.wake?.();
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next change; an error when the feed can't be followed any more. */
  async next(): Promise<IteratorResult<FeedItem, undefined>> {
    while (!this.finished) {
      const item = this.nextChange();
      if (item) return this.told(item);
      if (await this.readOn()) continue;
      const leftMs = this.checkpointAt - performance.now();
      if (leftMs <= 0) return this.told(this.item(TicketChange.CHECKPOINT, this.position, null));
      await this.newsOr(leftMs);
    }
    return { done: true, value: undefined };
  }

  /** Throws unless the viewer still has the rights that the feed was opened with. */
  async confirmRights(): Promise<boolean> {
    this.requireRights(await this.reader.rightsOf(this.viewer.id));
    return true;
  }

  /** Ends the feed at once, also while somebody waits for its next change. */
  return(): Promise<IteratorResult<FeedItem, undefined>> {
    this.finished = true;
    this.unwatch();
    this.wake?.();
    return Promise.resolve({ done: true, value: undefined });
  }

  private told(value: FeedItem): IteratorYieldResult<FeedItem> {
    const now = performance.now();
    // What is told puts off a checkpoint, but none that is due.
    if (value.change === TicketChange.CHECKPOINT || this.checkpointAt > now) this.checkpointAt = now + this.idleMs;
    return { done: false, value };
  }

  /** Whatever only changes a ticket again that has just entered or changed is told with that: it is read afterwards. */
  private nextChange(): FeedItem | null {
    for (let row = this.buffer.shift(); row; row = this.buffer.shift()) {
      const change = this.changeBy(row);
      if (!change) continue;
      let { position } = row;
      while (change !== TicketChange.LEFT && this.isOnlyUpdated(row.ticketId)) {
        position = this.buffer.shift()?.position ?? position;
      }
      return this.item(change, position, row.ticketId);
    }
    return null;
  }

  private isOnlyUpdated(ticketId: string): boolean {
    const [next] = this.buffer;
    return next?.ticketId === ticketId && this.changeBy(next) === TicketChange.UPDATED;
  }

  private changeBy({ before, after }: FeedRow): TicketChange | null {
    const was = before !== null && this.has(before);
    if (!this.has(after)) return was ? TicketChange.LEFT : null;
    return was ? TicketChange.UPDATED : TicketChange.ENTERED;
  }

  private has(image: TicketImage): boolean {
    return image.deletedAt === undefined && this.filter.matches(image);
  }

  private item(change: TicketChange, position: number, ticketId: string | null): FeedItem {
    return { change, position, lookUps: this.lookUps, ticketId };
  }

  /** Reads what is new; false when nothing is. While the database does not answer it keeps asking: the position is kept. */
  private async readOn(): Promise<boolean> {
    this.hasNews = false;
    try {
      // What others have read may have been read before this one listened.
      if (!this.isFresh) await this.reader.refresh();
      this.isFresh = true;
      const state = await this.reader.after(this.position, this.viewer.id);
      this.requireRights(state.rights[this.viewer.id]);
      await this.requireSameLookUps(state);
      this.take(state);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      this.isFresh = false;
      await this.newsOr(retryMs);
      return true;
    }
    return this.finished || this.buffer.length > 0;
  }

  private take({ rows, position: head }: FeedState): void {
    const position = rows.at(-1)?.position ?? Math.max(head, this.position);
    // Some of what comes next is no longer kept.
    if (position !== this.position + rows.length) throw feedExpired();
    this.buffer = [...rows];
    this.position = position;
  }

  private requireRights(now: ListenerRights | undefined): void {
    if (!now?.isActive) throw unauthenticated();
    if (now.accessVersion !== this.viewer.accessVersion) {
      throw cursorExpired('Your rights have changed: list the tickets anew.');
    }
  }

  /** What the filter looked up may have come to mean something else. */
  private async requireSameLookUps({ lookUps }: FeedState): Promise<void> {
    if (this.filter.tables.some((table) => lookUps[table] !== this.lookUps[table])) {
      const now = await this.reader.lookUp(this.filter);
      if (!this.filter.take(now.found)) throw feedExpired();
      this.lookUps = now.lookUps;
    } else {
      this.lookUps = lookUps;
    }
  }

  private async newsOr(ms: number): Promise<void> {
    if (this.hasNews || this.finished) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = undefined;
  }
}
