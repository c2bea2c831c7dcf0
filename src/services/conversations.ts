import type { SignedInViewer } from '../auth/viewer.js';
import type { Database } from '../db/database.js';
import type { LogEntryType } from '../entities/log-entry.js';
import { notFound } from '../errors.js';
import { ConversationStream } from '../live/conversation-stream.js';
import { type Cursors, seqFor } from '../live/cursors.js';
import type { Threads } from '../live/thread.js';
import { streamOf } from '../policies/visibility.js';
import type { Finder } from './find.js';

/** Conversations as they go on. */
export class Conversations {
  constructor(
    private readonly db: Database,
    private readonly find: Finder,
    private readonly cursors: Cursors,
    private readonly threads: Threads,
  ) {}

  /** Follows a ticket that the viewer sees, from a position or from now on; one type of event, or all with checkpoints. */
  async follow(
    viewer: SignedInViewer,
    { ticketId, after }: { ticketId: string; after?: string | null },
    only?: LogEntryType,
  ): Promise<ConversationStream> {
    const ticket = await this.find.followedTicket(this.db, viewer, ticketId, ['ticketId']);
    const position = after == null ? seqFor(viewer, ticket) : this.cursors.read(viewer, ticket, after, ['after']);
    // Whoever has not heard of its end yet still does; to everybody else it is gone.
    if (ticket.deletedAt !== null && position >= seqFor(viewer, ticket)) throw notFound('ticket', ['ticketId']);
    const thread = this.threads.of(ticket);
    const following = { ticketId: ticket.id, numbering: streamOf(viewer), after: position, ...(only && { only }) };
    return new ConversationStream(thread, thread.listen(viewer, ticket), following);
  }
}
