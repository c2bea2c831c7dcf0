import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Int, Query, Resolver, Root } from 'type-graphql';
import type { Ticket } from '../../entities/ticket.js';
import type { Counted, TicketListing } from '../../services/list-tickets.js';
import type { TicketFeeds } from '../../services/ticket-feeds.js';
import type { Context } from '../context.js';
import { type Connection, connectionOf, PageArgs, windowOf } from '../shared/pagination.js';
import { CursorScalar } from '../shared/scalars.js';
import { selects } from '../shared/selects.js';
import { PageNumberArgs, TicketListArgs } from './ticket-list.input.js';
import { TicketConnectionType, TicketPageType } from './ticket-list.type.js';

const pageSize = 20;

const isCountCappedField = { description: 'Whether there are more than can be counted.' };

type TicketConnection = Connection<Ticket> & Counted & { feedCursor: string | null };
type TicketPage = Pick<TicketPageType, 'page' | 'itemsPerPage' | 'hasNext' | 'hasPrevious'> & {
  items: Ticket[];
} & Counted;

/** Lists of tickets, by positions. */
@Resolver(() => TicketConnectionType)
export class TicketConnectionResolver {
  constructor(
    private readonly listing: TicketListing,
    private readonly feeds: TicketFeeds,
  ) {}

  @Query(() => TicketConnectionType, { description: 'The tickets that the viewer may see.' })
  async tickets(
    @Args(() => TicketListArgs) query: TicketListArgs,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { loaders, viewer }: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<TicketConnection> {
    // Before the rows: what happens in between is told by the feed as well.
    const feedCursor = selects(info, 'feedCursor') ? await this.feeds.headCursor(viewer) : null;
    const cursors = this.listing.cursors(query);
    const window = windowOf(page, pageSize, cursors.read);
    const loaded = await this.listing.window(viewer, loaders, query, window);
    const connection = connectionOf(loaded, (row) => cursors.write(loaded.positionOf(row)));
    return { ...connection, count: loaded.count, feedCursor };
  }

  @FieldResolver(() => Int, { description: 'How many tickets there are: exact up to 10,000, and never more.' })
  async totalCount(@Root() { count }: TicketConnection): Promise<number> {
    return (await count()).total;
  }

  @FieldResolver(() => CursorScalar, {
    nullable: true,
    description: 'Feed position read before these rows: pass it to `ticketFeed(after:)`. Null for customers.',
  })
  feedCursor(@Root() { feedCursor }: TicketConnection): string | null {
    return feedCursor;
  }

  @FieldResolver(() => Boolean, isCountCappedField)
  async isCountCapped(@Root() { count }: TicketConnection): Promise<boolean> {
    return (await count()).isCapped;
  }
}

/** Lists of tickets, by page numbers. */
@Resolver(() => TicketPageType)
export class TicketPageResolver {
  constructor(private readonly listing: TicketListing) {}

  @Query(() => TicketPageType, { description: 'The same tickets as `tickets`, for interfaces with page numbers.' })
  async ticketsPage(
    @Args(() => TicketListArgs) query: TicketListArgs,
    @Args(() => PageNumberArgs) { page, itemsPerPage }: PageNumberArgs,
    @Ctx() { loaders, viewer }: Context,
  ): Promise<TicketPage> {
    const { rows, ...loaded } = await this.listing.page(viewer, loaders, query, { page, itemsPerPage });
    return { ...loaded, items: rows, page, itemsPerPage };
  }

  @FieldResolver(() => Int, { description: 'How many tickets there are: exact up to 10,000, and never more.' })
  async itemCount(@Root() { count }: TicketPage): Promise<number> {
    return (await count()).total;
  }

  @FieldResolver(() => Int, { description: 'How many pages `itemCount` makes; later ones are reached by `hasNext`.' })
  async pageCount(@Root() { count, itemsPerPage }: TicketPage): Promise<number> {
    return Math.ceil((await count()).total / itemsPerPage);
  }

  @FieldResolver(() => Boolean, isCountCappedField)
  async isCountCapped(@Root() { count }: TicketPage): Promise<boolean> {
    return (await count()).isCapped;
  }
}
