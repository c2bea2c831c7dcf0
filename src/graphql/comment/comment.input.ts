import { Field, ID, InputType, Int } from 'type-graphql';
import { Visibility } from '../../entities/comment.js';
import { expectedVersionField, idempotencyKeyField } from '../shared/payload.js';
import { CheckedLater, Items, Text } from '../shared/validation.js';

/** What `addComment` takes. */
@InputType('AddCommentInput', { description: 'A comment to add to an open ticket.' })
export class AddCommentInput {
  @CheckedLater()
  @Field(() => ID, { description: 'The ticket.' })
  ticketId: string;

  @Text(1, 50_000)
  @Field(() => String, { nullable: true, description: '1..50000 characters; may be absent where there are files.' })
  body?: string | null;

  @Items(1, 10)
  @Field(() => [ID], { nullable: true, description: '1..10 files of the viewer that are not attached yet.' })
  fileIds?: string[] | null;

  @CheckedLater()
  @Field(() => Visibility, { defaultValue: Visibility.PUBLIC, description: 'Who may read it; notes are for staff.' })
  visibility: Visibility;

  @Items(1, 50)
  @Field(() => [ID], {
    nullable: true,
    description:
      'Users who are thereby let into the conversation, 1..50. Customers mention staff and whoever could see the ticket anyway; a note mentions staff and lets nobody in.',
  })
  mentionIds?: string[] | null;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}

/** What `updateComment` takes. */
@InputType('UpdateCommentInput', { description: 'A comment of the viewer on an open ticket, and what it is to say.' })
export class UpdateCommentInput {
  @CheckedLater()
  @Field(() => ID, { description: 'The comment.' })
  commentId: string;

  @Text(1, 50_000)
  @Field(() => String, { description: '1..50000 characters.' })
  body: string;

  @CheckedLater()
  @Field(() => Int, expectedVersionField)
  expectedVersion?: number | null;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}

/** What `deleteComment` takes. */
@InputType('DeleteCommentInput', { description: 'A comment to remove from an open ticket.' })
export class DeleteCommentInput {
  @CheckedLater()
  @Field(() => ID, { description: 'The comment.' })
  commentId: string;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}
