import { isStaff, type SignedInViewer } from '../auth/viewer.js';
import type { Bind, Entity } from '../db/database.js';
import { AuditEntry } from '../entities/audit-entry.js';
import { Comment } from '../entities/comment.js';
import { File } from '../entities/file.js';
import { GroupMember } from '../entities/group-member.js';
import { Group } from '../entities/group.js';
import { LogEntry } from '../entities/log-entry.js';
import { Member } from '../entities/member.js';
import { Organization } from '../entities/organization.js';
import { Project } from '../entities/project.js';
import { ReadMark } from '../entities/read-mark.js';
import { State } from '../entities/state.js';
import { contactsConfirmation, SystemEvent } from '../entities/system-event.js';
import { TicketAttribute } from '../entities/ticket-attribute.js';
import { Ticket } from '../entities/ticket.js';
import { Topic } from '../entities/topic.js';
import { UserProject } from '../entities/user-project.js';
import { User } from '../entities/user.js';
import { Vote } from '../entities/vote.js';
import { canManage } from '../policies/people-policy.js';
import { streamOf, ticketsWithAttributes, visibleComments, visibleTickets } from '../policies/visibility.js';

/** Which rows, named by the alias, the viewer sees. */
export type Condition = (viewer: SignedInViewer, alias: string, bind: Bind) => string;

/** One row by its id, or by another column that is unique among the rows that the viewer sees. */
export interface One<T> {
  readonly kind: 'one';
  readonly entity: Entity<T>;
  readonly key: keyof T & string;
  readonly where?: Condition;
}

/** All rows that point to a parent, or that a table between them connects to it, in an order. */
export interface Many<T> {
  readonly kind: 'many';
  readonly entity: Entity<T>;
  readonly order: readonly (keyof T & string)[];
  readonly key?: keyof T & string;
  readonly where?: Condition;
  readonly through?: { readonly entity: Entity<unknown>; readonly parent: string; readonly child: string };
}

/** Rows that point to a parent, a page at a time, in the order of a number that is unique within the parent. */
export interface Page<T> {
  readonly kind: 'page';
  readonly entity: Entity<T>;
  readonly key: keyof T & string;
  readonly position: (viewer: SignedInViewer) => keyof T & string;
  readonly where?: Condition;
}

/** Rows that a table connects to a parent, a page at a time, by name. */
export interface NamedPage<T> {
  readonly kind: 'namedPage';
  readonly entity: Entity<T>;
  readonly junction: Entity<unknown>;
  readonly parentKey: string;
  readonly childKey: string;
  readonly where: Condition;
}

const one = <T extends { id: string }>(entity: Entity<T>, where?: Condition): One<T> => ({
  kind: 'one',
  entity,
  key: 'id',
  ...(where && { where }),
});

const oneBy = <T>(entity: Entity<T>, key: keyof T & string, where: Condition): One<T> => ({
  kind: 'one',
  entity,
  key,
  where,
});

const many = <T>(
  entity: Entity<T>,
  key: keyof T & string,
  order: (keyof T & string)[],
  where?: Condition,
): Many<T> => ({
  kind: 'many',
  entity,
  key,
  order,
  ...(where && { where }),
});

const through = <T, J>(
  entity: Entity<T>,
  [junction, parent, child]: [Entity<J>, keyof J & string, keyof J & string],
  order: (keyof T & string)[],
): Many<T> => ({ kind: 'many', entity, order, through: { entity: junction, parent, child } });

const page = <T>(
  entity: Entity<T>,
  key: keyof T & string,
  position: (viewer: SignedInViewer) => keyof T & string,
  where?: Condition,
): Page<T> => ({ kind: 'page', entity, key, position, ...(where && { where }) });

const namedPage = <T, J>(
  entity: Entity<T>,
  [junction, parentKey, childKey]: [Entity<J>, keyof J & string, keyof J & string],
  where: Condition,
): NamedPage<T> => ({ kind: 'namedPage', entity, junction, parentKey, childKey, where });

const inPublicStream: Condition = (viewer, alias) => (isStaff(viewer) ? 'true' : `${alias}.public_seq is not null`);

const ofVisibleTicket =
  (link: (ticket: string, row: string) => string): Condition =>
  (viewer, alias, bind) =>
    `exists (select 1 from tickets vt where ${link('vt', alias)} and ${visibleTickets(viewer, 'vt', bind)})`;

const ofVisibleComment: Condition = (viewer, alias) =>
  `(${alias}.comment_id is null or exists
    (select 1 from comments vc where vc.id = ${alias}.comment_id and ${visibleComments(viewer, 'vc')}))`;

const orStaff =
  (condition: Condition): Condition =>
  (viewer, alias, bind) =>
    isStaff(viewer) ? 'true' : `(${condition(viewer, alias, bind)})`;

const all =
  (...conditions: Condition[]): Condition =>
  (viewer, alias, bind) =>
    conditions.map((condition) => condition(viewer, alias, bind)).join(' and ');

const any =
  (...conditions: Condition[]): Condition =>
  (viewer, alias, bind) =>
    `(${conditions.map((condition) => condition(viewer, alias, bind)).join(' or ')})`;

const isOwnUpload: Condition = (viewer, alias, bind) =>
  `${alias}.comment_id is null and ${alias}.uploader_id = ${bind(viewer.id)}`;

const isThere: Condition = (_viewer, alias) => `${alias}.deleted_at is null`;

