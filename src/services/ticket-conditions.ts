import { isStaff, type Role, type SignedInViewer } from '../auth/viewer.js';
import type { Bind } from '../db/database.js';
import { titleContains } from '../db/search.js';
import type { StatusCategory } from '../entities/state.js';
import type { AccessLevel } from '../entities/ticket.js';
import { type NodeType, uuidOf } from '../global-id.js';
import { visibleEmails } from '../policies/people-policy.js';
import { numberOf } from './human-id.js';
import { isStorable } from './text.js';

/** Conditions on one field each. */
export interface TicketFilterFields {
  isOpen?: boolean | null;
  isResolved?: boolean | null;
  isClientRead?: boolean | null;
  isClientAuthor?: boolean | null;
  isRated?: boolean | null;
  statusKey?: string[] | null;
  statusCategory?: StatusCategory[] | null;
  priorityKey?: string[] | null;
  typeKey?: string[] | null;
  stageKey?: string[] | null;
  outcomeKey?: string[] | null;
  number?: number[] | null;
  humanId?: string[] | null;
  title?: string | null;
  authorId?: string[] | null;
  authorEmail?: string[] | null;
  reporterId?: string[] | null;
  mine?: boolean | null;
  isMember?: boolean | null;
  assigneeId?: string[] | null;
  isAssigned?: boolean | null;
  groupId?: string[] | null;
  topicKey?: string[] | null;
  accessLevel?: AccessLevel[] | null;
  projectKey?: string[] | null;
  organizationId?: string[] | null;
  buyerId?: string[] | null;
  consumerId?: string[] | null;
  externalSubjectId?: string[] | null;
  noticeId?: number[] | null;
  lastCommentBy?: Role | null;
  minNormalizedVote?: number | null;
  maxNormalizedVote?: number | null;
  createdAfter?: Date | null;
  createdBefore?: Date | null;
  updatedAfter?: Date | null;
  updatedBefore?: Date | null;
  closedAfter?: Date | null;
  closedBefore?: Date | null;
}

/** Whose eyes a condition sees with, what it calls the table of tickets, and how it passes values. */
export interface FilterScope {
  readonly viewer: SignedInViewer;
  readonly alias: string;
  readonly bind: Bind;
  /** What human ids begin with. */
  readonly prefix: string;
}

/** Writes what a value of a field asks for as a condition of SQL. */
export type Condition<Value> = (scope: FilterScope, value: Value) => string;

/** PostgreSQL can't even be asked for other texts, so nothing has them. */
const storable = (texts: readonly string[]): string[] => texts.filter(isStorable);

const uuids = (type: NodeType, ids: readonly string[]): string[] =>
  ids.map((id) => uuidOf(type, id)).filter((uuid) => uuid !== null);

/** True where it holds, false where it does not or where that is unknown. */
const whether =
  (holds: (scope: FilterScope) => string): Condition<boolean> =>
  (scope, value) =>
    value ? holds(scope) : `(${holds(scope)}) is not true`;

const ids =
  (column: string, type: NodeType): Condition<readonly string[]> =>
  ({ alias, bind }, value) =>
    `${alias}.${column} = any(${bind(uuids(type, value))}::uuid[])`;

const texts =
  (column: string): Condition<readonly string[]> =>
  ({ alias, bind }, value) =>
    `${alias}.${column} = any(${bind(storable(value))}::text[])`;

const numbers =
  (column: string): Condition<readonly number[]> =>
  ({ alias, bind }, value) =>
    `${alias}.${column} = any(${bind(value)}::int[])`;

const vote =
  (sign: string): Condition<number> =>
  ({ alias, bind }, value) =>
    `${alias}.vote_normalized ${sign} ${bind(value)}::float8`;

const moment =
  (column: string, sign: string): Condition<Date> =>
  ({ alias, bind }, value) =>
    `${alias}.${column} ${sign} ${bind(value)}::timestamptz`;

/** The rows are found first, by themselves, so that an index on the column can be used. */
const among = (column: string, rows: string): string => `${column} = any(array(${rows}))`;

const states =
  (column: string, type: string, property = 'key'): Condition<readonly string[]> =>
  ({ alias, bind }, value) =>
    among(
      `${alias}.${column}`,
      `select id from states where type = '${type}' and ${property} = any(${bind(storable(value))}::text[])`,
    );

