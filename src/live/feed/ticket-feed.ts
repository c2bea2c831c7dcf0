import type { SignedInViewer } from '../../auth/viewer.js';
import type { Bind } from '../../db/database.js';
import type { TicketImage } from '../../entities/log-entry.js';
import { cursorExpired, isUnavailable, unauthenticated } from '../../errors.js';
import { feedExpired, type FeedPosition, type LookUps, type LookUpTable } from './feed-cursors.js';
import type { FeedReader, FeedState, LookedUp } from './feed-reader.js';
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
  /** What was heard since the last read. */
  private heard: 'news' | 'quiet' | undefined;
  private owesCheckpoint = true;
  private wake: (() => void) | undefined;
  private readonly unwatch: () => void;

  constructor(
    private readonly reader: FeedReader,
    private readonly filter: FeedFilter,
    private readonly viewer: SignedInViewer,
    start: FeedPosition,
  ) {
    this.position = start.position;
    this.lookUps = start.lookUps;
    this.unwatch = reader.watch(viewer.id, (what) => {
      if (this.heard !== 'news') this.heard = what;
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
      if (item) return { done: false, value: item };
      if (await this.readOn()) continue;
      if (this.owesCheckpoint && !this.finished) {
        this.owesCheckpoint = false;
        return { done: false, value: this.item(TicketChange.CHECKPOINT, this.position, null) };
      }
      this.owesCheckpoint = (await this.called()) === 'quiet';
    }
    return { done: true, value: undefined };
  }

  /** Throws unless the viewer still has the rights that the feed was opened with. */
  async confirmRights(): Promise<boolean> {
    await this.reader.refreshFromNow();
    this.requireRights(await this.reader.after(this.position, this.viewer.id));
    return true;
  }

  /** Ends the feed at once, also while somebody waits for its next change. */
  return(): Promise<IteratorResult<FeedItem, undefined>> {
    this.finished = true;
    this.unwatch();
    this.wake?.();
    return Promise.resolve({ done: true, value: undefined });
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
    this.heard = undefined;
    try {
      // What others have read may have been read before this one listened.
      if (!this.isFresh) await this.reader.refreshFromNow();
      this.isFresh = true;
      const state = await this.reader.after(this.position, this.viewer.id);
      this.requireRights(state);
      await this.requireSameLookUps(state);
      this.take(state);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      this.isFresh = false;
      await this.called();
      return true;
    }
    return this.buffer.length > 0;
  }

  private take({ rows, position: head }: FeedState): void {
    const isWhole = rows.every(({ position }, index) => position === this.position + 1 + index);
    // What comes next is no longer kept.
    if (!isWhole || (rows.length === 0 && head > this.position)) throw feedExpired();
    this.buffer = [...rows];
    this.position += rows.length;
  }

  private requireRights({ rights }: FeedState): void {
    const { id, accessVersion } = this.viewer;
    const now = rights[id];
    if (!now?.isActive) throw unauthenticated();
    if (now.accessVersion !== accessVersion) {
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

  private async called(): Promise<'news' | 'quiet'> {
    if (this.heard === undefined && !this.finished) await new Promise<void>((resolve) => (this.wake = resolve));
    this.wake = undefined;
    return this.heard ?? 'news';
  }
}
