import type { Queryable } from '../db/database.js';
import type { Logger } from '../logger.js';
import type { Bus } from './bus.js';

/** Bounds the delay after a hint that was lost, in milliseconds. */
const lookEveryMs = 1_000;

/** Rings when a watched ticket has news: at once on a hint, else within a second by one look at all counters. */
export class Doorbell {
  private readonly listeners = new Map<string, Set<() => void>>();
  private readonly seen = new Map<string, string>();
  private readonly unsubscribe: () => void;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    bus: Bus,
    private readonly db: Queryable,
    private readonly logger: Logger,
  ) {
    this.unsubscribe = bus.subscribe((ticketId) => this.ring(ticketId));
  }

  /** Calls back whenever the ticket may have news, until the answer is called. */
  watch(ticketId: string, listener: () => void): () => void {
    const listeners = this.listeners.get(ticketId) ?? new Set();
    this.listeners.set(ticketId, listeners.add(listener));
    this.timer ??= setTimeout(() => void this.look(), lookEveryMs);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0 || this.listeners.get(ticketId) !== listeners) return;
      this.listeners.delete(ticketId);
      this.seen.delete(ticketId);
    };
  }

  /** How many listeners there are. */
  get size(): number {
    return [...this.listeners.values()].reduce((total, listeners) => total + listeners.size, 0);
  }

  /** Stops looking and ringing. */
  close(): void {
    this.unsubscribe();
    clearTimeout(this.timer);
    this.listeners.clear();
  }

  private ring(ticketId: string): void {
    for (const listener of this.listeners.get(ticketId) ?? []) listener();
  }

  private async look(): Promise<void> {
    try {
      const rows = await this.db.query<{ id: string; state: string }>(
        `select id, concat(staff_seq, '.', access_version) as state from tickets where id = any($1::uuid[])`,
        [[...this.listeners.keys()]],
      );
      for (const { id, state } of rows) {
        if (this.seen.get(id) === state || !this.listeners.has(id)) continue;
        this.seen.set(id, state);
        this.ring(id);
      }
    } catch (error) {
      this.logger.warn({ error }, 'could not look for news; looking again in a second');
    }
    this.timer = this.listeners.size > 0 ? setTimeout(() => void this.look(), lookEveryMs) : undefined;
  }
}
