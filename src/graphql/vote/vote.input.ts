import { Field, ID, InputType, Int } from 'type-graphql';
import { idempotencyKeyField } from '../shared/payload.js';
import { Between, CheckedLater, OneOf, Text } from '../shared/validation.js';

const commentField = { nullable: true, description: 'What the voter says about it, 1..5000 characters.' };

/** What `rateTicket` takes. */
@InputType('RateTicketInput', { description: 'A score for a ticket, open or closed.' })
export class RateTicketInput {
  @CheckedLater()
  @Field(() => ID, { description: 'The ticket.' })
  ticketId: string;

  @Between(1, 10)
  @Field(() => Int, { description: 'How good the help was, 1..10.' })
  score: number;

  @Text(1, 5_000)
  @Field(() => String, commentField)
  comment?: string | null;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}

/** What `rateComment` takes. */
@InputType('RateCommentInput', { description: 'A score for what support said in public.' })
export class RateCommentInput {
  @CheckedLater()
  @Field(() => ID, { description: 'The comment.' })
  commentId: string;

  @OneOf(1, -1)
  @Field(() => Int, { description: '1 when it was useful, -1 when it was not.' })
  score: number;

  @Text(1, 5_000)
  @Field(() => String, commentField)
  comment?: string | null;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}