const ofViewer: Condition = (viewer, alias, bind) => `${alias}.user_id = ${bind(viewer.id)}`;

/** One's own comments are read. */
const isUnread: Condition = (viewer, alias, bind) => `${alias}.author_id <> ${bind(viewer.id)} and ${alias}.staff_seq >
  coalesce((select m.staff_seq from read_marks m where m.ticket_id = ${alias}.ticket_id and ${ofViewer(viewer, 'm', bind)}), 0)`;

const forStaff: Condition = (viewer) => (isStaff(viewer) ? 'true' : 'false');

const forAdmins: Condition = (viewer) => (canManage(viewer) ? 'true' : 'false');

const isContactConfirmation: Condition = (_viewer, alias) => `${alias}.key = '${contactsConfirmation}'`;

/** The attributes of a ticket are not for everybody who sees it. */
const ofTicketWithAttributes: Condition = (viewer, alias, bind) =>
  `exists (select 1 from tickets vt where vt.id = ${alias}.ticket_id and ${ticketsWithAttributes(viewer, 'vt', bind)})`;

const ticketOfRow = ofVisibleTicket((ticket, row) => `${ticket}.id = ${row}.ticket_id`);

/** Customers know of their own organization and of those that the tickets which they see belong to or are about. */
export const knownOrganizations: Condition = orStaff(
  any(
    (viewer, alias, bind) => `${alias}.id = ${bind(viewer.organizationId)}::uuid`,
    ofVisibleTicket(
      (ticket, row) => `${row}.id in (${ticket}.organization_id, ${ticket}.buyer_id, ${ticket}.consumer_id)`,
    ),
  ),
);

/** Customers know themselves, people of their organization, and whomever they have met in the tickets that they see. */
const knownPeople: Condition = orStaff(
  any(
    (viewer, alias, bind) =>
      `${alias}.id = ${bind(viewer.id)}::uuid or ${alias}.organization_id = ${bind(viewer.organizationId)}::uuid`,
    ofVisibleTicket(
      (ticket, row) => `(${ticket}.member_ids @> array[${row}.id] or ${ticket}.assignee_id = ${row}.id or exists
        (select 1 from conversation_log l where l.ticket_id = ${ticket}.id and l.actor_id = ${row}.id and l.public_seq is not null))`,
    ),
  ),
);

/**
 * Every way from one row to others, declared once. The names without `visible` are for objects that were reached through
 * something that the viewer may see; those with it stand behind the ids that clients send.
 */
export const relations = {
  user: one(User),
  organization: one(Organization),
  project: one(Project),
  group: one(Group),
  state: one(State),
  topic: one(Topic),
  vote: one(Vote),

  visibleTicket: one(Ticket, visibleTickets),
  visibleComment: one(Comment, all(visibleComments, ticketOfRow)),
  visibleMember: one(Member, ticketOfRow),
  visibleVote: one(Vote, all(ticketOfRow, ofVisibleComment)),
  visibleOrganization: one(Organization, knownOrganizations),
  visibleProject: one(
    Project,
    orStaff(
      any(
        (viewer, alias, bind) => `${alias}.id = any(${bind(viewer.projectIds)}::uuid[])`,
        ofVisibleTicket((ticket, row) => `${ticket}.project_id = ${row}.id`),
      ),
    ),
  ),
  visibleUser: one(User, knownPeople),
  visibleGroup: one(Group, orStaff(ofVisibleTicket((ticket, row) => `${ticket}.group_id = ${row}.id`))),

  visibleAuditEntry: one(AuditEntry, forAdmins),

  readMark: oneBy(ReadMark, 'ticketId', ofViewer),

  visibleAttribute: one(TicketAttribute, ofTicketWithAttributes),

  visibleFile: one(
    File,
    any(
      isOwnUpload,
      (viewer, alias, bind) =>
        `exists (select 1 from comments fc where fc.id = ${alias}.comment_id and ${isThere(viewer, 'fc', bind)} and
          ${visibleComments(viewer, 'fc')} and ${ticketOfRow(viewer, 'fc', bind)})`,
    ),
  ),

  files: many(File, 'commentId', ['position']),
  visibleSystemEvent: one(SystemEvent, all(forStaff, ticketOfRow)),
  contactConfirmation: oneBy(SystemEvent, 'ticketId', all(forStaff, isContactConfirmation)),
  attributes: many(TicketAttribute, 'ticketId', ['type', 'createdAt', 'key'], ofTicketWithAttributes),
  splitInto: many(Ticket, 'splitFromId', ['number'], visibleTickets),
  subtopics: many(Topic, 'parentId', ['rank', 'key']),
  members: many(Member, 'ticketId', ['position']),
  groupsOfUser: through(Group, [GroupMember, 'userId', 'groupId'], ['name']),
  projectsOfUser: through(Project, [UserProject, 'userId', 'projectId'], ['key']),

  comments: page(Comment, 'ticketId', streamOf, all(inPublicStream, isThere)),
  unreadComments: page(Comment, 'ticketId', streamOf, all(inPublicStream, isThere, isUnread)),
  membersOfGroup: namedPage(User, [GroupMember, 'groupId', 'userId'], (viewer, alias) =>
    isStaff(viewer) ? `${alias}.is_active` : 'false',
  ),
  events: page(LogEntry, 'ticketId', streamOf, inPublicStream),
  systemEvents: page(SystemEvent, 'ticketId', () => 'position', forStaff),
};
