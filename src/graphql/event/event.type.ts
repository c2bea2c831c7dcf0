import { Field, InterfaceType, ObjectType } from 'type-graphql';
import type { StreamItem } from '../../live/conversation-stream.js';
import { connectionType } from '../shared/pagination.js';
import { DateTimeScalar } from '../shared/scalars.js';
import { Shared } from '../shared/shared-field.js';

/** Something that happened in a conversation. */
@InterfaceType('ConversationEvent', {
  description:
    'Something that happened in a conversation: history, audit and live are one type. Events carry references: objects are as they are when read, changes and scores as they were.',
  resolveType: ({ type }: StreamItem) => type,
})
export abstract class ConversationEventType {
  @Shared()
  @Field(() => DateTimeScalar, { description: 'When it happened.' })
  at: Date;
}

/** A ticket was opened. */
@ObjectType('TicketOpened', { implements: ConversationEventType, description: 'The ticket was opened.' })
export class TicketOpenedType extends ConversationEventType {}

/** A ticket was deleted. */
@ObjectType('TicketDeleted', {
  implements: ConversationEventType,
  description: 'The ticket was deleted. The last event of its log: the stream completes.',
})
export class TicketDeletedType extends ConversationEventType {}

/** A ticket was split. */
@ObjectType('TicketSplit', {
  implements: ConversationEventType,
  description: 'Comments were copied from one ticket into a new one; both logs tell of it.',
})
export class TicketSplitType extends ConversationEventType {}

/** A comment was added. */
@ObjectType('CommentAdded', { implements: ConversationEventType, description: 'A comment was added.' })
export class CommentAddedType extends ConversationEventType {}

/** A comment was changed. */
@ObjectType('CommentEdited', { implements: ConversationEventType, description: 'A comment was changed.' })
export class CommentEditedType extends ConversationEventType {}

/** A comment was removed. */
@ObjectType('CommentRemoved', { implements: ConversationEventType, description: 'A comment was removed.' })
export class CommentRemovedType extends ConversationEventType {}

/** A field of something was changed. */
@ObjectType('FieldChange', { description: 'A field of a ticket, or of something else, that was changed.' })
export class FieldChangeType {
  @Shared()
  @Field(() => String, { description: 'Name of the field.' })
  field: string;

  @Shared()
  @Field(() => String, { nullable: true, description: 'Key, id or text; null where it was empty.' })
  before: string | null;

  @Shared()
  @Field(() => String, { nullable: true, description: 'Key, id or text; null where it is empty.' })
  after: string | null;
}

/** A ticket was changed. */
@ObjectType('TicketUpdated', {
  implements: ConversationEventType,
  description: 'Fields of the ticket were changed, by somebody or by the rules of status and reading.',
})
export class TicketUpdatedType extends ConversationEventType {
  @Shared()
  @Field(() => [FieldChangeType], { description: 'What was changed, with the values before and after.' })
  changes: FieldChangeType[];
}

/** Somebody joined. */
@ObjectType('MemberJoined', {
  implements: ConversationEventType,
  description:
    'Somebody joined the conversation. Authors are in it from the opening on, without an event of their own.',
})
export class MemberJoinedType extends ConversationEventType {}

/** A ticket was closed. */
@ObjectType('TicketClosed', { implements: ConversationEventType, description: 'The ticket was closed.' })
export class TicketClosedType extends ConversationEventType {}

/** A ticket was reopened. */
@ObjectType('TicketReopened', { implements: ConversationEventType, description: 'The ticket was opened again.' })
export class TicketReopenedType extends ConversationEventType {}

/** A score was given. */
@ObjectType('Rated', { implements: ConversationEventType, description: 'A score was given.' })
export class RatedType extends ConversationEventType {}

/** Everything up to here was delivered. */
@ObjectType('Checkpoint', {
  implements: ConversationEventType,
  description:
    'Sent once replay has caught up with live, and now and then while idle: everything up to `cursor` was delivered.',
})
export class CheckpointType extends ConversationEventType {}

/** A page of events. */
export const ConversationEventConnectionType = connectionType(
  'ConversationEvent',
  () => ConversationEventType as never,
);
