import { Field, Int, ObjectType } from 'type-graphql';
import { Visibility } from '../../entities/comment.js';
import { NodeType } from '../node/node.type.js';
import { connectionType } from '../shared/pagination.js';
import { DateTimeScalar } from '../shared/scalars.js';
import { RateableType } from '../vote/vote.type.js';
import { Shared } from '../shared/shared-field.js';

/** A word in a conversation. */
@ObjectType('Comment', { implements: [NodeType, RateableType], description: "A word in a ticket's conversation." })
export class CommentType extends RateableType {
  @Shared()
  @Field(() => String, { description: 'What it says. Empty for files alone, and once the comment was removed.' })
  body: string;

  @Shared()
  @Field(() => Visibility, { description: 'Who may read it.' })
  visibility: Visibility;

  @Shared()
  @Field(() => Int, { description: 'Rises when it is edited or removed; pass it back as `expectedVersion`.' })
  version: number;

  @Shared()
  @Field(() => DateTimeScalar, { description: 'When it was sent; never earlier than the comment before it.' })
  sentAt: Date;

  @Shared()
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was copied to another ticket.' })
  splitAt: Date | null;

  @Shared()
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was last edited.' })
  editedAt: Date | null;

  @Shared()
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Set once it was removed: lists leave it out, events keep it.',
  })
  deletedAt: Date | null;
}

/** A page of comments. */
export const CommentConnectionType = connectionType('Comment', () => CommentType);
