import { isStaff, type SignedInViewer } from '../auth/viewer.js';
import type { Bind } from '../db/database.js';
import { foldedText, titleContains } from '../db/search.js';
import type { TicketImage } from '../entities/log-entry.js';
import { visibleEmails } from '../policies/people-policy.js';
import {
  among,
  type Condition,
  ids,
  isOneOf,
  moment,
  numbers,
  states,
  storable,
  texts,
  uuids,
  vote,
  whether,
} from './condition.js';
import { numberOf } from './human-id.js';
import type { TicketFilterFields } from './ticket-filter-fields.js';

const resolved = among<null>(
  'statusId',
  'states',
  () => `select id from states where type = 'STATE' and category = 'RESOLVED'`,
);

/** Authors are members too, and members have an index. */
const oneOfAuthors = (alias: string, array: string): string =>
  `(${alias}.member_ids && ${array} and ${alias}.author_ids && ${array})`;

const hasAuthor = ({ authorIds = [], memberIds = [] }: TicketImage, people: ReadonlySet<unknown>): boolean =>
  authorIds.some((id) => people.has(id)) && memberIds.some((id) => people.has(id));

/** As they are when they are stored: what the database takes for lower case depends on how it was set up. */
const peopleWith = (emails: readonly string[], viewer: SignedInViewer, bind: Bind): string =>
  `array(select u.id from users u where u.email = any(${bind(storable(emails).map((email) => email.trim().toLowerCase()))}::text[])
    and ${visibleEmails(viewer, 'u', bind)})`;

/** How each field of a filter is asked of the table of tickets, and of the images of tickets in the log. */
export const ticketConditions: {
  readonly [F in keyof TicketFilterFields]-?: Condition<NonNullable<TicketFilterFields[F]>>;
} = {
  isOpen: whether(
    ({ alias }) => `${alias}.closed_at is null`,
    () => (image) => image.closedAt === undefined,
  ),
  isResolved: whether(
    (scope) => resolved.sql(scope, null),
    (scope) => resolved.image(scope, null),
  ),
  isClientRead: whether(
    ({ alias }) => `${alias}.last_support_seq <= ${alias}.client_read_seq`,
    () => (image) => image.isClientRead === true,
  ),
  isClientAuthor: whether(
    ({ alias }) => `${alias}.is_client_author`,
    () => (image) => image.isClientAuthor === true,
  ),
  isRated: whether(
    ({ alias }) => `${alias}.vote_normalized is not null`,
    () => (image) => image.voteNormalized !== undefined,
  ),
  statusKey: states('statusId', 'STATE'),
  statusCategory: states('statusId', 'STATE', 'category'),
  priorityKey: states('priorityId', 'PRIORITY'),
  typeKey: states('typeId', 'TYPE'),
  stageKey: states('stageId', 'STAGE'),
  outcomeKey: states('outcomeId', 'OUTCOME'),
  number: numbers('number'),
  humanId: isOneOf('number', 'int', (value: readonly string[], { prefix }) => value.map((id) => numberOf(prefix, id))),
  title: {
    sql: ({ alias, bind }, value) => titleContains(alias, bind(value)),
    image: ({ ask }, value) => {
      const folded = ask(null, (bind) => `array[${foldedText(bind(value))}]`);
      return (image) => [...folded.set].every((text) => String(image.title).includes(String(text)));
    },
  },
  authorId: {
    sql: ({ alias, bind }, value) => oneOfAuthors(alias, `${bind(uuids('User', value))}::uuid[]`),
    image: (_, value) => {
      const people = new Set(uuids('User', value));
      return (image) => hasAuthor(image, people);
    },
  },
  authorEmail: {
    sql: ({ alias, bind, viewer }, value) => oneOfAuthors(alias, peopleWith(value, viewer, bind)),
    image: ({ ask, viewer }, value) => {
      const people = ask('users', (bind) => peopleWith(value, viewer, bind));
      return (image) => hasAuthor(image, people.set);
    },
  },
  reporterId: {
    sql: ({ alias, bind }, value) => {
      const people = `${bind(uuids('User', value))}::uuid[]`;
      return `(${alias}.member_ids && ${people} and ${alias}.reporter_id = any(${people}))`;
    },
    image: (_, value) => {
      const people = new Set<unknown>(uuids('User', value));
      return ({ memberIds = [], reporterId }) => people.has(reporterId) && memberIds.some((id) => people.has(id));
    },
  },
  mine: whether(
    ({ alias, bind, viewer }) => {
      const me = `array[${bind(viewer.id)}::uuid]`;
      return `${alias}.member_ids @> ${me} and ${alias}.author_ids @> ${me}`;
    },
    ({ viewer }) => {
      const me = new Set([viewer.id]);
      return (image) => hasAuthor(image, me);
    },
  ),
  isMember: whether(
    ({ alias, bind, viewer }) => `${alias}.member_ids @> array[${bind(viewer.id)}::uuid]`,
    ({ viewer }) =>
      (image) =>
        image.memberIds?.includes(viewer.id) === true,
  ),
  assigneeId: ids('assigneeId', 'User'),
  isAssigned: whether(
    ({ alias }) => `${alias}.assignee_id is not null`,
    () => (image) => image.assigneeId !== undefined,
  ),
  groupId: ids('groupId', 'Group'),
  topicKey: among('topicId', 'topics', (value: readonly string[], bind) => {
    const keys = `${bind(storable(value))}::text[]`;
    return `select s.id from topics s left join topics p on p.id = s.parent_id where s.key = any(${keys}) or p.key = any(${keys})`;
  }),
  accessLevel: texts('accessLevel'),
  projectKey: among(
    'projectId',
    'projects',
    (value: readonly string[], bind) => `select id from projects where key = any(${bind(storable(value))}::text[])`,
  ),
  organizationId: ids('organizationId', 'Organization'),
  buyerId: ids('buyerId', 'Organization'),
  consumerId: ids('consumerId', 'Organization'),
  externalSubjectId: texts('externalSubjectId'),
  noticeId: numbers('noticeId'),
  lastCommentBy: {
    sql: ({ alias, bind, viewer }, value) =>
      `${alias}.${isStaff(viewer) ? 'last_comment_role' : 'last_public_comment_role'} = ${bind(value)}`,
    // Images are for staff.
    image: (_, value) => (image) => image.lastCommentRole === value,
  },
  minNormalizedVote: vote('>='),
  maxNormalizedVote: vote('<='),
  createdAfter: moment('createdAt', '>='),
  createdBefore: moment('createdAt', '<'),
  updatedAfter: moment('updatedAt', '>='),
  updatedBefore: moment('updatedAt', '<'),
  closedAfter: moment('closedAt', '>='),
  closedBefore: moment('closedAt', '<'),
};
