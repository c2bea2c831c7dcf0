import type { SignedInViewer } from '../auth/viewer.js';
import type { Bind, Database, Entity } from '../db/database.js';
import { Comment } from '../entities/comment.js';
import { File } from '../entities/file.js';
import { Group } from '../entities/group.js';
import { Member } from '../entities/member.js';
import { Organization } from '../entities/organization.js';
import { Project } from '../entities/project.js';
import { State } from '../entities/state.js';
import { TicketAttribute } from '../entities/ticket-attribute.js';
import { Ticket } from '../entities/ticket.js';
import { Topic } from '../entities/topic.js';
import { User } from '../entities/user.js';
import { Vote } from '../entities/vote.js';
import { globalIdInSql, type NodeType } from '../global-id.js';
import type { relations } from '../loaders/relations.js';
import { streamOf } from '../policies/visibility.js';
import { jsonOfColumn, jsonOfCondition, jsonOfPlainText, jsonOfText, literal } from './written/json-sql.js';

type Names<Kind extends string> = {
  [Name in keyof typeof relations]: (typeof relations)[Name]['kind'] extends Kind ? Name : never;
}[keyof typeof relations];

/** A relation whose rows are found by keys alone. */
export type KeyedName = Names<'one' | 'many'>;
/** A relation that is read a page at a time. */
export type PageName = Names<'page'>;

/** For whom, and into which statement, answers are written. */
export interface Writing {
  readonly db: Database;
  readonly viewer: SignedInViewer;
  readonly bind: Bind;
  /** In lower case, each with a hyphen behind it, the most wanted first. */
  readonly locales: readonly string[];
  readonly humanIdPrefix: string;
  /** SQL of a position in the conversation of the ticket with an id. */
  readonly position: (ticketId: string, seq: string) => string;
}

/** SQL of something about a row; below a ticket's comments, about the row of the ticket as well. */
type Expression = (row: string, writing: Writing, ticket: string) => string;

/** How the database writes the value of a field. */
interface Written {
  readonly json: Expression;
  /** Only below a ticket's comments, whose ticket is at hand. */
  readonly isOfTicket?: boolean;
}

/** What a field leads to from the rows that it is asked of. */
export type Branch =
  /** Nothing else: what is below it is asked of the same rows. */
  | { readonly kind: 'same' }
  /** The rows behind a key, or several keys, that a property of each row holds; only for rows that have some where that is counted. */
  | {
      readonly kind: 'keyed';
      readonly relation: KeyedName;
      readonly from: string;
      readonly counter?: string;
    }
  /** A page of the rows that point to each; so many where nothing is said. */
  | { readonly kind: 'page'; readonly relation: PageName; readonly size: number }
  /** The last of the rows that point to each. */
  | { readonly kind: 'last'; readonly relation: PageName }
  /** How many rows point to each; within a page, to each of the rows that the page belongs to. */
  | { readonly kind: 'count'; readonly relation: PageName };

/** What is known of a field: what it leads to, how its value is written, or both. */
export interface Field {
  readonly branch?: Branch;
  readonly written?: Written;
  /** The database answers it to staff alone: others may be answered something else. */
  readonly isForStaff?: boolean;
}

const same: Field = { branch: { kind: 'same' } };
const to = (relation: KeyedName, from: string, more: { counter?: string } = {}): Field => ({
  branch: { kind: 'keyed', relation, from, ...more },
});
const many = (relation: PageName): Field => ({ branch: { kind: 'count', relation } });
const value = (json: Expression): Field => ({ written: { json } });
const ofTicket = (json: Expression): Field => ({ written: { json, isOfTicket: true } });
const forStaff = (field: Field): Field => ({ ...field, isForStaff: true });

const id = (type: NodeType): Field => value((row) => jsonOfPlainText(globalIdInSql(type, `${row}.id`)));

const column = (entity: Entity<unknown>, property: string): Field =>
  value((row, { db }) => {
    const kind = db.kindOf(entity, property);
    return jsonOfColumn(`${row}.${kind.name}`, kind);
  });

