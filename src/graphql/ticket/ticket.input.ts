import { ValidateNested } from 'class-validator';
import { Field, ID, InputType, Int } from 'type-graphql';
import { AccessLevel } from '../../entities/ticket.js';
import { expectedVersionField, idempotencyKeyField } from '../shared/payload.js';
import { Email, PhoneNumber } from '../shared/formats.js';
import { Between, CheckedLater, Items, Text } from '../shared/validation.js';

const int32 = 2_147_483_647;
const ticketIdField = { description: 'The ticket.' };

/** How to reach the people behind a ticket. */
@InputType('ContactAttributesInput', { description: 'How to reach the people behind a ticket.' })
export class ContactAttributesInput {
  @Email()
  @Field(() => String, { nullable: true, description: 'An e-mail address.' })
  mainEmail?: string | null;

  @PhoneNumber()
  @Field(() => String, { nullable: true, description: 'E.164: `+442079460000`.' })
  phoneNumber?: string | null;

  @Text(1, 64)
  @Field(() => String, { description: 'Such as `email` or `phone`, 1..64 characters.' })
  preferredContactMethod: string;

  @Items(1, 10)
  @Email({ each: true })
  @Field(() => [String], { nullable: true, description: '1..10 further e-mail addresses, none of them twice.' })
  additionalEmails?: string[] | null;
}

/** What `createTicket` takes. */
@InputType('CreateTicketInput', {
  description: 'A ticket to open. At least one of `title`, `description` and `body` is needed; null is as absent.',
})
export class CreateTicketInput {
  @Text(1, 255)
  @Field(() => String, { nullable: true, description: '1..255 characters; the first line of the text when absent.' })
  title?: string | null;

  @Text(1, 50_000)
  @Field(() => String, { nullable: true, description: '1..50000 characters.' })
  description?: string | null;

  @Text(1, 50_000)
  @Field(() => String, { nullable: true, description: 'The first comment, 1..50000 characters.' })
  body?: string | null;

  @Items(1, 10)
  @Field(() => [ID], { nullable: true, description: '1..10 files of the viewer for the first comment.' })
  fileIds?: string[] | null;

  @Text(1, 64)
  @Field(() => String, { nullable: true, description: 'Key of a topic or subtopic; it can not be changed later.' })
  topicKey?: string | null;

  @Text(1, 64)
  @Field(() => String, { nullable: true, description: 'Key of a priority; `low` when absent.' })
  priorityKey?: string | null;

  @CheckedLater()
  @Field(() => AccessLevel, { nullable: true, description: 'ACCOUNT_USERS when absent.' })
  accessLevel?: AccessLevel | null;

  @Text(1, 255)
  @Field(() => String, {
    nullable: true,
    description: "Key of a project of the ticket's organization: exactly when the access level is PROJECT_USERS.",
  })
  projectKey?: string | null;

  @Between(0, int32)
  @Field(() => Int, { nullable: true, description: 'The notice that it is opened from, 0 or more.' })
  noticeId?: number | null;

  @Text(1, 255)
  @Field(() => String, {
    nullable: true,
    description: 'Id of the thing it is about in another system, 1..255 characters.',
  })
  externalSubjectId?: string | null;

  @Text(1, 255)
  @Field(() => String, { nullable: true, description: 'What can not be done because of it, 1..255 characters.' })
  serviceImpact?: string | null;

  @Text(1, 64)
  @Field(() => String, { nullable: true, description: 'Key of a contract, 1..64 characters.' })
  contractHumanId?: string | null;

  @Text(1, 64)
  @Field(() => String, { nullable: true, description: 'Key of a tenant, 1..64 characters.' })
  tenantHumanId?: string | null;

  @CheckedLater()
  @Field(() => ID, { nullable: true, description: 'The organization that buys what it is about.' })
  buyerId?: string | null;

  @CheckedLater()
  @Field(() => ID, { nullable: true, description: 'The organization that uses what it is about.' })
  consumerId?: string | null;

  @ValidateNested()
  @Field(() => ContactAttributesInput, {
    nullable: true,
    description: 'How to reach whom it is about; kept as attributes of the type `Contact`.',
  })
  contact?: ContactAttributesInput | null;

  @CheckedLater()
  @Field(() => ID, { nullable: true, description: 'Staff only: on whose behalf it is opened.' })
  reporterId?: string | null;

  @CheckedLater()
  @Field(() => ID, {
    nullable: true,
    description: "Staff only: whose ticket it is; the reporter's organization when absent.",
  })
  organizationId?: string | null;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}

/** What `closeTicket` takes. */
@InputType('CloseTicketInput', { description: 'A ticket to close.' })
export class CloseTicketInput {
  @CheckedLater()
  @Field(() => ID, ticketIdField)
  ticketId: string;

  @Between(1, 5)
  @Field(() => Int, { nullable: true, description: 'How satisfied the customer side is, 1..5.' })
  score?: number | null;

  @Text(1, 5_000)
  @Field(() => String, { nullable: true, description: 'About the score, 1..5000 characters; refused without one.' })
  comment?: string | null;

  @Text(1, 50_000)
  @Field(() => String, { nullable: true, description: 'A last public comment, 1..50000 characters, in the same step.' })
  message?: string | null;

  @CheckedLater()
  @Field(() => Int, expectedVersionField)
  expectedVersion?: number | null;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}

/** What `reopenTicket` takes. */
@InputType('ReopenTicketInput', { description: 'A closed ticket to open again.' })
export class ReopenTicketInput {
  @CheckedLater()
  @Field(() => ID, ticketIdField)
  ticketId: string;

  @Text(1, 50_000)
  @Field(() => String, { description: 'Why, as a public comment: 1..50000 characters.' })
  body: string;

  @Items(1, 10)
  @Field(() => [ID], { nullable: true, description: '1..10 files of the viewer for that comment.' })
  fileIds?: string[] | null;

  @CheckedLater()
  @Field(() => Int, expectedVersionField)
  expectedVersion?: number | null;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}

/** What `joinTicket` takes. */
@InputType('JoinTicketInput', { description: 'A ticket whose conversation to join.' })
export class JoinTicketInput {
  @CheckedLater()
  @Field(() => ID, ticketIdField)
  ticketId: string;
}

/** What `markTicketRead` takes. */
@InputType('MarkTicketReadInput', { description: 'How far the viewer has read a ticket. A mark never goes back.' })
export class MarkTicketReadInput {
  @CheckedLater()
  @Field(() => ID, ticketIdField)
  ticketId: string;

  @CheckedLater()
  @Field(() => ID, { nullable: true, description: 'The newest comment read; the newest there is when absent.' })
  commentId?: string | null;
}

/** What `deleteTicket` takes. */
@InputType('DeleteTicketInput', { description: 'A ticket to delete, open or closed.' })
export class DeleteTicketInput {
  @CheckedLater()
  @Field(() => ID, ticketIdField)
  ticketId: string;

  @CheckedLater()
  @Field(() => Int, expectedVersionField)
  expectedVersion?: number | null;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}
