import { randomUUID } from 'node:crypto';
import type { UnitOfWork } from '../db/unit-of-work.js';
import { Visibility } from '../entities/comment.js';
import { VoteScale } from '../entities/vote.js';
import { forbidden, invalid } from '../errors.js';
import { canClose, canJoin, canManage, canRate, canReopen } from '../policies/ticket-policy.js';
import type { NewEvent } from './append/addition.js';
import { appendToConversation } from './append/append-to-conversation.js';
import { auditRemoval } from './audit/write-audit.js';
import type { Call } from './call.js';
import { claimFiles } from './claim-files.js';
import type { Finder } from './find.js';
import { trimmed } from './text.js';

/** Which ticket a mutation answers with, and which comment came with it. */
export interface TicketOutcome {
  readonly ticketId: string;
  readonly commentId: string | null;
  readonly replayed: boolean;
}

/** What `closeTicket` is asked for. */
export interface CloseTicket {
  ticketId: string;
  score?: number | null;
  comment?: string | null;
  message?: string | null;
  expectedVersion?: number | null;
}

/** What `deleteTicket` is asked for. */
export interface DeleteTicket {
  ticketId: string;
  expectedVersion?: number | null;
}

/** What `reopenTicket` is asked for. */
export interface ReopenTicket {
  ticketId: string;
  body: string;
  fileIds?: string[] | null;
  expectedVersion?: number | null;
}

const ticketPath = ['input', 'ticketId'] as const;

/** What can be done to a ticket that is there. */
export class Tickets {
  constructor(
    private readonly work: UnitOfWork,
    private readonly find: Finder,
  ) {}

  /** Lets a member of staff into the conversation; once they are in it changes nothing (parity a6). */
  async join({ viewer, once }: Call, ticketId: string): Promise<TicketOutcome> {
    return this.work.run(once, async (tx) => {
      const ticket = await this.find.ticket(tx, viewer, ticketId, ticketPath);
      if (!canJoin(viewer)) throw forbidden('Only members of staff join a conversation by themselves.', ticketPath);
      const addition = { actor: viewer, ticket, joining: [viewer.id], events: [], path: ticketPath };
      return {
        result: { ticketId: ticket.id, commentId: null },
        write: async () => {
          if (!ticket.memberIds.includes(viewer.id)) await appendToConversation(tx, addition);
        },
      };
    });
  }

  /** Closes an open ticket, with a last word and, from the customer side, a score if they like (parity b7, e17, e36). */
  async close({ viewer, once }: Call, input: CloseTicket): Promise<TicketOutcome> {
    return this.work.run(once, async (tx) => {
      const ticket = await this.find.ticket(tx, viewer, input.ticketId, ticketPath);
      if (!canClose(viewer, ticket)) throw forbidden('You may read this ticket but not close it.', ticketPath);
      const { score } = input;
      if (score == null && input.comment != null) {
        throw invalid(['input', 'comment'], 'requires_score', '`comment` is about the score: give a `score` with it.');
      }
      if (score != null && !canRate(viewer, ticket)) {
        throw forbidden('Scores are given by the customer side alone.', ['input', 'score']);
      }
      const body = trimmed(input.message);
      const commentId = body === null ? null : randomUUID();
      const events: NewEvent[] = [];
      if (body !== null && commentId !== null) {
        events.push({ type: 'CommentAdded', comment: { id: commentId, body, visibility: Visibility.PUBLIC } });
      }
      events.push({ type: 'TicketClosed' });
      if (score != null) {
        const vote = { id: randomUUID(), score, scale: VoteScale.FIVE_POINT, comment: trimmed(input.comment) };
        events.push({ type: 'Rated', vote });
      }
      return {
        result: { ticketId: ticket.id, commentId },
        write: () =>
          appendToConversation(tx, {
            actor: viewer,
            ticket,
            requires: 'open',
            expectedVersion: input.expectedVersion,
            joining: commentId === null ? [] : [viewer.id],
            events,
            becomes: { statusKey: 'closed', closed: true },
            path: ticketPath,
          }),
      };
    });
  }

  /** Opens a closed ticket again with a word on why, in one step (parity b11, e18). */
  async reopen({ viewer, once }: Call, input: ReopenTicket): Promise<TicketOutcome> {
    return this.work.run(once, async (tx) => {
      const ticket = await this.find.ticket(tx, viewer, input.ticketId, ticketPath);
      if (!canReopen(viewer, ticket)) throw forbidden('You may read this ticket but not reopen it.', ticketPath);
      const comment = { id: randomUUID(), body: input.body.trim(), visibility: Visibility.PUBLIC };
      return {
        result: { ticketId: ticket.id, commentId: comment.id },
        write: async () => {
          const fileIds = await claimFiles(tx, viewer, input.fileIds);
          await appendToConversation(tx, {
            actor: viewer,
            ticket,
            requires: 'closed',
            expectedVersion: input.expectedVersion,
            joining: [viewer.id],
            events: [{ type: 'TicketReopened' }, { type: 'CommentAdded', comment: { ...comment, fileIds } }],
            becomes: { statusKey: 'in_progress', closed: false },
            path: ticketPath,
          });
        },
      };
    });
  }

  /** Takes a ticket away from everybody; its rows stay, for whoever has to bring it back (parity d26). */
  async delete(call: Call, input: DeleteTicket): Promise<TicketOutcome> {
    const { viewer, once } = call;
    return this.work.run(once, async (tx) => {
      const ticket = await this.find.ticket(tx, viewer, input.ticketId, ticketPath);
      if (!canManage(viewer)) throw forbidden('Only members of staff delete tickets.', ticketPath);
      const { expectedVersion } = input;
      const events: NewEvent[] = [{ type: 'TicketDeleted' }];
      return {
        result: { ticketId: ticket.id, commentId: null },
        write: async () => {
          const { number, title } = ticket;
          await auditRemoval(tx, call, ['Ticket', ticket.id], { number, title });
          await appendToConversation(tx, { actor: viewer, ticket, expectedVersion, events, path: ticketPath });
        },
      };
    });
  }
}