const columns = <T>(entity: Entity<T>, ...properties: (keyof T & string)[]): Record<string, Field> =>
  Object.fromEntries(properties.map((property) => [property, column(entity, property)]));

const condition = (sql: Expression): Field => value((...at) => jsonOfCondition(sql(...at)));
const conditionOfTicket = (sql: Expression): Field => ofTicket((...at) => jsonOfCondition(sql(...at)));

/** As `nameIn` chooses it, where no locale is asked for by an argument. */
const name = value((row, { locales, bind }) => {
  const names = `${row}.localized_names`;
  const asked =
    locales.length === 0
      ? ''
      : `(select e.value from unnest(${bind(locales)}::text[]) with ordinality l(asked, n), jsonb_each_text(${names}) e
          where starts_with(l.asked, lower(e.key) || '-') order by l.n, length(e.key) desc limit 1), `;
  return jsonOfText(
    `coalesce(${asked}${names} ->> 'en', (select e.value from jsonb_each_text(${names}) e limit 1), '')`,
  );
});

const isStaffRole = (sql: string): string => `${sql} <> 'CUSTOMER'`;
const isOpen = (row: string): string => `${row}.closed_at is null`;
const isOwn = (row: string, { bind, viewer }: Writing): string => `${row}.author_id = ${bind(viewer.id)}::uuid`;
/** Staff see every ticket, and may do to it what its state allows. */
const whileOpen = forStaff(condition(isOpen));

/**
 * What is known of the fields of a type, by type and field: what the loaders are asked for, and what the database can write by
 * itself. A field that is not here is answered all the same, by its resolver and statements of its own: nothing but speed
 * depends on this table. Two read it: `written` has the database write whole tickets and comments, where all fields below them are
 * known, and is asked by the executor of the HTTP door; `ahead` reads for the loaders what resolvers are going to ask them for, and
 * is called after root fields in all other cases.
 */
