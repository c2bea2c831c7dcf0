import { isStaff, type SignedInViewer } from '../auth/viewer.js';
import type { BucketName, RateLimits } from '../config.js';
import { AppError, ErrorCode } from '../errors.js';
import type { Redis } from '../redis/redis.js';
import { Limiter, type Taking } from './limiter.js';

/** What is left of a limit for one customer. */
export interface Bucket {
  readonly name: BucketName;
  readonly limit: number;
  readonly remaining: number;
  /** When all of it is there again. */
  readonly resetAt: Date;
}

/** Counts what customers did within a minute from the first of it on; staff are not counted. */
export class Quotas {
  private readonly limiters: ReadonlyMap<BucketName, Limiter>;

  constructor(
    limits: RateLimits | null,
    redis: Redis | undefined,
    private readonly seconds = 60,
  ) {
    const entries = Object.entries(limits ?? {}) as [BucketName, number][];
    this.limiters = new Map(entries.map(([name, points]) => [name, new Limiter(redis, name, points, seconds)]));
  }

  /**
   * Takes one from a bucket, acts, and gives it back unless it was done. Where none is left RATE_LIMITED, unless that was done before
   * and is but asked for again.
   */
  async spend<T>(
    viewer: SignedInViewer,
    name: BucketName | undefined,
    act: () => Promise<T>,
    { isDone, wasDone }: { isDone: (result: T) => boolean; wasDone: () => Promise<boolean> },
  ): Promise<T> {
    const limiter = name && !isStaff(viewer) ? this.limiters.get(name) : undefined;
    if (!name || !limiter) return act();
    const taking = await limiter.take(viewer.id);
    if (taking.isRefused) {
      if (await wasDone()) return act();
      throw this.refused(name, limiter.points, taking);
    }
    let counts = false;
    try {
      const result = await act();
      counts = isDone(result);
      return result;
    } finally {
      if (!counts) await taking.giveBack();
    }
  }

  /** The buckets of a viewer; none where nothing is limited. */
  async bucketsOf(viewer: SignedInViewer): Promise<Bucket[]> {
    if (isStaff(viewer)) return [];
    return Promise.all(
      [...this.limiters].map(async ([name, limiter]) => {
        const { remaining, resetMs } = await limiter.left(viewer.id);
        return { name, limit: limiter.points, remaining, resetAt: new Date(Date.now() + resetMs) };
      }),
    );
  }

  private refused(name: BucketName, limit: number, { resetMs }: Taking): AppError {
    const retryAfterMs = Math.min(Math.max(Math.ceil(resetMs), 1), Math.ceil(this.seconds * 1000));
    const seconds = Math.ceil(retryAfterMs / 1000);
    const message = `The limit of ${limit} ${name} a minute is reached: try again in ${seconds} s.`;
    return new AppError(ErrorCode.RATE_LIMITED, message, undefined, { retryAfterMs });
  }
}
