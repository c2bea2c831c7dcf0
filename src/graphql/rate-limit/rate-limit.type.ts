import { Field, Int, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../shared/scalars.js';

/** What is left of a limit. */
@ObjectType('RateLimitBucket', {
  description: 'How often the viewer may do something within a minute. It counts what was done, not what was refused.',
})
export class RateLimitBucketType {
  @Field(() => String, {
    description: '`tickets` for createTicket, `comments` for addComment and reopenTicket, `uploads` for createUpload.',
  })
  name: string;

  @Field(() => Int, { description: 'How many a minute.' })
  limit: number;

  @Field(() => Int, { description: 'How many are left.' })
  remaining: number;

  @Field(() => DateTimeScalar, { description: 'When all of them are there again; now, when none is taken.' })
  resetAt: Date;
}

/** What an operation costs, and what the viewer may still do. */
@ObjectType('RateLimit', { description: 'What this operation costs, and what the viewer may still do.' })
export class RateLimitType {
  @Field(() => Int, { description: 'What this operation costs, in points.' })
  cost: number;

  @Field(() => Int, { description: 'What a document may cost at most; a dearer one is QUERY_TOO_COMPLEX.' })
  maxCost: number;

  @Field(() => [RateLimitBucketType], { description: 'The limits of the viewer: none for staff, who are not limited.' })
  buckets: RateLimitBucketType[];
}
