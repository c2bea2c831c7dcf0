import {
  Arg,
  type ClassType,
  Ctx,
  FieldResolver,
  ID,
  Resolver,
  Root,
  type SubscribeResolverData,
  Subscription,
} from 'type-graphql';
import type { LogEntry } from '../../entities/log-entry.js';
import { globalId } from '../../global-id.js';
import type { StreamItem } from '../../live/conversation-stream.js';
import type { Cursors } from '../../live/cursors.js';
import { CommentType } from '../comment/comment.type.js';
import type { Loaders } from '../../loaders/loaders.js';
import type { Context } from '../context.js';
import { typed } from '../node/node.type.js';
import { UserType } from '../person/person.type.js';
import { CursorScalar } from '../shared/scalars.js';
import { TicketType } from '../ticket/ticket.type.js';
import { RateableType, VoteType } from '../vote/vote.type.js';
import {
  CommentAddedType,
  CommentEditedType,
  CommentRemovedType,
  ConversationEventType,
  MemberJoinedType,
  RatedType,
  TicketClosedType,
  TicketDeletedType,
  TicketOpenedType,
  TicketReopenedType,
  TicketSplitType,
  TicketUpdatedType,
} from './event.type.js';
import { Shared } from '../shared/shared-field.js';

type Loaded<T> = Promise<T | null> | null;
type Following = SubscribeResolverData<unknown, { ticketId: string; after?: string | null }, Context>;

const ticketIdArgument = { description: 'The ticket.' };
const afterArgument = {
  nullable: true,
  description:
    'The position of the last event that the client has: all that came since is sent first. From now on when absent.',
};

/** What all events have, and the subscriptions that deliver them. */
@Resolver(() => ConversationEventType)
export class ConversationEventResolver {
  constructor(private readonly cursors: Cursors) {}

  @Shared()
  @Subscription(() => CommentAddedType, {
    description:
      'New comments of one ticket. With `after`: first all that came since, then live, with no gap and nothing twice.',
    subscribe: ({ args, context }: Following) => context.conversations.follow(context.viewer, args, 'CommentAdded'),
  })
  commentAdded(
    @Root() entry: LogEntry,
    @Arg('ticketId', () => ID, ticketIdArgument) _ticketId: string,
    @Arg('after', () => CursorScalar, afterArgument) _after?: string | null,
  ): CommentAddedType {
    return entry;
  }

  @Shared()
  @Subscription(() => ConversationEventType, {
    description: 'Everything that happens in one ticket, checkpoints included; `after` as in `commentAdded`.',
    subscribe: ({ args, context }: Following) => context.conversations.follow(context.viewer, args),
  })
  conversationEvents(
    @Root() item: StreamItem,
    @Arg('ticketId', () => ID, ticketIdArgument) _ticketId: string,
    @Arg('after', () => CursorScalar, afterArgument) _after?: string | null,
  ): ConversationEventType {
    return item;
  }

  @Shared()
  @FieldResolver(() => CursorScalar, { description: 'Its position in the conversation.' })
  cursor(@Root() item: StreamItem, @Ctx() { viewer }: Context): string {
    return this.cursors.write(viewer, item.ticketId, item);
  }

  @Shared()
  @FieldResolver(() => UserType, { nullable: true, description: 'Who did it; null for the system itself.' })
  actor(@Root() { actorId }: StreamItem, @Ctx() { loaders }: Context): Loaded<UserType> {
    return actorId === null ? null : loaders.user.load(actorId);
  }
}

/** Makes the resolver of an event that is about the ticket itself. */
function aboutTicket(type: ClassType<ConversationEventType>): ClassType<object> {
  @Resolver(() => type)
  class TicketEventResolver {
    @Shared()
    @FieldResolver(() => TicketType, { description: 'The ticket as it is now.' })
    ticket(@Root() { ticketId }: LogEntry, @Ctx() { loaders }: Context): Loaded<TicketType> {
      return loaders.visibleTicket.load(ticketId);
    }
  }
  return TicketEventResolver;
}

/** What was opened. */
export const TicketOpenedResolver = aboutTicket(TicketOpenedType);

