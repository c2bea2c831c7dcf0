import { Field, ID, InputType } from 'type-graphql';
import { idempotencyKeyField } from '../shared/payload.js';
import { CheckedLater, Text } from '../shared/validation.js';

/** What `confirmTicketContacts` takes. */
@InputType('ConfirmTicketContactsInput', { description: 'An open ticket whose contacts are to confirm.' })
export class ConfirmTicketContactsInput {
  @CheckedLater()
  @Field(() => ID, { description: 'The ticket.' })
  ticketId: string;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}
