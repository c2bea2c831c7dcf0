import { isStaff, isStaffRole, type SignedInViewer } from '../auth/viewer.js';
import type { Queryable } from '../db/database.js';
import { Visibility } from '../entities/comment.js';
import type { Ticket } from '../entities/ticket.js';
import type { User } from '../entities/user.js';
import { notFound } from '../errors.js';
import { uuidOf } from '../global-id.js';
import { relationTo } from '../policies/visibility.js';

type Mentioned = Pick<User, 'id' | 'role' | 'organizationId' | 'isActive'> & { projectIds: string[] };

/** The comment that mentions somebody. */
interface Mentioning {
  readonly visibility: Visibility;
  readonly mentionIds?: readonly string[] | null | undefined;
}

/**
 * Ids of those whom a comment mentions: staff may mention any active user, customers only whoever could see the ticket anyway
 * and staff, a note only staff (parity a14).
 */
export async function findMentioned(
  tx: Queryable,
  viewer: SignedInViewer,
  ticket: Ticket,
  { visibility, mentionIds }: Mentioning,
): Promise<string[]> {
  if (!mentionIds || mentionIds.length === 0) return [];
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

function mayBeMentioned(viewer: SignedInViewer, ticket: Ticket, visibility: Visibility, person: Mentioned): boolean {
  if (isStaffRole(person.role)) return true;
  if (visibility === Visibility.INTERNAL) return false;
  return isStaff(viewer) || relationTo(person, ticket) !== null;
}
