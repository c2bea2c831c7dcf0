import type { Cursors } from '../live/cursors.js';
import type { Comments } from '../services/comments.js';
import type { Conversations } from '../services/conversations.js';
import type { TicketListing } from '../services/list-tickets.js';
import type { LookUps } from '../services/look-ups.js';
import type { TicketOpening } from '../services/open-ticket.js';
import type { TicketReading } from '../services/read-tickets.js';
import type { Tickets } from '../services/tickets.js';

/** All that resolvers call. */
export interface Services {
  readonly comments: Comments;
  readonly conversations: Conversations;
  readonly cursors: Cursors;
  readonly listing: TicketListing;
  readonly lookUps: LookUps;
  readonly opening: TicketOpening;
  readonly reading: TicketReading;
  readonly tickets: Tickets;
}
