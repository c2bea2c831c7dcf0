import type { Cursors } from '../live/cursors.js';
import type { Comments } from '../services/comments.js';
import type { Conversations } from '../services/conversations.js';
import type { Groups } from '../services/groups.js';
import type { TicketListing } from '../services/list-tickets.js';
import type { LookUps } from '../services/look-ups.js';
import type { TicketOpening } from '../services/open-ticket.js';
import type { Organizations } from '../services/organizations.js';
import type { PeopleReading } from '../services/read-people.js';
import type { TicketReading } from '../services/read-tickets.js';
import type { States } from '../services/states.js';
import type { Tickets } from '../services/tickets.js';
import type { Topics } from '../services/topics.js';
import type { Users } from '../services/users.js';

/** All that resolvers call. */
export interface Services {
  readonly comments: Comments;
  readonly conversations: Conversations;
  readonly cursors: Cursors;
  readonly groups: Groups;
  readonly listing: TicketListing;
  readonly lookUps: LookUps;
  readonly opening: TicketOpening;
  readonly organizations: Organizations;
  readonly peopleReading: PeopleReading;
  readonly reading: TicketReading;
  readonly states: States;
  readonly tickets: Tickets;
  readonly topics: Topics;
  readonly users: Users;
}