export const fields: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  TicketConnection: { nodes: same, edges: same },
  TicketEdge: { node: same },
  TicketPage: { items: same },
  Ticket: {
    id: id('Ticket'),
    ...columns(Ticket, 'number', 'title', 'description', 'serviceImpact', 'accessLevel', 'isClientAuthor', 'noticeId'),
    ...columns(Ticket, 'contractHumanId', 'tenantHumanId', 'externalSubjectId', 'version'),
    ...columns(Ticket, 'createdAt', 'updatedAt', 'closedAt'),
    humanId: value((row, { humanIdPrefix }) => jsonOfPlainText(`${literal(`${humanIdPrefix}-`)} || ${row}.number`)),
    isOpen: condition(isOpen),
    isClientRead: condition((row) => `${row}.last_support_seq <= ${row}.client_read_seq`),
    viewerCanUpdate: whileOpen,
    viewerCanClose: whileOpen,
    viewerCanComment: whileOpen,
    viewerCanReopen: forStaff(condition((row) => `not ${isOpen(row)}`)),
    viewerCanChangeAccess: forStaff(condition(() => 'true')),
    viewerCanRate: forStaff(condition(() => 'false')),
    viewerCanJoin: forStaff(condition((row, { bind, viewer }) => `${bind(viewer.id)}::uuid <> all(${row}.member_ids)`)),
    status: to('state', 'statusId'),
    isResolved: {
      ...to('state', 'statusId'),
      ...condition((row) => `(select s.category = 'RESOLVED' from states s where s.id = ${row}.status_id)`),
    },
    priority: to('state', 'priorityId'),
    type: to('state', 'typeId'),
    stage: to('state', 'stageId'),
    outcome: to('state', 'outcomeId'),
    topic: to('topic', 'topicId'),
    project: to('project', 'projectId'),
    authors: to('user', 'authorIds'),
    reporter: to('user', 'reporterId'),
    assignee: to('user', 'assigneeId'),
    group: to('group', 'groupId'),
    organization: to('organization', 'organizationId'),
    buyer: to('organization', 'buyerId'),
    consumer: to('organization', 'consumerId'),
    attributes: to('attributes', 'id'),
    vote: to('vote', 'voteId'),
    conversation: same,
    comments: { branch: { kind: 'page', relation: 'comments', size: 50 } },
    lastComment: { branch: { kind: 'last', relation: 'comments' } },
  },
  Conversation: {
    id: id('Conversation'),
    ticket: same,
    headCursor: value((row, { db, viewer, position }) =>
      jsonOfPlainText(position(`${row}.id`, `${row}.${db.kindOf(Ticket, streamOf(viewer)).name}`)),
    ),
    members: to('members', 'id'),
    viewerUnreadCount: many('unreadComments'),
  },
  Member: { id: id('Member'), ...columns(Member, 'joinedAt'), user: to('user', 'userId') },
  CommentConnection: { nodes: same, edges: same, totalCount: many('comments') },
  CommentEdge: { node: same },
  Comment: {
    id: id('Comment'),
    ...columns(Comment, 'body', 'visibility', 'version', 'sentAt', 'splitAt', 'editedAt', 'deletedAt'),
    isClientAuthor: condition((row) => `${row}.author_role = 'CUSTOMER'`),
    isClientRead: conditionOfTicket(
      (row, _writing, ticket) =>
        `${row}.public_seq is not null and
          (not ${isStaffRole(`${row}.author_role`)} or ${row}.public_seq <= ${ticket}.client_read_seq)`,
    ),
    viewerCanUpdate: conditionOfTicket(
      (row, writing, ticket) => `${isOpen(ticket)} and ${row}.deleted_at is null and ${isOwn(row, writing)}`,
    ),
    viewerCanDelete: forStaff(
      conditionOfTicket((row, _writing, ticket) => `${isOpen(ticket)} and ${row}.deleted_at is null`),
    ),
    viewerCanRate: forStaff(condition(() => 'false')),
    author: to('user', 'authorId'),
    vote: to('vote', 'voteId'),
    files: to('files', 'id', { counter: 'fileCount' }),
  },
  File: { id: id('File'), ...columns(File, 'name', 'size', 'contentType', 'status') },
  Vote: {
    id: id('Vote'),
    ...columns(Vote, 'score', 'scale', 'comment', 'createdAt'),
    normalized: value(
      (row) => `(case ${row}.scale when 'THUMBS' then (${row}.score + 1) / 2::float8
      when 'FIVE_POINT' then (${row}.score - 1) / 4::float8 else (${row}.score - 1) / 9::float8 end)::text`,
    ),
    voter: to('user', 'voterId'),
  },
  User: {
    id: id('User'),
    ...columns(User, 'name', 'role', 'isActive', 'createdAt', 'updatedAt'),
    humanId: forStaff(column(User, 'humanId')),
    email: forStaff(column(User, 'email')),
    phoneNumber: forStaff(column(User, 'phoneNumber')),
    organization: forStaff(to('organization', 'organizationId')),
  },
  Organization: {
    id: id('Organization'),
    ...columns(Organization, 'humanId', 'name', 'legalName', 'role', 'createdAt', 'updatedAt'),
  },
  Project: {
    id: id('Project'),
    ...columns(Project, 'key', 'name'),
    organization: to('organization', 'organizationId'),
  },
  Group: { id: id('Group'), ...columns(Group, 'name', 'createdAt', 'updatedAt') },
  State: {
    id: id('State'),
    ...columns(State, 'key', 'type', 'description', 'rank', 'category', 'createdAt', 'updatedAt'),
    name,
  },
  Topic: {
    id: id('Topic'),
    ...columns(Topic, 'key'),
    name,
    parent: to('topic', 'parentId'),
    subtopics: to('subtopics', 'id'),
  },
  TicketAttribute: { id: id('TicketAttribute'), ...columns(TicketAttribute, 'key', 'value', 'type', 'createdAt') },
};
