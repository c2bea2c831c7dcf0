import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError, ErrorCode } from '../errors.js';

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
  private readonly limiter: RateLimiterMemory | undefined;

  constructor(
    limit: number | null,
    private readonly seconds = 60,
  ) {
    if (limit !== null) this.limiter = new RateLimiterMemory({ points: limit, duration: seconds });
  }

  /** Throws RATE_LIMITED for whoever has nothing left, so that nothing of theirs is read. */
  async admit(payer: string): Promise<void> {
    const { limiter } = this;
    const used = await limiter?.get(payer);
    if (!limiter || !used || used.consumedPoints < limiter.points || used.msBeforeNext <= 0) return;
    throw this.refused(limiter.points, used);
  }

  /** Takes what an operation costs, and tells what is left; RATE_LIMITED, and nothing taken, where that is too little. */
  async spend(payer: string, requested: number): Promise<Cost | undefined> {
    const { limiter } = this;
    if (!limiter) return undefined;
    try {
      const { remainingPoints } = await limiter.consume(payer, requested);
      return { requested, limit: limiter.points, remaining: remainingPoints };
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      // The limiter counts what it refuses as well; given back after its minute, it would be too much for the next.
      if (refusal.msBeforeNext > 0) await limiter.reward(payer, requested);
      throw this.refused(limiter.points, refusal);
    }
  }

  /** Takes what a document costs that was refused. */
  async fine(payer: string): Promise<void> {
    await this.limiter?.penalty(payer, refusedCost);
  }

  private refused(limit: number, { msBeforeNext }: RateLimiterRes): AppError {
    const retryAfterMs = Math.min(Math.max(Math.ceil(msBeforeNext), 1), Math.ceil(this.seconds * 1000));
    const message = `The limit of ${limit} points a minute is reached: try again in ${Math.ceil(retryAfterMs / 1000)} s.`;
    return new AppError(ErrorCode.RATE_LIMITED, message, undefined, { retryAfterMs });
  }
}
