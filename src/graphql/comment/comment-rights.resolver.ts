import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Comment } from '../../entities/comment.js';
import { canDeleteComment, canUpdateComment } from '../../policies/comment-policy.js';
import type { Context } from '../context.js';
import { CommentType } from './comment.type.js';

/** What the viewer may do to a comment: an interface needs no rules of its own. */
@Resolver(() => CommentType)
export class CommentRightsResolver {
  @FieldResolver(() => Boolean, { description: 'May change it now.' })
  async viewerCanUpdate(@Root() comment: Comment, @Ctx() { loaders, viewer }: Context): Promise<boolean> {
    const ticket = await loaders.visibleTicket.load(comment.ticketId);
    return ticket?.closedAt === null && canUpdateComment(viewer, comment);
  }

  @FieldResolver(() => Boolean, { description: 'May remove it now.' })
  async viewerCanDelete(@Root() comment: Comment, @Ctx() { loaders, viewer }: Context): Promise<boolean> {
    const ticket = await loaders.visibleTicket.load(comment.ticketId);
    return ticket?.closedAt === null && canDeleteComment(viewer, comment);
  }
}
