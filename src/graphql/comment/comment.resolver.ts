import { Arg, Ctx, FieldResolver, ID, Mutation, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { Role } from '../../auth/viewer.js';
import type { Comment } from '../../entities/comment.js';
import { globalId, uuidOf } from '../../global-id.js';
import type { Cursors } from '../../live/cursors.js';
import type { Call } from '../../services/call.js';
import type { Comments } from '../../services/comments.js';
import { type Context, CurrentCall } from '../context.js';
import { idField } from '../node/node.type.js';
import { UserType } from '../person/person.type.js';
import { type Outcome, PayloadType, userErrorsField } from '../shared/payload.js';
import { CursorScalar } from '../shared/scalars.js';
import { UserErrorType } from '../shared/user-error.type.js';
import { TicketType } from '../ticket/ticket.type.js';
import { AddCommentInput } from './comment.input.js';
import { CommentType } from './comment.type.js';

/** What mutations of a comment answer. */
@ObjectType('CommentPayload', { description: 'The comment after the change, or what went wrong.' })
export class CommentPayloadType extends PayloadType {}

/** Comments, and adding them. */
@Resolver(() => CommentType)
export class CommentResolver {
  constructor(private readonly comments: Comments) {}

  @Query(() => CommentType, { nullable: true, description: 'A comment; null where the viewer may not see it.' })
  comment(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<CommentType | null> | null {
    const uuid = uuidOf('Comment', id);
    return uuid === null ? null : loaders.visibleComment.load(uuid);
  }

  @Mutation(() => CommentPayloadType, { nullable: true, description: 'Adds a comment to an open ticket.' })
  addComment(
    @CurrentCall() call: Call,
    @Arg('input', () => AddCommentInput, { description: 'What to add, and where.' }) input: AddCommentInput,
  ): Promise<CommentPayloadType> {
    return this.comments.add(call, input);
  }

  @FieldResolver(() => ID, idField)
  id(@Root() comment: Comment): string {
    return globalId('Comment', comment.id);
  }

  @FieldResolver(() => TicketType, { description: 'The ticket that it belongs to.' })
  ticket(@Root() comment: Comment, @Ctx() { loaders }: Context): Promise<TicketType | null> {
    return loaders.visibleTicket.load(comment.ticketId);
  }

  @FieldResolver(() => UserType, { description: 'Who wrote it.' })
  author(@Root() comment: Comment, @Ctx() { loaders }: Context): Promise<UserType | null> {
    return loaders.user.load(comment.authorId);
  }

  @FieldResolver(() => Boolean, { description: 'Whether its author was a customer when writing it.' })
  isClientAuthor(@Root() comment: Comment): boolean {
    return comment.authorRole === Role.CUSTOMER;
  }
}

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
