import type { Queryable } from '../db/database.js';
import type { Logger } from '../logger.js';
import { forEverybody } from '../telemetry.js';
import type { Bus } from './bus.js';

/** Bounds the delay after a hint that was lost, in milliseconds. */
const lookEveryMs = 1_000;

/** Rings when a ticket or a person's rights that are watched have news: at once on a hint, else within a second by one look at all. */
export class Doorbell {
  private readonly listeners = new Map<string, Set<() => void>>();
  private readonly unsubscribe = new Map<string, () => void>();
  private readonly seen = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly db: Queryable,
    private readonly logger: Logger,
  ) {}

  /** Calls back whenever there may be news of the ticket or the person, until the answer is called. */
  watch(id: string, listener: () => void): () => void {
    let listeners = this.listeners.get(id);
    if (!listeners) {
      this.listeners.set(id, (listeners = new Set()));
      this.unsubscribe.set(
        id,
        this.bus.subscribe(id, () => this.ring(id)),
      );
    }
    listeners.add(listener);
    this.timer ??= forEverybody(() => setTimeout(() => void this.lookOn(), lookEveryMs));
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0 || this.listeners.get(id) !== listeners) return;
      this.listeners.delete(id);
      this.seen.delete(id);
      this.unsubscribe.get(id)?.();
      this.unsubscribe.delete(id);
    };
  }

  /** What is watched. */
  get watched(): string[] {
    return [...this.listeners.keys()];
  }

  /** How many listeners there are. */
  get size(): number {
    return [...this.listeners.values()].reduce((total, listeners) => total + listeners.size, 0);
  }

  /** Stops looking and ringing. */
  close(): void {
    for (const unsubscribe of this.unsubscribe.values()) unsubscribe();
    clearTimeout(this.timer);
    this.listeners.clear();
  }

  private ring(id: string): void {
    for (const listener of this.listeners.get(id) ?? []) listener();
  }

  private async lookOn(): Promise<void> {
    await this.look();
    this.timer = this.listeners.size > 0 ? setTimeout(() => void this.lookOn(), lookEveryMs) : undefined;
  }

  private async look(): Promise<void> {
    if (this.listeners.size === 0) return;
    try {
      const rows = await this.db.query<{ id: string; state: string }>(
        `select id, concat(staff_seq, '.', access_version) as state from tickets where id = any($1::uuid[])
         union all select id, concat(is_active, '.', access_version) from users where id = any($1::uuid[])`,
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
  }
}
