import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import type { Redis } from '../redis/redis.js';

/** What is left of a limit for one key, and in how many milliseconds all of it is there again. */
export interface Left {
  readonly remaining: number;
  readonly resetMs: number;
}

/** What came of taking points: nothing was taken where there were too few. */
export interface Taking extends Left {
  readonly isRefused: boolean;
  /** Puts them back, unless their time is over. */
  giveBack(): Promise<void>;
}

/**
 * Counts points for each key, from the first of them on for so many seconds: for all gateways where they have a Redis that
 * answers, else for this one alone.
 */
export class Limiter {
  private readonly local: RateLimiterMemory;
  private readonly shared: RateLimiterRedis | undefined;

  /** The seconds are whole ones where there is a Redis. */
  constructor(
    private readonly redis: Redis | undefined,
    name: string,
    readonly points: number,
    readonly seconds: number,
  ) {
    const options = { points, duration: seconds };
    this.local = new RateLimiterMemory(options);
    if (!redis) return;
    const keyPrefix = `${redis.namespace}:${name}`;
    this.shared = new RateLimiterRedis({ ...options, storeClient: redis.client, useRedisPackage: true, keyPrefix });
  }

  /** Takes points from what is left. */
  async take(key: string, points = 1): Promise<Taking> {
    const askedAt = Date.now();
    const [{ consumedPoints, msBeforeNext: resetMs }, from] = await this.ask((limiter) => limiter.penalty(key, points));
    const giveBack = async (): Promise<void> => {
      // Given back after its time, it would be too much for the next.
      if (Date.now() >= askedAt + resetMs) return;
      if (from === this.local) await this.local.reward(key, points);
      else await this.redis?.ask(() => from.reward(key, points)).catch(() => undefined);
    };
    const isRefused = consumedPoints > this.points;
    if (isRefused) await giveBack();
    return { isRefused, remaining: Math.max(this.points - consumedPoints, 0), resetMs, giveBack };
  }

  /** Takes points, as many as are left. */
  async fine(key: string, points: number): Promise<void> {
    await this.ask((limiter) => limiter.penalty(key, points));
  }

  /** What is left. */
  async left(key: string): Promise<Left> {
    const [found] = await this.ask((limiter) => limiter.get(key));
    const { consumedPoints = 0, msBeforeNext = 0 } = found ?? {};
    if (consumedPoints <= 0 || msBeforeNext <= 0) return { remaining: this.points, resetMs: 0 };
    return { remaining: Math.max(this.points - consumedPoints, 0), resetMs: msBeforeNext };
  }

  /** What the common limiter answers or, where that is away, this gateway's own; and which of them did. */
  private async ask<T>(act: (limiter: RateLimiterAbstract) => Promise<T>): Promise<readonly [T, RateLimiterAbstract]> {
    const { redis, shared, local } = this;
    if (redis && shared) {
      try {
        return [await redis.ask(() => act(shared)), shared];
      } catch {
        // Redis has told the log what is the matter.
      }
    }
    return [await act(local), local];
  }
}
