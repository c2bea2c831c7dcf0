import { randomUUID } from 'node:crypto';
import type { Prepared, Transaction, UnitOfWork } from '../db/unit-of-work.js';
import { Visibility } from '../entities/comment.js';
import { isStaff } from '../auth/viewer.js';
import { forbidden, invalid } from '../errors.js';
import { globalId } from '../global-id.js';
import { canDeleteComment, canUpdateComment } from '../policies/comment-policy.js';
import { canComment } from '../policies/ticket-policy.js';
import { appendToConversation } from './append/append-to-conversation.js';
import { auditRemoval } from './audit/write-audit.js';
import type { Call } from './call.js';
import { claimFiles } from './claim-files.js';
import type { Finder } from './find.js';
import { findMentioned } from './mentions.js';
import { trimmed } from './text.js';

/** What `addComment` is asked for. */
export interface AddComment {
  ticketId: string;
  body?: string | null;
  visibility: Visibility;
  mentionIds?: string[] | null;
  fileIds?: string[] | null;
}

/** What `updateComment` is asked for. */
export interface UpdateComment {
  commentId: string;
  body: string;
  expectedVersion?: number | null;
}

/** Which comment a mutation answers with, and its ticket. */
export interface CommentOutcome {
  readonly ticketId: string;
  readonly commentId: string;
  readonly replayed: boolean;
}

const ticketPath = ['input', 'ticketId'] as const;
const commentPath = ['input', 'commentId'] as const;

/** Words in a conversation. */
export class Comments {
  constructor(
    private readonly work: UnitOfWork,
    private readonly find: Finder,
    /** Whether public comments move the status of their ticket (parity x9). */
    private readonly moveStatus: boolean,
  ) {}

  /**
   * Adds a comment, files alone included, to an open ticket (parity e24, e40). A public one lets its author and whom it mentions into the conversation
   * first (parity a14, x14); a note lets nobody in and changes nothing that a customer can read.
   */
  async add({ viewer, once }: Call, input: AddComment): Promise<CommentOutcome> {
    const prepare = async (tx: Transaction): Promise<Prepared<Omit<CommentOutcome, 'replayed'>>> => {
      const ticket = await this.find.ticket(tx, viewer, input.ticketId, ticketPath);
      const { visibility } = input;
      if (!canComment(viewer, ticket, visibility))
        throw forbidden('Only members of staff write notes.', ['input', 'visibility']);
      const body = trimmed(input.body) ?? (input.fileIds ? '' : null);
      if (body === null) throw invalid(['input', 'body'], 'required', '`body` is needed where there are no files.');
      const mentioned = await findMentioned(tx, viewer, ticket, input);
      const comment = { id: randomUUID(), body, visibility };
      const isNote = visibility === Visibility.INTERNAL;
      return {
        result: { ticketId: ticket.id, commentId: comment.id },
        write: async () => {
          const fileIds = await claimFiles(tx, viewer, input.fileIds);
          await appendToConversation(tx, {
            actor: viewer,
            ticket,
            requires: 'open',
            joining: isNote ? [] : [...new Set([viewer.id, ...mentioned])],
            events: [{ type: 'CommentAdded', comment: { ...comment, fileIds } }],
            movesStatus: this.moveStatus && !isNote,
            path: ticketPath,
          });
        },
      };
    };
    return this.work.run(once, prepare, { isOneStatement: !input.fileIds?.length });
  }

  /** Changes what the viewer said, while the ticket is open (parity d10). */
  async update({ viewer, once }: Call, input: UpdateComment): Promise<CommentOutcome> {
    return this.work.run(once, async (tx) => {
      const { comment, ticket } = await this.find.comment(tx, viewer, input.commentId, commentPath);
      if (!canUpdateComment(viewer, comment)) throw forbidden('Only its author changes a comment.', commentPath);
      const edited = { id: comment.id, visibility: comment.visibility, body: input.body.trim() };
      const { expectedVersion } = input;
      return {
        result: { ticketId: ticket.id, commentId: comment.id },
        write: () =>
          appendToConversation(tx, {
            actor: viewer,
            ticket,
            requires: 'open',
            events: [{ type: 'CommentEdited', comment: edited, expectedVersion }],
            path: commentPath,
          }),
      };
    });
  }

  /** Removes a comment while the ticket is open; a tombstone without its text stays in the history (parity d10). */
  async delete(call: Call, commentId: string): Promise<CommentOutcome> {
    const { viewer, once } = call;
    return this.work.run(once, async (tx) => {
      const { comment, ticket } = await this.find.comment(tx, viewer, commentId, commentPath);
      if (!canDeleteComment(viewer, comment)) {
        throw forbidden('Only its author and members of staff remove a comment.', commentPath);
      }
      return {
        result: { ticketId: ticket.id, commentId: comment.id },
        write: async () => {
          if (isStaff(viewer)) {
            const image = { ticketId: globalId('Ticket', ticket.id), authorId: globalId('User', comment.authorId) };
            await auditRemoval(tx, call, ['Comment', comment.id], image);
          }
          await appendToConversation(tx, {
            actor: viewer,
            ticket,
            requires: 'open',
            events: [{ type: 'CommentRemoved', comment }],
            path: commentPath,
          });
        },
      };
    });
  }
}
