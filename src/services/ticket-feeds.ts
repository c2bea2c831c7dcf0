import { isStaff, type SignedInViewer } from '../auth/viewer.js';
import type { Feed } from '../live/feed/open-feed.js';
import { TicketFeed } from '../live/feed/ticket-feed.js';
import { ImageFilter } from './image-filter.js';
import { requireStaff } from './require-role.js';
import { checkFilter, type TicketFilter } from './ticket-filter.js';

/** What to follow, and from where; null is as absent. */
export interface FollowTickets {
  filter?: TicketFilter | null;
  after?: string | null;
}

/** Lists of tickets as they go on. */
export class TicketFeeds {
  constructor(
    private readonly feed: Pick<Feed, 'reader' | 'cursors'>,
    private readonly prefix: string,
  ) {}

  /** Where the feed ends now, for whoever reads a list after this; null for those who can't follow it. */
  async headCursor(viewer: SignedInViewer): Promise<string | null> {
    return isStaff(viewer) ? this.feed.cursors.write(await this.feed.reader.head()) : null;
  }

  /** Follows the tickets that match, from a position or from now on. */
  async follow(viewer: SignedInViewer, { filter, after }: FollowTickets): Promise<TicketFeed> {
    requireStaff(viewer);
    if (filter) checkFilter(filter);
    const { reader, cursors } = this.feed;
    const matching = new ImageFilter(filter ?? {}, { viewer, prefix: this.prefix });
    const head = await reader.lookUp(matching);
    matching.take(head.found);
    const position = after == null ? head.position : cursors.read(after, head, matching.tables, ['after']);
    return new TicketFeed(reader, matching, viewer, { position, lookUps: head.lookUps });
  }
}
