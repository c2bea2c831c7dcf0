import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { isStaff, type SignedInViewer } from '../auth/viewer.js';
import type { BucketName, RateLimits } from '../config.js';
import { AppError, ErrorCode } from '../errors.js';

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
  private readonly limiters: ReadonlyMap<BucketName, RateLimiterMemory>;

  constructor(
    limits: RateLimits | null,
    private readonly seconds = 60,
  ) {
    const entries = Object.entries(limits ?? {}) as [BucketName, number][];
    this.limiters = new Map(
      entries.map(([name, points]) => [name, new RateLimiterMemory({ points, duration: seconds })]),
    );
  }

  /** Takes one from a bucket, acts, and gives it back unless it was done; RATE_LIMITED where none is left. */
  async spend<T>(
    viewer: SignedInViewer,
    name: BucketName | undefined,
    act: () => Promise<T>,
    isDone: (result: T) => boolean,
  ): Promise<T> {
    const limiter = name && !isStaff(viewer) ? this.limiters.get(name) : undefined;
    if (!name || !limiter) return act();
    const giveBack = await this.take(limiter, name, viewer.id);
    let counts = false;
    try {
      const result = await act();
      counts = isDone(result);
      return result;
    } finally {
      if (!counts) await giveBack();
    }
  }

  /** The buckets of a viewer; none where nothing is limited. */
  async bucketsOf(viewer: SignedInViewer): Promise<Bucket[]> {
    if (isStaff(viewer)) return [];
    return Promise.all(
      [...this.limiters].map(async ([name, limiter]) => {
        const used = await limiter.get(viewer.id);
        const isTouched = used !== null && used.consumedPoints > 0 && used.msBeforeNext > 0;
        const { remainingPoints: remaining, msBeforeNext } = isTouched
          ? used
          : { remainingPoints: limiter.points, msBeforeNext: 0 };
        return { name, limit: limiter.points, remaining, resetAt: new Date(Date.now() + msBeforeNext) };
      }),
    );
  }

  private async take(limiter: RateLimiterMemory, name: BucketName, key: string): Promise<() => Promise<void>> {
    const askedAt = Date.now();
    const giveBack = async ({ msBeforeNext }: RateLimiterRes): Promise<void> => {
      // Given back after its minute, it would be one too many for the next.
      if (Date.now() < askedAt + msBeforeNext) await limiter.reward(key);
    };
    try {
      const taken = await limiter.consume(key);
      return () => giveBack(taken);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      // The limiter counts what it refuses as well.
      await giveBack(refusal);
      throw this.refused(name, limiter.points, refusal);
    }
  }

  private refused(name: BucketName, limit: number, { msBeforeNext }: RateLimiterRes): AppError {
    const retryAfterMs = Math.min(Math.max(Math.ceil(msBeforeNext), 1), Math.ceil(this.seconds * 1000));
    const seconds = Math.ceil(retryAfterMs / 1000);
    const message = `The limit of ${limit} ${name} a minute is reached: try again in ${seconds} s.`;
    return new AppError(ErrorCode.RATE_LIMITED, message, undefined, { retryAfterMs });
  }
}