/** What was changed. */
export const TicketUpdatedResolver = aboutTicket(TicketUpdatedType);

/** What was closed. */
export const TicketClosedResolver = aboutTicket(TicketClosedType);

/** What was reopened. */
export const TicketReopenedResolver = aboutTicket(TicketReopenedType);

/** What is gone. */
@Resolver(() => TicketDeletedType)
export class TicketDeletedResolver {
  @Shared()
  @FieldResolver(() => ID, { description: 'The ticket that was deleted.' })
  ticketId(@Root() { ticketId }: LogEntry): string {
    return globalId('Ticket', ticketId);
  }
}

/** What was split, and into what. */
@Resolver(() => TicketSplitType)
export class TicketSplitResolver {
  @FieldResolver(() => TicketType, {
    nullable: true,
    description: 'The ticket that was split; null where the viewer may not see it.',
  })
  async from(@Root() entry: LogEntry, @Ctx() { loaders }: Context): Promise<TicketType | null> {
    return loaders.visibleTicket.load((await isOfCopy(entry, loaders)) ? otherOf(entry) : entry.ticketId);
  }

  @FieldResolver(() => TicketType, {
    nullable: true,
    description: 'The ticket that came of it; null where the viewer may not see it.',
  })
  async into(@Root() entry: LogEntry, @Ctx() { loaders }: Context): Promise<TicketType | null> {
    return loaders.visibleTicket.load((await isOfCopy(entry, loaders)) ? entry.ticketId : otherOf(entry));
  }
}

const otherOf = ({ otherTicketId }: LogEntry): string => otherTicketId ?? '';

/** Whether the event stands in the log of the ticket that came of a split. */
const isOfCopy = async (entry: LogEntry, loaders: Loaders): Promise<boolean> =>
  (await loaders.visibleTicket.load(entry.ticketId))?.splitFromId === entry.otherTicketId;

/** Makes the resolver of an event that shows a comment. */
function aboutComment(type: ClassType<ConversationEventType>): ClassType<object> {
  @Resolver(() => type)
  class CommentEventResolver {
    @Shared()
    @FieldResolver(() => CommentType, { description: 'The comment as it is now.' })
    comment(@Root() { commentId }: LogEntry, @Ctx() { loaders }: Context): Loaded<CommentType> {
      return commentId === null ? null : loaders.visibleComment.load(commentId);
    }
  }
  return CommentEventResolver;
}

/** What was said. */
export const CommentAddedResolver = aboutComment(CommentAddedType);

/** What is said now. */
export const CommentEditedResolver = aboutComment(CommentEditedType);

/** What is said no more. */
@Resolver(() => CommentRemovedType)
export class CommentRemovedResolver {
  @Shared()
  @FieldResolver(() => ID, { description: 'The comment that was removed.' })
  commentId(@Root() { commentId }: LogEntry): string | null {
    return commentId && globalId('Comment', commentId);
  }
}

/** Who came in. */
@Resolver(() => MemberJoinedType)
export class MemberJoinedResolver {
  @Shared()
  @FieldResolver(() => UserType, { description: 'Who joined.' })
  user(@Root() { userId }: LogEntry, @Ctx() { loaders }: Context): Loaded<UserType> {
    return userId === null ? null : loaders.user.load(userId);
  }
}

/** What was rated, and how. */
@Resolver(() => RatedType)
export class RatedResolver {
  @Shared()
  @FieldResolver(() => RateableType, { description: 'What the score was given to.' })
  async subject(@Root() { ticketId, commentId }: LogEntry, @Ctx() { loaders }: Context): Promise<RateableType | null> {
    return commentId
      ? typed('Comment', await loaders.visibleComment.load(commentId))
      : typed('Ticket', await loaders.visibleTicket.load(ticketId));
  }

  @Shared()
  @FieldResolver(() => VoteType, { description: 'The score as it was given.' })
  vote(@Root() { voteId }: LogEntry, @Ctx() { loaders }: Context): Loaded<VoteType> {
    return voteId === null ? null : loaders.vote.load(voteId);
  }
}
