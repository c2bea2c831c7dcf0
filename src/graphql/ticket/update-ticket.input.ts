import { Field, ID, InputType, Int } from 'type-graphql';
import { AccessLevel } from '../../entities/ticket.js';
import { expectedVersionField, idempotencyKeyField } from '../shared/payload.js';
import { CheckedLater, Text } from '../shared/validation.js';

const clearable = (description: string) => ({ nullable: true, description: `${description} Null clears it.` });
const kept = (description: string) => ({ nullable: true, description: `${description} It can not be cleared.` });

/** What `updateTicket` takes. */
@InputType('UpdateTicketInput', {
  description:
    'What to change of a ticket: what is absent stays as it is. Authors and staff change `accessLevel` and `projectKey`, also of a closed ticket; all else is for staff, on an open one.',
})
export class UpdateTicketInput {
  @CheckedLater()
  @Field(() => ID, { description: 'The ticket.' })
  ticketId: string;

  @Text(1, 255)
  @Field(() => String, kept('What it is about in a line, 1..255 characters.'))
  title?: string | null;

  @Text(1, 50_000)
  @Field(() => String, clearable('What it is about at length, 1..50000 characters.'))
  description?: string | null;

  @Text(1, 64)
  @Field(
    () => String,
    kept('Key of a status that is not of the category CLOSED: closing and reopening have their own mutations.'),
  )
  statusKey?: string | null;

  @Text(1, 64)
  @Field(() => String, kept('Key of a priority.'))
  priorityKey?: string | null;

  @Text(1, 64)
  @Field(() => String, clearable('Key of a type.'))
  typeKey?: string | null;

  @Text(1, 64)
  @Field(() => String, clearable('Key of a stage.'))
  stageKey?: string | null;

  @Text(1, 64)
  @Field(() => String, clearable('Key of an outcome.'))
  outcomeKey?: string | null;

  @Text(1, 255)
  @Field(() => String, clearable('What can not be done because of it, 1..255 characters.'))
  serviceImpact?: string | null;

  @CheckedLater()
  @Field(() => AccessLevel, kept('Who on the customer side sees it; any but PROJECT_USERS clears the project.'))
  accessLevel?: AccessLevel | null;

  @Text(1, 255)
  @Field(
    () => String,
    clearable("Key of a project of the ticket's organization: needed while the access level is PROJECT_USERS."),
  )
  projectKey?: string | null;

  @CheckedLater()
  @Field(() => ID, clearable('The member of staff who takes care of it.'))
  assigneeId?: string | null;

  @CheckedLater()
  @Field(() => ID, clearable('The queue that it is in.'))
  groupId?: string | null;

  @CheckedLater()
  @Field(
    () => ID,
    kept('On whose behalf it was opened; a new reporter becomes an author and joins, nobody is removed.'),
  )
  reporterId?: string | null;

  @CheckedLater()
  @Field(() => ID, kept('Whose ticket it is: the access level refers to it.'))
  organizationId?: string | null;

  @CheckedLater()
  @Field(() => ID, clearable('The organization that buys what it is about.'))
  buyerId?: string | null;

  @CheckedLater()
  @Field(() => ID, clearable('The organization that uses what it is about.'))
  consumerId?: string | null;

  @Text(1, 64)
  @Field(() => String, clearable('Key of a contract, 1..64 characters.'))
  contractHumanId?: string | null;

  @Text(1, 64)
  @Field(() => String, clearable('Key of a tenant, 1..64 characters.'))
  tenantHumanId?: string | null;

  @Text(1, 255)
  @Field(() => String, clearable('Id of the thing it is about in another system, 1..255 characters.'))
  externalSubjectId?: string | null;

  @CheckedLater()
  @Field(() => Int, expectedVersionField)
  expectedVersion?: number | null;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}
