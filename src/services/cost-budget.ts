import { AppError, ErrorCode } from '../errors.js';
import type { Redis } from '../redis/redis.js';
import { type Left, Limiter } from './limiter.js';

/** What an operation costs, and what is left for further ones. */
export interface Cost {
  readonly requested: number;
  /** Points for a minute. */
  readonly limit: number;
  readonly remaining: number;
}

/** As much as what was refused costs: reading it took time, and nobody could be asked for it before. */
const refusedCost = 5_000;

/** Counts the points that the operations of each payer cost, for a minute from the first of them on. */
export class CostBudget {
  private readonly limiter: Limiter | undefined;

  constructor(
    limit: number | null,
    redis: Redis | undefined,
    private readonly seconds = 60,
  ) {
    if (limit !== null) this.limiter = new Limiter(redis, 'cost', limit, seconds);
  }

  /** Throws RATE_LIMITED for whoever has nothing left, so that nothing of theirs is read. */
  async admit(payer: string): Promise<void> {
    const left = await this.limiter?.left(payer);
    if (this.limiter && left?.remaining === 0) throw this.refused(this.limiter.points, left);
  }

  /** Takes what an operation costs, and tells what is left; RATE_LIMITED, and nothing taken, where that is too little. */
  async spend(payer: string, requested: number): Promise<Cost | undefined> {
    const { limiter } = this;
    if (!limiter) return undefined;
    const taking = await limiter.take(payer, requested);
    if (taking.isRefused) throw this.refused(limiter.points, taking);
    return { requested, limit: limiter.points, remaining: taking.remaining };
  }

  /** Takes what a document costs that was refused. */
  async fine(payer: string): Promise<void> {
    await this.limiter?.fine(payer, refusedCost);
  }

  private refused(limit: number, { resetMs }: Left): AppError {
    const retryAfterMs = Math.min(Math.max(Math.ceil(resetMs), 1), Math.ceil(this.seconds * 1000));
    const message = `The limit of ${limit} points a minute is reached: try again in ${Math.ceil(retryAfterMs / 1000)} s.`;
    return new AppError(ErrorCode.RATE_LIMITED, message, undefined, { retryAfterMs });
  }
}
