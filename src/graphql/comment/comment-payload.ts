import { Ctx, FieldResolver, ID, ObjectType, Resolver, Root } from 'type-graphql';
import { globalId } from '../../global-id.js';
import type { Cursors } from '../../live/cursors.js';
import type { Context } from '../context.js';
import { type Outcome, PayloadType, userErrorsField } from '../shared/payload.js';
import { CursorScalar } from '../shared/scalars.js';
import { UserErrorType } from '../shared/user-error.type.js';
import { TicketType } from '../ticket/ticket.type.js';
import { CommentType } from './comment.type.js';

/** What mutations of a comment answer. */
@ObjectType('CommentPayload', { description: 'The comment after the change, or what went wrong.' })
export class CommentPayloadType extends PayloadType {}

/** What `deleteComment` answers. */
@ObjectType('DeleteCommentPayload', { description: 'Which comment was removed, or what went wrong.' })
export class DeleteCommentPayloadType extends PayloadType {}

/** Objects of a payload are read anew, under the rights of now. */
@Resolver(() => CommentPayloadType)
export class CommentPayloadResolver {
  constructor(private readonly cursors: Cursors) {}

  @FieldResolver(() => CommentType, {
    nullable: true,
    description: 'The comment as it is now; null when it was not done.',
  })
  comment(@Root() { commentId }: Outcome, @Ctx() { loaders }: Context): Promise<CommentType | null> | null {
    return commentId == null ? null : loaders.visibleComment.load(commentId);
  }

  @FieldResolver(() => TicketType, {
    nullable: true,
    description: 'Its ticket as it is now; null when it was not done.',
  })
  ticket(@Root() { ticketId }: Outcome, @Ctx() { loaders }: Context): Promise<TicketType | null> | null {
    return ticketId === undefined ? null : loaders.visibleTicket.load(ticketId);
  }

  @FieldResolver(() => CursorScalar, { nullable: true, description: 'Its position in the conversation.' })
  async cursor(@Root() { commentId }: Outcome, @Ctx() { loaders, viewer }: Context): Promise<string | null> {
    const comment = commentId == null ? null : await loaders.visibleComment.load(commentId);
    return comment && this.cursors.write(viewer, comment.ticketId, comment);
  }

  @FieldResolver(() => [UserErrorType], userErrorsField)
  userErrors(@Root() outcome: Outcome): UserErrorType[] {
    return outcome.userErrors ?? [];
  }
}

/** The ticket is read anew, under the rights of now. */
@Resolver(() => DeleteCommentPayloadType)
export class DeleteCommentPayloadResolver {
  @FieldResolver(() => ID, { nullable: true, description: 'The comment that was removed; null when it was not done.' })
  deletedCommentId(@Root() { commentId }: Outcome): string | null {
    return commentId == null ? null : globalId('Comment', commentId);
  }

  @FieldResolver(() => TicketType, {
    nullable: true,
    description: 'Its ticket as it is now; null when it was not done.',
  })
  ticket(@Root() { ticketId }: Outcome, @Ctx() { loaders }: Context): Promise<TicketType | null> | null {
    return ticketId === undefined ? null : loaders.visibleTicket.load(ticketId);
  }

  @FieldResolver(() => [UserErrorType], userErrorsField)
  userErrors(@Root() outcome: Outcome): UserErrorType[] {
    return outcome.userErrors ?? [];
  }
}
