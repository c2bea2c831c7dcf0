import type { Cursors } from '../live/cursors.js';
import type { Comments } from '../services/comments.js';
import type { Conversations } from '../services/conversations.js';
import type { Links } from '../services/links.js';
import type { Groups } from '../services/groups.js';
import type { TicketListing } from '../services/list-tickets.js';
import type { LookUps } from '../services/look-ups.js';
import type { TicketOpening } from '../services/open-ticket.js';
import type { ReadMarks } from '../services/read-marks.js';
import type { TicketReading } from '../services/read-tickets.js';
import type { TicketSplitting } from '../services/split-ticket.js';
import type { TicketAttributes } from '../services/ticket-attributes.js';
import type { Tickets } from '../services/tickets.js';
import type { TicketUpdates } from '../services/update-ticket.js';
import type { Votes } from '../services/votes.js';
import type { Organizations } from '../services/organizations.js';
import type { PeopleReading } from '../services/read-people.js';
import type { States } from '../services/states.js';
import type { Topics } from '../services/topics.js';
import type { Users } from '../services/users.js';

/** All that resolvers call. */
export interface Services {
  readonly attributes: TicketAttributes;
  readonly comments: Comments;
  readonly conversations: Conversations;
  readonly cursors: Cursors;
  readonly links: Links;
  readonly groups: Groups;
  readonly listing: TicketListing;
  readonly lookUps: LookUps;
  readonly opening: TicketOpening;
  readonly organizations: Organizations;
  readonly peopleReading: PeopleReading;
  readonly reading: TicketReading;
  readonly readMarks: ReadMarks;
  readonly splitting: TicketSplitting;
  readonly tickets: Tickets;
  readonly updates: TicketUpdates;
  readonly votes: Votes;
  readonly states: States;
  readonly topics: Topics;
  readonly users: Users;
}
