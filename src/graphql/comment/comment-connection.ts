import { Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { Comment } from '../../entities/comment.js';
import type { ConversationHead, Cursors } from '../../live/cursors.js';
import type { Context } from '../context.js';
import { type Connection, connectionOf, type PageArgs, windowOf } from '../shared/pagination.js';
import { CommentConnectionType } from './comment.type.js';
import { Shared } from '../shared/shared-field.js';

/** How many comments a page has when nothing is said. */
export const commentsPageSize = 50;

/** A page of a ticket's comments. */
export interface CommentPage extends Connection<Comment> {
  readonly ticketId: string;
}

/** Loads a page of a ticket's comments in the order of the conversation. */
export async function pageOfComments(
  { loaders, viewer }: Context,
  cursors: Cursors,
  ticket: ConversationHead,
  page: PageArgs,
  pageSize: number,
): Promise<CommentPage> {
  const window = windowOf(page, pageSize, (cursor, path) => cursors.read(viewer, ticket, cursor, path));
  const loaded = await loaders.comments.load(ticket.id, window);
  return { ...connectionOf(loaded, (comment) => cursors.write(viewer, ticket.id, comment)), ticketId: ticket.id };
}

/** How many comments there are. */
@Resolver(() => CommentConnectionType)
export class CommentConnectionResolver {
  @Shared()
  @FieldResolver(() => Int, { description: 'How many comments the viewer may see.' })
  totalCount(@Root() { ticketId }: CommentPage, @Ctx() { loaders }: Context): Promise<number> {
    return loaders.comments.count(ticketId);
  }
}
