import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, Info, Query, Resolver } from 'type-graphql';
import type { Quotas } from '../../services/quotas.js';
import type { Context } from '../context.js';
import { costOf, limits } from '../limits.js';
import { RateLimitType } from './rate-limit.type.js';

/** Tells the limits before they are reached. */
@Resolver()
export class RateLimitResolver {
  constructor(private readonly quotas: Quotas) {}

  @Query(() => RateLimitType, { description: 'What this operation costs, and what the viewer may still do.' })
  async rateLimit(@Ctx() { viewer }: Context, @Info() info: GraphQLResolveInfo): Promise<RateLimitType> {
    return { cost: costOf(info), maxCost: limits.answers, buckets: await this.quotas.bucketsOf(viewer) };
  }
}