/** Authors are members too, and members have an index. */
const oneOfAuthors = (alias: string, array: string): string =>
  `(${alias}.member_ids && ${array} and ${alias}.author_ids && ${array})`;

/** How each field of a filter is asked of the database, on the table of tickets. */
export const ticketConditions: {
  readonly [F in keyof TicketFilterFields]-?: Condition<NonNullable<TicketFilterFields[F]>>;
} = {
  isOpen: whether(({ alias }) => `${alias}.closed_at is null`),
  isResolved: whether(({ alias }) =>
    among(`${alias}.status_id`, `select id from states where type = 'STATE' and category = 'RESOLVED'`),
  ),
  isClientRead: whether(({ alias }) => `${alias}.last_support_seq <= ${alias}.client_read_seq`),
  isClientAuthor: whether(({ alias }) => `${alias}.is_client_author`),
  isRated: whether(({ alias }) => `${alias}.vote_normalized is not null`),
  statusKey: states('status_id', 'STATE'),
  statusCategory: states('status_id', 'STATE', 'category'),
  priorityKey: states('priority_id', 'PRIORITY'),
  typeKey: states('type_id', 'TYPE'),
  stageKey: states('stage_id', 'STAGE'),
  outcomeKey: states('outcome_id', 'OUTCOME'),
  number: numbers('number'),
  humanId: ({ alias, bind, prefix }, value) =>
    `${alias}.number = any(${bind(value.map((humanId) => numberOf(prefix, humanId)))}::int[])`,
  title: ({ alias, bind }, value) => titleContains(alias, bind(value)),
  authorId: ({ alias, bind }, value) => oneOfAuthors(alias, `${bind(uuids('User', value))}::uuid[]`),
  authorEmail: ({ alias, bind, viewer }, value) => {
    // As they are when they are stored: what the database takes for lower case depends on how it was set up.
    const asked = storable(value).map((email) => email.trim().toLowerCase());
    const people = `select u.id from users u where u.email = any(${bind(asked)}::text[]) and ${visibleEmails(viewer, 'u', bind)}`;
    return oneOfAuthors(alias, `array(${people})`);
  },
  reporterId: ({ alias, bind }, value) => {
    const people = `${bind(uuids('User', value))}::uuid[]`;
    return `(${alias}.member_ids && ${people} and ${alias}.reporter_id = any(${people}))`;
  },
  mine: whether(({ alias, bind, viewer }) => {
    const me = `array[${bind(viewer.id)}::uuid]`;
    return `${alias}.member_ids @> ${me} and ${alias}.author_ids @> ${me}`;
  }),
  isMember: whether(({ alias, bind, viewer }) => `${alias}.member_ids @> array[${bind(viewer.id)}::uuid]`),
  assigneeId: ids('assignee_id', 'User'),
  isAssigned: whether(({ alias }) => `${alias}.assignee_id is not null`),
  groupId: ids('group_id', 'Group'),
  topicKey: ({ alias, bind }, value) => {
    const keys = `${bind(storable(value))}::text[]`;
    return among(
      `${alias}.topic_id`,
      `select s.id from topics s left join topics p on p.id = s.parent_id where s.key = any(${keys}) or p.key = any(${keys})`,
    );
  },
  accessLevel: texts('access_level'),
  projectKey: ({ alias, bind }, value) =>
    among(`${alias}.project_id`, `select id from projects where key = any(${bind(storable(value))}::text[])`),
  organizationId: ids('organization_id', 'Organization'),
  buyerId: ids('buyer_id', 'Organization'),
  consumerId: ids('consumer_id', 'Organization'),
  externalSubjectId: texts('external_subject_id'),
  noticeId: numbers('notice_id'),
  lastCommentBy: ({ alias, bind, viewer }, value) =>
    `${alias}.${isStaff(viewer) ? 'last_comment_role' : 'last_public_comment_role'} = ${bind(value)}`,
  minNormalizedVote: vote('>='),
  maxNormalizedVote: vote('<='),
  createdAfter: moment('created_at', '>='),
  createdBefore: moment('created_at', '<'),
  updatedAfter: moment('updated_at', '>='),
  updatedBefore: moment('updated_at', '<'),
  closedAfter: moment('closed_at', '>='),
  closedBefore: moment('closed_at', '<'),
};
