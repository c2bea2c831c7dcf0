import { ArgsType, Field, ID, ObjectType } from 'type-graphql';
import { FieldChangeType } from '../event/event.type.js';
import { NodeType } from '../node/node.type.js';
import { connectionType, PageArgs } from '../shared/pagination.js';
import { DateTimeScalar } from '../shared/scalars.js';
import { CheckedLater, Items, Text, Texts } from '../shared/validation.js';

/** Something that a member of staff did. */
@ObjectType('AuditEntry', {
  implements: NodeType,
  description:
    'Something that an admin changed, a ticket or comment that a member of staff removed, or a report that one read; what else happens to tickets is told by their conversations. Entries are never changed and never go.',
})
export class AuditEntryType extends NodeType {
  @Field(() => DateTimeScalar, { description: 'When it was done.' })
  at: Date;

  @Field(() => String, {
    description: 'Name of the mutation, such as `updateUser`; `ticketReport` or `tickets.csv` where a report was read.',
  })
  operation: string;

  @Field(() => ID, {
    nullable: true,
    description: 'Id of what it was done to, which may be gone by now; null where it was only read.',
  })
  targetId: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Header `X-Request-Id` of the request that did it: lines of the log have it, too.',
  })
  requestId: string | null;

  @Field(() => [FieldChangeType], {
    description:
      'What was different afterwards, texts as they are and all else as JSON; of a report, the span of time that it is about.',
  })
  changes: FieldChangeType[];
}

/** A page of them. */
export const AuditEntryConnectionType = connectionType('AuditEntry', () => AuditEntryType);

/** What `auditLog` takes. */
@ArgsType()
export class AuditArgs extends PageArgs {
  @CheckedLater()
  @Field(() => ID, { nullable: true, description: 'Only what this user did.' })
  actorId?: string | null;

  @Text(1, 255)
  @Field(() => ID, { nullable: true, description: 'Only what was done to this object.' })
  targetId?: string | null;

  @Items(0, 100)
  @Texts(1, 255)
  @Field(() => [String], { nullable: true, description: 'Only one of these operations.' })
  operation?: string[] | null;

  @CheckedLater()
  @Field(() => DateTimeScalar, { nullable: true, description: 'Only then or later.' })
  from?: Date | null;

  @CheckedLater()
  @Field(() => DateTimeScalar, { nullable: true, description: 'Only before.' })
  to?: Date | null;
}
