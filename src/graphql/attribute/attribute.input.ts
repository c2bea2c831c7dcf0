import { Field, ID, InputType } from 'type-graphql';
import { idempotencyKeyField } from '../shared/payload.js';
import { CheckedLater, Text } from '../shared/validation.js';

/** What `setTicketAttribute` takes. */
@InputType('SetTicketAttributeInput', { description: 'An attribute of an open ticket: made, or given another value.' })
export class SetTicketAttributeInput {
  @CheckedLater()
  @Field(() => ID, { description: 'The ticket.' })
  ticketId: string;

  @Text(1, 64)
  @Field(() => String, { description: 'Unique within the type, 1..64 characters.' })
  key: string;

  @Text(1, 5_000)
  @Field(() => String, { description: '1..5000 characters.' })
  value: string;

  @Text(1, 64)
  @Field(() => String, { description: 'What kind of attribute it is, 1..64 characters.' })
  type: string;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}

/** What `removeTicketAttribute` takes. */
@InputType('RemoveTicketAttributeInput', { description: 'An attribute to take from an open ticket.' })
export class RemoveTicketAttributeInput {
  @CheckedLater()
  @Field(() => ID, { description: 'The attribute.' })
  attributeId: string;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}
