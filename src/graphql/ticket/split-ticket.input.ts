import { Field, ID, InputType } from 'type-graphql';
import { idempotencyKeyField } from '../shared/payload.js';
import { CheckedLater, Items, Text } from '../shared/validation.js';

/** What `splitTicket` takes. */
@InputType('SplitTicketInput', { description: 'Comments of an open ticket that become a ticket of their own.' })
export class SplitTicketInput {
  @CheckedLater()
  @Field(() => ID, { description: 'The ticket that they belong to.' })
  ticketId: string;

  @Items(1, 100)
  @Field(() => [ID], { description: 'The comments, 1..100; each can be copied once.' })
  commentIds: string[];

  @Text(1, 255)
  @Field(() => String, { description: 'Title of the new ticket, 1..255 characters.' })
  title: string;

  @Text(1, 64)
  @Field(() => String, {
    nullable: true,
    description: 'Key of its topic or subtopic; that of the older one when absent.',
  })
  topicKey?: string | null;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}
