import { isStaff, type SignedInViewer } from '../auth/viewer.js';
import type { Bind, Database } from '../db/database.js';
import type { Keyset, LoadedPage, PlacedPage, Position, Window } from '../db/keyset.js';
import { readCursor, writeCursor } from '../db/list-cursors.js';
import { countUpTo, readOffset, readWindow } from '../db/read-list.js';
import { findHits, findHitsAmong, findHitsByPlace, found, placesOfWords, type Search } from '../db/search.js';
import { Ticket } from '../entities/ticket.js';
import type { ArgumentPath } from '../errors.js';
import type { Loaders } from '../loaders/loaders.js';
import { visibleTickets } from '../policies/visibility.js';
import { checkFilter, filterCondition, type TicketFilter } from './ticket-filter.js';
import { defaultOrder, orderKeys, positionTypes, type TicketOrder } from './ticket-order.js';

/** Which tickets, and in which order; null is as absent. */
export interface TicketQuery {
  filter?: TicketFilter | null;
  query?: string | null;
  orderBy?: TicketOrder | null;
}

/** A list that was read in part; counting is left for whoever wants to know. */
export interface Counted {
  readonly count: () => Promise<Count>;
}

/** How many tickets a list has: no more than the cap are counted. */
export interface Count {
  readonly total: number;
  readonly isCapped: boolean;
}

/** Up to how many tickets are counted. */
const countCap = 10_000;

/** A list, and the condition for counting it: what is quick for a page is not for all of it. */
interface TicketList extends Keyset<Ticket> {
  readonly whereToCount: (bind: Bind) => string;
}

/** Lists tickets for those who see them, and searches in them. */
export class TicketListing {
  constructor(
    private readonly db: Database,
    private readonly prefix: string,
  ) {}

  /** Positions in the order of a query, as clients see them. */
  cursors({ orderBy, query }: TicketQuery): {
    write: (position: Position) => string;
    read: (cursor: string, path: ArgumentPath) => Position;
  } {
    const order = orderBy ?? defaultOrder;
    const types = positionTypes(orderKeys(order, query != null));
    return {
      write: (position) => writeCursor(order.field, position),
      read: (cursor, path) => readCursor(order.field, types, cursor, path),
    };
  }

  /** The tickets between two positions. */
  async window(
    viewer: SignedInViewer,
    loaders: Loaders,
    query: TicketQuery,
    window: Window<Position>,
  ): Promise<PlacedPage<Ticket> & Counted> {
    const list = await this.listOf(viewer, loaders, query);
    const page = await readWindow(this.db, list, window);
    for (const row of page.rows) remember(loaders, row);
    return { ...page, count: this.counter(list) };
  }

  /** The tickets of a page, the first page being 1. */
  async page(
    viewer: SignedInViewer,
    loaders: Loaders,
    query: TicketQuery,
    { page, itemsPerPage }: { page: number; itemsPerPage: number },
  ): Promise<LoadedPage<Ticket> & Counted> {
    const list = await this.listOf(viewer, loaders, query);
    const loaded = await readOffset(this.db, list, { limit: itemsPerPage, offset: (page - 1) * itemsPerPage });
    for (const row of loaded.rows) remember(loaders, row);
    return { ...loaded, count: this.counter(list) };
  }

  private async listOf(
    viewer: SignedInViewer,
    { columns }: Loaders,
    { filter, query, orderBy }: TicketQuery,
  ): Promise<TicketList> {
    if (filter) checkFilter(filter);
    const order = orderBy ?? defaultOrder;
    const { keys, groups, isTiered } = orderKeys(order, query != null);
    const { prefix } = this;
    const base = (bind: Bind): string[] => [
      visibleTickets(viewer, 't', bind),
      ...(filter ? [filterCondition(filter, { viewer, alias: 't', bind, prefix })] : []),
    ];
    const list = {
      entity: Ticket,
      alias: 't',
      columns: (alias: string, bind: Bind) => columns(Ticket, alias, bind),
      keys,
      direction: order.direction,
      ...(groups && { groups }),
    };
    const where = (bind: Bind): string => base(bind).join(' and ');
    if (query == null) return { ...list, where, whereToCount: where };
    const search: Search = { text: query, isPublicOnly: !isStaff(viewer) };
    const own = search.isPublicOnly
      ? await findHitsAmong(this.db, search, (alias, bind) => visibleTickets(viewer, alias, bind))
      : null;
    const hits = own ?? (await findHits(this.db, search));
    const mine = (bind: Bind): string[] =>
      // The planner can't tell how few of a customer's own tickets have a common word, and would look for them among all.
      search.isPublicOnly && hits.ticketIds === null
        ? [`t.id = any(array(select v.id from tickets v where ${visibleTickets(viewer, 'v', bind)}))`]
        : [];
    const narrowed = (condition: (bind: Bind) => string) => (bind: Bind) =>
      [...base(bind), ...mine(bind), condition(bind)].join(' and ');
    const tiers = isTiered && placesOfWords(search, 't', await findHitsByPlace(this.db, search, hits));
    return {
      ...list,
      where: narrowed((bind) => found(search, 't', bind, hits)),
      whereToCount: narrowed((bind) => found(search, 't', bind, hits, countCap)),
      ...(tiers && { tiers: tiers.map(({ value, where }) => ({ value, where: narrowed(where) })) }),
    };
  }

  /** Counts once, and not before somebody asks. */
  private counter({ whereToCount, ...list }: TicketList): () => Promise<Count> {
    let counted: Promise<Count> | undefined;
    const count = async (): Promise<Count> => {
      const total = await countUpTo(this.db, { ...list, where: whereToCount }, countCap);
      return { total: Math.min(total, countCap), isCapped: total > countCap };
    };
    return () => (counted ??= count());
  }
}

/** Whatever leads back to the ticket has to tell of the same row. */
const remember = ({ visibleTicket }: Loaders, ticket: Ticket): unknown => visibleTicket.prime(ticket.id, ticket);
