import { randomUUID } from 'node:crypto';
import { isStaff, isStaffRole, type SignedInViewer } from '../auth/viewer.js';
import type { Queryable } from '../db/database.js';
import type { UnitOfWork } from '../db/unit-of-work.js';
import { Visibility } from '../entities/comment.js';
import type { Ticket } from '../entities/ticket.js';
import type { User } from '../entities/user.js';
import { forbidden, invalid, notFound } from '../errors.js';
import { uuidOf } from '../global-id.js';
import { canComment } from '../policies/ticket-policy.js';
import { relationTo } from '../policies/visibility.js';
import { appendToConversation } from './append-to-conversation.js';
import type { Call } from './call.js';
import type { Finder } from './find.js';
import { trimmed } from './text.js';

/** What `addComment` is asked for. */
export interface AddComment {
  ticketId: string;
  body?: string | null;
  visibility: Visibility;
  mentionIds?: string[] | null;
}

/** Which comment a mutation answers with, and its ticket. */
export interface CommentOutcome {
  readonly ticketId: string;
  readonly commentId: string;
  readonly replayed: boolean;
}

type Mentioned = Pick<User, 'id' | 'role' | 'organizationId' | 'isActive'> & { projectIds: string[] };

const ticketPath = ['input', 'ticketId'] as const;

/** Words in a conversation. */
export class Comments {
  constructor(
    private readonly work: UnitOfWork,
    private readonly find: Finder,
  ) {}

  /**
   * Adds a comment to an open ticket (parity e24). A public one lets its author and whom it mentions into the conversation
   * first (parity a14, x14); a note lets nobody in and changes nothing that a customer can read.
   */
  async add({ viewer, once }: Call, input: AddComment): Promise<CommentOutcome> {
    return this.work.run(once, async (tx) => {
      const ticket = await this.find.ticket(tx, viewer, input.ticketId, ticketPath);
      const { visibility } = input;
      if (!canComment(viewer, ticket, visibility))
        throw forbidden('Only members of staff write notes.', ['input', 'visibility']);
      const body = trimmed(input.body);
      if (body === null) throw invalid(['input', 'body'], 'required', '`body` is needed: 1..50000 characters.');
      const mentioned = await this.mentioned(tx, viewer, ticket, visibility, input.mentionIds ?? []);
      const comment = { id: randomUUID(), body, visibility };
      return {
        result: { ticketId: ticket.id, commentId: comment.id },
        write: () =>
          appendToConversation(tx, {
            actor: viewer,
            ticket,
            requires: 'open',
            joining: visibility === Visibility.INTERNAL ? [] : [...new Set([viewer.id, ...mentioned])],
            events: [{ type: 'CommentAdded', comment }],
            path: ticketPath,
          }),
      };
    });
  }

  /** Staff may mention any active user, customers only whoever could see the ticket anyway, a note only staff (parity a14). */
  private async mentioned(
    tx: Queryable,
    viewer: SignedInViewer,
    ticket: Ticket,
    visibility: Visibility,
    mentionIds: readonly string[],
  ): Promise<string[]> {
    if (mentionIds.length === 0) return [];
    const ids = mentionIds.map((id) => uuidOf('User', id));
    const rows = await tx.query<Mentioned>(
      `select u.id, u.role, u.organization_id as "organizationId", u.is_active as "isActive",
         array(select project_id from user_projects p where p.user_id = u.id) as "projectIds"
       from users u where u.id = any($1::uuid[])`,
      [ids.filter((id) => id !== null)],
    );
    const people = new Map(rows.map((person) => [person.id, person]));
    return ids.map((id, index) => {
      const person = id === null ? undefined : people.get(id);
      const allowed = person?.isActive && mayBeMentioned(viewer, ticket, visibility, person);
      if (!person || !allowed) throw notFound('user', ['input', 'mentionIds', String(index)]);
      return person.id;
    });
  }
}

function mayBeMentioned(viewer: SignedInViewer, ticket: Ticket, visibility: Visibility, person: Mentioned): boolean {
  if (isStaffRole(person.role)) return true;
  if (visibility === Visibility.INTERNAL) return false;
  return isStaff(viewer) || relationTo(person, ticket) !== null;
}
