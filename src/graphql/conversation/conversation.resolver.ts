import { Args, Ctx, FieldResolver, ID, Int, Resolver, Root } from 'type-graphql';
import type { LogEntry } from '../../entities/log-entry.js';
import type { Member } from '../../entities/member.js';
import type { Ticket } from '../../entities/ticket.js';
import { globalId } from '../../global-id.js';
import type { Cursors } from '../../live/cursors.js';
import { CommentType } from '../comment/comment.type.js';
import type { Context } from '../context.js';
import { idField } from '../node/node.type.js';
import { ConversationEventConnectionType } from '../event/event.type.js';
import { UserType } from '../person/person.type.js';
import { type Connection, connectionOf, PageArgs, windowOf } from '../shared/pagination.js';
import { CursorScalar } from '../shared/scalars.js';
import { TicketType } from '../ticket/ticket.type.js';
import { ConversationType, MemberType } from './conversation.type.js';
import { pageOfEvents } from './events-page.js';
import { Shared } from '../shared/shared-field.js';

const eventsPageSize = 50;

/** Conversations: each is its ticket seen from another side. */
@Resolver(() => ConversationType)
export class ConversationResolver {
  constructor(private readonly cursors: Cursors) {}

  @Shared()
  @FieldResolver(() => ID, idField)
  id(@Root() ticket: Ticket): string {
    return globalId('Conversation', ticket.id);
  }

  @Shared()
  @FieldResolver(() => TicketType, { description: 'What it is about.' })
  ticket(@Root() ticket: Ticket): TicketType {
    return ticket;
  }

  @Shared()
  @FieldResolver(() => [MemberType], { description: 'Who takes part, in the order in which they joined.' })
  members(@Root() ticket: Ticket, @Ctx() { loaders }: Context): Promise<MemberType[]> {
    return loaders.members.load(ticket.id);
  }

  @FieldResolver(() => Int, { description: 'Comments of others that the viewer may see and has not read.' })
  viewerUnreadCount(@Root() ticket: Ticket, @Ctx() { loaders }: Context): Promise<number> {
    return loaders.unreadComments.count(ticket.id);
  }

  @FieldResolver(() => CommentType, {
    nullable: true,
    description: 'The newest comment that the viewer has marked as read.',
  })
  async viewerLastRead(@Root() ticket: Ticket, @Ctx() { loaders }: Context): Promise<CommentType | null> {
    const mark = await loaders.readMark.load(ticket.id);
    return mark && loaders.visibleComment.load(mark.commentId);
  }

  @Shared()
  @FieldResolver(() => CursorScalar, {
    description: 'Position of its newest event: subscribe `after` it to miss nothing.',
  })
  headCursor(@Root() ticket: Ticket, @Ctx() { viewer }: Context): string {
    return this.cursors.write(viewer, ticket.id, ticket);
  }

  @Shared()
  @FieldResolver(() => ConversationEventConnectionType, { description: 'Everything that happened, oldest first.' })
  async events(
    @Root() ticket: Ticket,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() context: Context,
  ): Promise<Connection<LogEntry>> {
    const { viewer } = context;
    const window = windowOf(page, eventsPageSize, (cursor, path) => this.cursors.read(viewer, ticket, cursor, path));
    const loaded = await pageOfEvents(context, ticket, window);
    return connectionOf(loaded, (entry) => this.cursors.write(viewer, ticket.id, entry));
  }
}

/** Members. */
@Resolver(() => MemberType)
export class MemberResolver {
  @Shared()
  @FieldResolver(() => ID, idField)
  id(@Root() member: Member): string {
    return globalId('Member', member.id);
  }

  @Shared()
  @FieldResolver(() => UserType, { description: 'Who it is.' })
  user(@Root() member: Member, @Ctx() { loaders }: Context): Promise<UserType | null> {
    return loaders.user.load(member.userId);
  }
}
