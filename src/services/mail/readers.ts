import type { Queryable } from '../../db/database.js';
import type { Ticket } from '../../entities/ticket.js';
import { isAddress } from '../../mail/mailer.js';
import { type Reader, relationTo } from '../../policies/visibility.js';

/** Which part of a conversation, by staff sequence: what comes after the one and not after the other. */
export interface Span {
  readonly after: number;
  readonly upTo: number;
}

/** Somebody who takes part in a ticket and can be written to. */
export interface MailReader extends Reader {
  readonly email: string;
  /** Language that they asked for, as a BCP 47 tag. */
  readonly locale: string | null;
  /** Up to where they were told by mail; null: of nothing yet. */
  readonly mailedSeq: number | null;
}

/** SQL of the comments `c` of a ticket that somebody is to be told of: said in public, by others, still there and not read. */
export const unreadBy = (userId: string, ticketId: string, { after, upTo }: Record<keyof Span, string>): string =>
  `c.ticket_id = ${ticketId}::uuid and c.visibility = 'PUBLIC' and c.deleted_at is null and c.split_from_id is null
     and c.author_id <> ${userId}::uuid and c.staff_seq > ${after}::int and c.staff_seq <= ${upTo}::int
     and c.staff_seq > coalesce(
       (select r.staff_seq from read_marks r where r.ticket_id = ${ticketId}::uuid and r.user_id = ${userId}::uuid), 0)`;

/** The members of a ticket who may see it now, are active and have an address. */
export async function findReaders(db: Queryable, ticketId: string): Promise<MailReader[]> {
  const rows = await db.query<MailReader & { ticket: Ticket }>(
    `select u.id, u.email, u.role, u.organization_id as "organizationId", u.locale, m.mailed_seq as "mailedSeq",
       array(select p.project_id from user_projects p where p.user_id = u.id) as "projectIds",
       jsonb_build_object('authorIds', t.author_ids, 'memberIds', t.member_ids, 'accessLevel', t.access_level,
         'organizationId', t.organization_id, 'projectId', t.project_id, 'deletedAt', t.deleted_at) as ticket
     from tickets t join members m on m.ticket_id = t.id join users u on u.id = m.user_id
     where t.id = $1 and u.is_active and u.email is not null`,
    [ticketId],
  );
  return rows.filter(({ ticket, ...reader }) => isAddress(reader.email) && relationTo(reader, ticket) !== null);
}

/** One of them. */
export async function findReader(db: Queryable, ticketId: string, userId: string): Promise<MailReader | undefined> {
  return (await findReaders(db, ticketId)).find(({ id }) => id === userId);
}
