import { isStaff, type SignedInViewer } from '../auth/viewer.js';
import { type Database, type Queryable } from '../db/database.js';
import type { UnitOfWork } from '../db/unit-of-work.js';
import { Comment } from '../entities/comment.js';
import type { Ticket } from '../entities/ticket.js';
import { notFound } from '../errors.js';
import { uuidOf } from '../global-id.js';
import { visibleComments } from '../policies/visibility.js';
import { appendToConversation } from './append/append-to-conversation.js';
import type { Call } from './call.js';
import type { Finder } from './find.js';
import type { TicketOutcome } from './tickets.js';

/** What `markTicketRead` is asked for. */
export interface MarkTicketRead {
  ticketId: string;
  commentId?: string | null;
}

const ticketPath = ['input', 'ticketId'] as const;

/** How far everybody has read. */
export class ReadMarks {
  constructor(
    private readonly db: Database,
    private readonly work: UnitOfWork,
    private readonly find: Finder,
  ) {}

  /**
   * Marks a ticket as read up to a comment, or up to the newest there is; a mark never goes back. Reading is no change of the
   * ticket, but when a customer has read all that support wrote, `isClientRead` says so (parity e30).
   */
  async mark({ viewer, once }: Call, input: MarkTicketRead): Promise<TicketOutcome> {
    return this.work.run(once, async (tx) => {
      const ticket = await this.find.ticket(tx, viewer, input.ticketId, ticketPath);
      const comment = await this.commentReadTo(tx, viewer, ticket, input.commentId ?? null);
      return {
        result: { ticketId: ticket.id, commentId: null },
        write: async () => {
          if (!comment) return;
          await tx.query(
            `insert into read_marks as m (ticket_id, user_id, comment_id, staff_seq, read_at)
             values ($1, $2, $3, $4, clock_timestamp())
             on conflict (ticket_id, user_id) do update
               set comment_id = excluded.comment_id, staff_seq = excluded.staff_seq, read_at = excluded.read_at
               where excluded.staff_seq > m.staff_seq`,
            [ticket.id, viewer.id, comment.id, comment.staffSeq],
          );
          const clientReadSeq = comment.publicSeq ?? 0;
          const isNews = ticket.lastSupportSeq > ticket.clientReadSeq && clientReadSeq > ticket.clientReadSeq;
          if (isStaff(viewer) || !isNews) return;
          await appendToConversation(tx, { actor: viewer, ticket, events: [], clientReadSeq, path: ticketPath });
        },
      };
    });
  }

  private async commentReadTo(
    tx: Queryable,
    viewer: SignedInViewer,
    { id: ticketId }: Ticket,
    commentId: string | null,
  ): Promise<Comment | undefined> {
    const which = commentId === null ? 'c.deleted_at is null' : 'c.id = $2::uuid';
    const [comment] = await tx.query<Comment>(
      `select ${this.db.columns(Comment, 'c')} from comments c
       where c.ticket_id = $1 and ${which} and ${visibleComments(viewer, 'c')} order by c.staff_seq desc limit 1`,
      commentId === null ? [ticketId] : [ticketId, uuidOf('Comment', commentId)],
    );
    if (!comment && commentId !== null) throw notFound('comment', ['input', 'commentId']);
    return comment;
  }
}
