import {
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Resolver,
  Root,
  type SubscribeResolverData,
  Subscription,
} from 'type-graphql';
import { globalId } from '../../global-id.js';
import type { FeedCursors } from '../../live/feed/feed-cursors.js';
import type { FeedItem } from '../../live/feed/ticket-feed.js';
import type { FollowTickets } from '../../services/ticket-feeds.js';
import type { Context } from '../context.js';
import { CursorScalar } from '../shared/scalars.js';
import { CheckedLater } from '../shared/validation.js';
import { TicketFilterInput } from '../ticket/ticket-filter.input.js';
import { TicketType } from '../ticket/ticket.type.js';
import { TicketFeedEventType } from './feed.type.js';

type Following = SubscribeResolverData<unknown, FollowTickets, Context>;

@ArgsType()
class TicketFeedArgs {
  @CheckedLater()
  @Field(() => TicketFilterInput, { nullable: true, description: 'Only those that match; all when absent.' })
  filter?: TicketFilterInput | null;

  @CheckedLater()
  @Field(() => CursorScalar, {
    nullable: true,
    description:
      'The `feedCursor` of the list that the client has, or the `cursor` of the last change: all that came since is sent first. From now on when absent.',
  })
  after?: string | null;
}

/** Changes of lists of tickets, and the subscription that delivers them. */
@Resolver(() => TicketFeedEventType)
export class TicketFeedResolver {
  constructor(private readonly cursors: FeedCursors) {}

  @Subscription(() => TicketFeedEventType, {
    description:
      'For staff. Tickets that enter, change in or leave a filter: what a dashboard needs to stay right without refetching. It ends with CURSOR_EXPIRED when what the filter looks up has come to mean something else, and can not be resumed where it may have: after any change of which people, states, topics or projects there are, where the filter names such.',
    subscribe: ({ args, context }: Following) => context.feeds.follow(context.viewer, args),
  })
  ticketFeed(@Root() item: FeedItem, @Args(() => TicketFeedArgs) _args: TicketFeedArgs): TicketFeedEventType {
    return item;
  }

  @FieldResolver(() => CursorScalar, { description: 'Its position in the feed: what to pass as `after` next time.' })
  cursor(@Root() item: FeedItem): string {
    return this.cursors.write(item);
  }

  @FieldResolver(() => ID, { nullable: true, description: 'The ticket; null at a checkpoint.' })
  ticketId(@Root() { ticketId }: FeedItem): string | null {
    return ticketId && globalId('Ticket', ticketId);
  }

  @FieldResolver(() => TicketType, {
    nullable: true,
    description: 'The ticket as it is now. Null once it is deleted, and at a checkpoint.',
  })
  ticket(@Root() { ticketId }: FeedItem, @Ctx() { loaders }: Context): Promise<TicketType | null> | null {
    return ticketId === null ? null : loaders.visibleTicket.load(ticketId);
  }
}
