import { randomUUID } from 'node:crypto';
import type { SignedInViewer } from '../auth/viewer.js';
import type { Database } from '../db/database.js';
import type { Transaction, UnitOfWork } from '../db/unit-of-work.js';
import { Comment, Visibility } from '../entities/comment.js';
import type { Ticket } from '../entities/ticket.js';
import { forbidden, invalid, notFound } from '../errors.js';
import { uuidOf } from '../global-id.js';
import { isReadByClient } from '../policies/comment-policy.js';
import { canManage } from '../policies/ticket-policy.js';
import type { NewEvent } from './append/addition.js';
import { appendToConversation, lockTicket } from './append/append-to-conversation.js';
import type { Call } from './call.js';
import type { Finder } from './find.js';
import { trimmed } from './text.js';

/** What `splitTicket` is asked for. */
export interface SplitTicket {
  ticketId: string;
  commentIds: string[];
  title: string;
  topicKey?: string | null;
}

/** Which ticket was split, and which came of it. */
export interface SplitOutcome {
  readonly sourceId: string;
  readonly createdId: string;
  readonly replayed: boolean;
}

const path = ['input', 'ticketId'] as const;

/** Splits tickets by copying. */
export class TicketSplitting {
  constructor(
    private readonly db: Database,
    private readonly work: UnitOfWork,
    private readonly find: Finder,
  ) {}

  /**
   * Opens a ticket with copies of some comments of an open one, for the same people. Both stay readable: the copies know
   * where they are from, and their sources where they went (parity e23, e39).
   */
  async split({ viewer, once }: Call, input: SplitTicket): Promise<SplitOutcome> {
    return this.work.run(once, async (tx) => {
      const { id: sourceId } = await this.find.ticket(tx, viewer, input.ticketId, path);
      if (!canManage(viewer)) throw forbidden('Only members of staff split tickets.', path);
      const topicKey = trimmed(input.topicKey);
      const topic = topicKey === null ? null : await this.find.topic(tx, topicKey, ['input', 'topicKey']);
      const createdId = randomUUID();
      return {
        result: { sourceId, createdId },
        write: async () => {
          // What is copied must not change on the way.
          await lockTicket(tx, sourceId);
          const source = await this.find.ticket(tx, viewer, input.ticketId, path);
          const comments = await this.commentsToCopy(tx, source, input.commentIds);
          await openCopy(tx, sourceId, createdId, input.title.trim(), topic?.id ?? source.topicId);
          await this.copy(tx, viewer, source, createdId, comments);
          await tx.query(
            'update comments set split_to_id = $1, split_at = clock_timestamp() where id = any($2::uuid[])',
            [createdId, comments.map(({ id }) => id)],
          );
          const events: NewEvent[] = [{ type: 'TicketSplit', otherTicketId: createdId }];
          await appendToConversation(tx, { actor: viewer, ticket: source, requires: 'open', events, path });
        },
      };
    });
  }

  /** In the order of the conversation; each is copied once. */
  private async commentsToCopy(
    tx: Transaction,
    { id: ticketId }: Ticket,
    globalIds: readonly string[],
  ): Promise<Comment[]> {
    const ids = globalIds.map((id) => uuidOf('Comment', id));
    const comments = await tx.query<Comment>(
      `select ${this.db.columns(Comment, 'c')} from comments c
       where c.ticket_id = $1 and c.id = any($2::uuid[]) and c.deleted_at is null order by c.staff_seq`,
      [ticketId, ids.filter((id) => id !== null)],
    );
    for (const [index, id] of ids.entries()) {
      const comment = comments.find((candidate) => candidate.id === id);
      const at = ['input', 'commentIds', String(index)];
      if (!comment) throw notFound('comment', at);
      if (comment.splitToId !== null)
        throw invalid(at, 'already_split', 'This comment was copied to another ticket already.');
    }
    return comments;
  }

  /** Whoever said something in public that is copied is in the new conversation, too. */
  private async copy(
    tx: Transaction,
    viewer: SignedInViewer,
    source: Ticket,
    createdId: string,
    comments: readonly Comment[],
  ): Promise<void> {
    const copies = comments.map((comment): NewEvent => ({
      type: 'CommentAdded',
      comment: {
        id: randomUUID(),
        visibility: comment.visibility,
        source: comment,
        isRead: isReadByClient(comment, source),
      },
    }));
    const speakers = comments
      .filter(({ visibility }) => visibility === Visibility.PUBLIC)
      .map(({ authorId }) => authorId);
    await appendToConversation(tx, {
      actor: viewer,
      ticket: { id: createdId, accessVersion: 1 },
      joining: [...new Set(speakers)],
      events: [{ type: 'TicketOpened' }, ...copies, { type: 'TicketSplit', otherTicketId: source.id }],
      path,
    });
  }
}

/** A ticket for the same people about a part of another one: whatever support has found out about that is left behind. */
async function openCopy(
  tx: Transaction,
  sourceId: string,
  id: string,
  title: string,
  topicId: string | null,
): Promise<void> {
  await tx.query(
    `insert into tickets (id, title, status_id, priority_id, topic_id, access_level, project_id, organization_id, reporter_id,
       is_client_author, author_ids, member_ids, split_from_id, version)
     select $2, $3, (select id from states where type = 'STATE' and key = 'created'), t.priority_id, $4, t.access_level,
       t.project_id, t.organization_id, t.reporter_id, t.is_client_author, t.author_ids, t.author_ids, t.id, 0
     from tickets t where t.id = $1`,
    [sourceId, id, title, topicId],
  );
}
