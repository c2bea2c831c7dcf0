import { isStaff, isStaffRole, type SignedInViewer } from '../auth/viewer.js';
import type { Bind } from '../db/database.js';
import { AccessLevel, type Ticket } from '../entities/ticket.js';

/** Why a viewer sees a ticket; what they may do to it follows from this. */
export type TicketRelation = 'staff' | 'author' | 'access' | 'mentioned';

/** What of a ticket decides who sees it. */
export type TicketAccess = Pick<
  Ticket,
  'authorIds' | 'memberIds' | 'accessLevel' | 'organizationId' | 'projectId' | 'deletedAt'
>;

/** The one condition under which rows of `tickets`, named by the alias, are seen; `relationTo` says the same of one ticket. */
export const visibleTickets = (viewer: SignedInViewer, alias: string, bind: Bind): string =>
  `(${alias}.deleted_at is null and ${readableTickets(viewer, alias, bind)})`;

/** The same condition but for tickets that were deleted meanwhile: whoever follows one has to be told that it is gone. */
export const readableTickets = (viewer: SignedInViewer, alias: string, bind: Bind): string =>
  isStaff(viewer)
    ? 'true'
    : `(${alias}.member_ids @> array[${bind(viewer.id)}::uuid] or ${accessByLevel(viewer, alias, bind)})`;

/** The condition under which the attributes of tickets are seen: those who are only mentioned see none. */
export const ticketsWithAttributes = (viewer: SignedInViewer, alias: string, bind: Bind): string =>
  isStaff(viewer)
    ? `${alias}.deleted_at is null`
    : `(${alias}.deleted_at is null and
        (${alias}.author_ids @> array[${bind(viewer.id)}::uuid] or ${accessByLevel(viewer, alias, bind)}))`;

function accessByLevel(viewer: SignedInViewer, alias: string, bind: Bind): string {
  if (viewer.organizationId === null) return 'false';
  const organization = `${alias}.organization_id = ${bind(viewer.organizationId)}::uuid`;
  const account = `${alias}.access_level in ('ACCOUNT_USERS', 'ALL_USERS')`;
  const project = `${alias}.access_level in ('PROJECT_USERS', 'ALL_USERS') and ${alias}.project_id = any(${bind(viewer.projectIds)}::uuid[])`;
  return `${organization} and (${account} or ${project})`;
}

/** What of a person decides what they see. */
export type Reader = Pick<SignedInViewer, 'id' | 'role' | 'organizationId' | 'projectIds'>;

/** How a person stands to a ticket; null when they may not see it. */
export function relationTo(viewer: Reader, ticket: TicketAccess): TicketRelation | null {
  if (ticket.deletedAt !== null) return null;
  if (isStaffRole(viewer.role)) return 'staff';
  if (ticket.authorIds.includes(viewer.id)) return 'author';
  if (hasAccessByLevel(viewer, ticket)) return 'access';
  return ticket.memberIds.includes(viewer.id) ? 'mentioned' : null;
}

function hasAccessByLevel(viewer: Reader, ticket: TicketAccess): boolean {
  if (ticket.organizationId === null || ticket.organizationId !== viewer.organizationId) return false;
  const { accessLevel, projectId } = ticket;
  const byAccount = accessLevel === AccessLevel.ACCOUNT_USERS || accessLevel === AccessLevel.ALL_USERS;
  const byProject = accessLevel === AccessLevel.PROJECT_USERS || accessLevel === AccessLevel.ALL_USERS;
  return byAccount || (byProject && projectId !== null && viewer.projectIds.includes(projectId));
}

/** The numbering of a conversation that the viewer reads: customers have one of their own, so that they can't count the notes. */
export const streamOf = (viewer: SignedInViewer): 'staffSeq' | 'publicSeq' =>
  isStaff(viewer) ? 'staffSeq' : 'publicSeq';

/** The condition under which comments of a visible ticket are seen: notes are for staff. */
export const visibleComments = (viewer: SignedInViewer, alias: string): string =>
  isStaff(viewer) ? 'true' : `${alias}.visibility = 'PUBLIC'`;
