import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Role } from '../../auth/viewer.js';
import type { Comment } from '../../entities/comment.js';
import { globalId, uuidOf } from '../../global-id.js';
import { isReadByClient } from '../../policies/comment-policy.js';
import type { Call } from '../../services/call.js';
import type { Comments } from '../../services/comments.js';
import { type Context, CurrentCall } from '../context.js';
import { FileType } from '../file/file.type.js';
import { idField } from '../node/node.type.js';
import { UserType } from '../person/person.type.js';
import { TicketType } from '../ticket/ticket.type.js';
import { AddCommentInput, DeleteCommentInput, UpdateCommentInput } from './comment.input.js';
import { CommentPayloadType, DeleteCommentPayloadType } from './comment-payload.js';
import { CommentType } from './comment.type.js';
import { Shared } from '../shared/shared-field.js';

/** Comments, and what can be done to them. */
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

  @Mutation(() => CommentPayloadType, {
    nullable: true,
    description: 'Changes what the viewer said on an open ticket.',
  })
  updateComment(
    @CurrentCall() call: Call,
    @Arg('input', () => UpdateCommentInput, { description: 'What to change.' }) input: UpdateCommentInput,
  ): Promise<CommentPayloadType> {
    return this.comments.update(call, input);
  }

  @Mutation(() => DeleteCommentPayloadType, {
    nullable: true,
    description: 'Removes a comment from an open ticket; one without its text stays in the history.',
  })
  deleteComment(
    @CurrentCall() call: Call,
    @Arg('input', () => DeleteCommentInput, { description: 'What to remove.' }) input: DeleteCommentInput,
  ): Promise<DeleteCommentPayloadType> {
    return this.comments.delete(call, input.commentId);
  }

  @Shared()
  @FieldResolver(() => ID, idField)
  id(@Root() comment: Comment): string {
    return globalId('Comment', comment.id);
  }

  @Shared()
  @FieldResolver(() => Boolean, {
    description: 'Whether the customer side has read it: its own comments it has, notes it can not.',
  })
  async isClientRead(@Root() comment: Comment, @Ctx() { loaders }: Context): Promise<boolean> {
    const ticket = await loaders.visibleTicket.load(comment.ticketId);
    return ticket !== null && isReadByClient(comment, ticket);
  }

  @Shared()
  @FieldResolver(() => TicketType, { description: 'The ticket that it belongs to.' })
  ticket(@Root() comment: Comment, @Ctx() { loaders }: Context): Promise<TicketType | null> {
    return loaders.visibleTicket.load(comment.ticketId);
  }

  @FieldResolver(() => TicketType, {
    nullable: true,
    description: 'The ticket that it was copied to; null where the viewer may not see it.',
  })
  splitTo(@Root() { splitToId }: Comment, @Ctx() { loaders }: Context): Promise<TicketType | null> | null {
    return splitToId === null ? null : loaders.visibleTicket.load(splitToId);
  }

  @FieldResolver(() => CommentType, {
    nullable: true,
    description: 'The comment of the older ticket that this one was copied from; null where the viewer may not see it.',
  })
  splitFrom(@Root() { splitFromId }: Comment, @Ctx() { loaders }: Context): Promise<CommentType | null> | null {
    return splitFromId === null ? null : loaders.visibleComment.load(splitFromId);
  }

  @Shared()
  @FieldResolver(() => [FileType], { description: 'Its files, in the order in which they were given.' })
  files(@Root() { id, fileCount }: Comment, @Ctx() { loaders }: Context): Promise<FileType[]> | FileType[] {
    return fileCount === 0 ? [] : loaders.files.load(id);
  }

  @Shared()
  @FieldResolver(() => UserType, { description: 'Who wrote it.' })
  author(@Root() comment: Comment, @Ctx() { loaders }: Context): Promise<UserType | null> {
    return loaders.user.load(comment.authorId);
  }

  @Shared()
  @FieldResolver(() => Boolean, { description: 'Whether its author was a customer when writing it.' })
  isClientAuthor(@Root() comment: Comment): boolean {
    return comment.authorRole === Role.CUSTOMER;
  }
}
