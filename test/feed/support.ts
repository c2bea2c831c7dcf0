import type { TicketFilter } from '../support/_generated.js';
import type { Actor, TestGateway } from '../support/gateway.js';
import type { Listener } from '../support/listener.js';

const shown = 'id version updatedAt title isOpen isClientRead status { key } assignee { id } lastComment { id body }';

/** A ticket as a dashboard shows it. */
export type Shown = { id: string; title: string };

/** What comes over the feed. */
export interface FeedEvent {
  cursor: string;
  change: 'ENTERED' | 'UPDATED' | 'LEFT' | 'CHECKPOINT';
  ticketId: string | null;
  ticket: Shown | null;
}

/** A list with the position that it can be followed from. */
export interface Listed {
  feedCursor: string;
  nodes: Shown[];
}

export const followTickets = `subscription ($filter: TicketFilter, $after: Cursor) {
  ticketFeed(filter: $filter, after: $after) { cursor change ticketId ticket { ${shown} } }
}`;

/** Lists what matches, with the position in the feed. */
export async function fetchList(actor: Actor, filter: TicketFilter | null = null): Promise<Listed> {
  const document = `query ($filter: TicketFilter) {
    tickets(filter: $filter, first: 100) { feedCursor nodes { ${shown} } } }`;
  return (await actor.run<{ tickets: Listed }>(document, { filter })).tickets;
}

/** Where the feed ends. */
export const feedCursor = async (actor: Actor): Promise<string> =>
  (await actor.run<{ tickets: Listed }>('{ tickets(first: 0) { feedCursor } }')).tickets.feedCursor;

/** Follows the feed; the events as they come. */
export function follow(actor: Actor, variables: { filter?: TicketFilter; after?: string | null } = {}) {
  const listener = actor.subscribe<{ ticketFeed: FeedEvent }>(followTickets, variables);
  const next = async (): Promise<FeedEvent> => (await listener.data()).ticketFeed;
  return { listener, next };
}

/** A list that is fetched once and then only listens. */
export class Dashboard {
  private readonly tickets = new Map<string, Shown>();
  private cursor: string | undefined;
  private live: Listener<{ ticketFeed: FeedEvent }> | undefined;

  constructor(
    private readonly actor: Actor,
    readonly filter: TicketFilter,
  ) {}

  /** Fetches the list, or goes on from where it was. */
  async connect(): Promise<void> {
    if (this.cursor === undefined) {
      const { feedCursor: cursor, nodes } = await fetchList(this.actor, this.filter);
      for (const ticket of nodes) this.tickets.set(ticket.id, ticket);
      this.cursor = cursor;
    }
    this.live = this.actor.subscribe(followTickets, { filter: this.filter, after: this.cursor });
  }

  /** Stops listening; what has arrived is taken in before. */
  async disconnect(): Promise<void> {
    while (this.live && this.live.pending > 0) await this.take();
    this.live?.stop();
  }

  /** Listens until this ticket has entered. */
  async sees(ticketId: string): Promise<void> {
    while (!this.tickets.has(ticketId)) await this.take();
  }

  /** What it shows, in no order that matters. */
  get content(): Shown[] {
    return [...this.tickets.values()].sort(byId);
  }

  /** What it would show if it were fetched now. */
  async refetched(): Promise<Shown[]> {
    return (await fetchList(this.actor, this.filter)).nodes.sort(byId);
  }

  private async take(): Promise<void> {
    const { change, ticketId, ticket, cursor } = (await this.live!.data()).ticketFeed;
    this.cursor = cursor;
    if (ticketId === null) return;
    if (change === 'LEFT' || ticket === null) this.tickets.delete(ticketId);
    else this.tickets.set(ticketId, ticket);
  }
}

const byId = (a: Shown, b: Shown): number => (a.id < b.id ? -1 : 1);

/** What the feed has, and the log: the two have to tell of the same events. */
export async function compare({ app }: TestGateway): Promise<{ rows: FeedRow[]; missing: number }> {
  const rows = await app.services.db.query<FeedRow>(
    'select position::int, ticket_id as "ticketId", staff_seq as seq from ticket_feed order by position',
  );
  const [row] = await app.services.db.query<{ missing: number }>(
    `select count(*)::int as missing from conversation_log l full join ticket_feed f
       on (f.ticket_id, f.staff_seq) = (l.ticket_id, l.staff_seq) where f.ticket_id is null or l.ticket_id is null`,
  );
  return { rows, missing: row!.missing };
}

export interface FeedRow {
  position: number;
  ticketId: string;
  seq: number;
}
