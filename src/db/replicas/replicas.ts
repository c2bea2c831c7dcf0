import { createHash } from 'node:crypto';
import type { Logger } from '../../logger.js';
import { forEverybody, type Telemetry } from '../../telemetry.js';
import type { Queryable } from '../database.js';
import { endOfLog, LogHistory } from './log-history.js';
import type { ReadFloors } from './read-floors.js';
import { Reading, readIn } from './reading.js';
import { Replica, systemIdentifier } from './replica.js';

const lookEveryMs = 1_000;

/** Which replica of those that there are answers whom. */
export class Replicas {
  private readonly replicas: readonly Replica[];
  private readonly history = new LogHistory();
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;
  private looking = Promise.resolve();

  constructor(
    urls: readonly string[],
    private readonly primary: Queryable,
    readonly floors: ReadFloors,
    private readonly telemetry: Telemetry,
    private readonly logger: Logger,
  ) {
    this.replicas = urls.map((url) => new Replica(url, logger));
    telemetry.watchReplicas(() => this.replicas);
  }

  /** Begins to look after them; nobody waits for that. */
  start(): void {
    forEverybody(() => this.lookAgain());
    this.floors.start();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.floors.stop();
    clearTimeout(this.timer);
    await this.looking;
    await Promise.all(this.replicas.map((replica) => replica.close()));
  }

  /**
   * Answers a query of somebody: on a replica that has all that they may have seen, or else on the primary, all of it on one of
   * them. What fails on a replica is begun anew on the primary, after `forget`.
   */
  async answer<T>(userId: string, query: () => Promise<T>, forget: () => void): Promise<T> {
    const chosen = await this.choose(userId);
    if (chosen) {
      const reading = new Reading(chosen.replica);
      const result = await readIn(reading, query);
      if (reading.failure === undefined) {
        this.telemetry.operated('replica');
        if (!chosen.isOwn || reading.hasLeft) await this.floors.raise(userId);
        return result;
      }
      this.logger.info({ replica: chosen.replica.name, error: reading.failure }, 'a query goes to the primary instead');
      forget();
    }
    return this.answerOnPrimary(userId, query);
  }

  /** Does what has to be done on the primary; whoever asked for it has seen what is there. */
  async answerOnPrimary<T>(userId: string, act: () => Promise<T>): Promise<T> {
    const result = await act();
    this.telemetry.operated('primary');
    await this.floors.raise(userId);
    return result;
  }

  /**
   * Everybody has a replica of their own, the same at all gateways, and so sees it move on only. Another one, which may be
   * further behind than that, has to have everything.
   */
  private async choose(userId: string): Promise<{ replica: Replica; isOwn: boolean } | null> {
    if (!this.replicas.some(({ state }) => state === 'in use')) return null;
    const { position, end } = await this.floors.of(userId);
    const ranked = this.replicas.map((replica) => ({ replica, rank: rankOf(userId, replica) }));
    ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1));
    for (const [index, { replica }] of ranked.entries()) {
      const isOwn = index === 0;
      if (replica.state === 'in use' && (await replica.has(isOwn ? position : end))) return { replica, isOwn };
    }
    return null;
  }

  private lookAgain(): void {
    this.looking = this.look();
    void this.looking.then(() => {
      if (!this.isClosed) this.timer = setTimeout(() => this.lookAgain(), lookEveryMs);
    });
  }

  private async look(): Promise<void> {
    try {
      const [found] = await this.primary.query<{ end: number; system: string }>(
        `select ${endOfLog} as end, ${systemIdentifier} as system`,
      );
      if (!found) return;
      this.history.note(found.end);
      await Promise.all(this.replicas.map((replica) => replica.look(this.history, found.system)));
    } catch (error) {
      this.logger.warn({ error }, 'the primary did not tell where its log ends; asking again in a second');
    }
  }
}

/** Spreads people evenly, and moves nobody but those of a replica that is taken out of the list. */
const rankOf = (userId: string, { name }: Replica): string =>
  createHash('sha1').update(`${userId} ${name}`).digest('hex');
