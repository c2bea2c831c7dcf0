import fc from 'fast-check';
import type { TicketFilter, TicketOrderField } from '../support/_generated.js';

/** What the model knows of a ticket: a row of the table. */
export interface Row {
  id: string;
  number: number;
  title: string;
  status_id: string;
  priority_id: string;
  type_id: string | null;
  stage_id: string | null;
  outcome_id: string | null;
  topic_id: string | null;
  access_level: string;
  project_id: string | null;
  reporter_id: string;
  assignee_id: string | null;
  group_id: string | null;
  organization_id: string | null;
  buyer_id: string | null;
  consumer_id: string | null;
  external_subject_id: string | null;
  notice_id: number | null;
  vote_normalized: number | null;
  is_client_author: boolean;
  author_ids: string[];
  member_ids: string[];
  last_comment_role: string | null;
  last_public_comment_role: string | null;
  last_support_seq: number;
  client_read_seq: number;
  created_at: string;
  updated_at: string;
  closed_at: string | null;
  deleted_at: string | null;
}

/** Somebody, as the database has them. */
export interface Person {
  id: string;
  email: string;
  role: 'CUSTOMER' | 'AGENT' | 'ADMIN';
  organizationId: string | null;
  projectIds: string[];
}

/** All that tickets refer to. */
export interface World {
  people: Person[];
  states: { id: string; type: string; key: string; category: string | null; rank: number }[];
  topics: { id: string; key: string; parentKey: string | null }[];
  projects: { id: string; key: string }[];
  organizations: string[];
  groups: string[];
}

const moments = [
  '2026-01-01T00:00:00.000Z',
  '2026-01-01T00:00:00.001Z',
  '2026-02-01T00:00:00.000Z',
  '2027-01-01T12:00:00.000Z',
];
const letters = ['a', 'B', 'á', 'Я', 'ё', '1', '%', '_', '\\'];
const roles = ['CUSTOMER', 'AGENT', 'ADMIN'] as const;
const levels = ['PRIVATE', 'ACCOUNT_USERS', 'PROJECT_USERS', 'ALL_USERS'] as const;
const votes = [0, 0.25, 0.5, 1];

const orNull = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null, freq: 3 });
const oneOf = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

/** Tickets with anything in every column that the tables let pass. */
export function anyTickets(world: World, count: number): fc.Arbitrary<Row[]> {
  const stateOf = (type: string) => oneOf(world.states.filter((state) => state.type === type).map(({ id }) => id));
  const person = oneOf(world.people.map(({ id }) => id));
  const staff = oneOf(world.people.filter(({ role }) => role !== 'CUSTOMER').map(({ id }) => id));
  const organization = orNull(oneOf(world.organizations));
  const ticket = fc
    .record({
      id: fc.uuid({ version: 4 }),
      number: fc.constant(0),
      title: fc.string({ unit: oneOf(letters), minLength: 1, maxLength: 3 }),
      status_id: stateOf('STATE'),
      priority_id: stateOf('PRIORITY'),
      type_id: orNull(stateOf('TYPE')),
      stage_id: orNull(stateOf('STAGE')),
      outcome_id: orNull(stateOf('OUTCOME')),
      topic_id: orNull(oneOf(world.topics.map(({ id }) => id))),
      access_level: oneOf(levels),
      project_id: orNull(oneOf(world.projects.map(({ id }) => id))),
      reporter_id: person,
      assignee_id: orNull(staff),
      group_id: orNull(oneOf(world.groups)),
      organization_id: organization,
      buyer_id: organization,
      consumer_id: organization,
      external_subject_id: orNull(oneOf(['x', 'y'])),
      notice_id: orNull(oneOf([1, 2])),
      vote_normalized: orNull(oneOf(votes)),
      is_client_author: fc.boolean(),
      author_ids: fc.uniqueArray(person, { maxLength: 1 }),
      member_ids: fc.uniqueArray(person, { maxLength: 2 }),
      last_comment_role: orNull(oneOf(roles)),
      last_public_comment_role: orNull(oneOf(roles)),
      last_support_seq: fc.nat(2),
      client_read_seq: fc.nat(2),
      created_at: oneOf(moments),
      updated_at: oneOf(moments),
      closed_at: orNull(oneOf(moments)),
      deleted_at: fc.oneof({ arbitrary: fc.constant(null), weight: 9 }, { arbitrary: oneOf(moments), weight: 1 }),
    })
    .map((row): Row => {
      const author_ids = [...new Set([row.reporter_id, ...row.author_ids])];
      const access_level = row.access_level === 'PROJECT_USERS' && !row.project_id ? 'PRIVATE' : row.access_level;
      return { ...row, access_level, author_ids, member_ids: [...new Set([...author_ids, ...row.member_ids])] };
    });
  return fc
    .uniqueArray(ticket, { minLength: count, maxLength: count, selector: ({ id }) => id })
    .map((rows) => rows.map((row, index) => ({ ...row, number: index + 1 })));
}

/** Filters of up to so many levels over the values that tickets have, and some that none has. */
export function anyFilter(world: World, depth = 5): fc.Arbitrary<TicketFilter> {
  const some = <T>(values: readonly T[]): fc.Arbitrary<T[]> => fc.array(oneOf(values), { maxLength: 2 });
  const keys = (type: string) =>
    some([...world.states.filter((state) => state.type === type).map(({ key }) => key), 'no such', '\0', '\ud800']);
  const ids = (prefix: string, uuids: readonly string[]) =>
    some([...uuids.map((uuid) => `${prefix}_${uuid}`), 'nonsense', `tic_${uuids[0]}`]);
  const people = ids(
    'usr',
    world.people.map(({ id }) => id),
  );
  const organizations = ids('org', world.organizations);
  const fields: { [F in keyof TicketFilter]: fc.Arbitrary<NonNullable<TicketFilter[F]>> } = {
    isOpen: fc.boolean(),
    isResolved: fc.boolean(),
    isClientRead: fc.boolean(),
    isClientAuthor: fc.boolean(),
    isRated: fc.boolean(),
    statusKey: keys('STATE'),
    statusCategory: some(['OPEN', 'IN_PROGRESS', 'WAITING', 'RESOLVED', 'CLOSED'] as const),
    priorityKey: keys('PRIORITY'),
    typeKey: keys('TYPE'),
    stageKey: keys('STAGE'),
    outcomeKey: keys('OUTCOME'),
    number: some([1, 2, 3, 0, -1, 2_147_483_647]),
    humanId: some(['INC-1', 'INC-2', 'inc-3', 'INC-99999999999', 'INC-0']),
    title: fc.string({ unit: oneOf([...letters, 'A', 'я', 'Е']), minLength: 1, maxLength: 2 }),
    authorId: people,
    authorEmail: some(world.people.flatMap(({ email }) => [email, email.toUpperCase(), '\0'])),
    reporterId: people,
    mine: fc.boolean(),
    isMember: fc.boolean(),
    assigneeId: people,
    isAssigned: fc.boolean(),
    groupId: ids('grp', world.groups),
    topicKey: some([...world.topics.map(({ key }) => key), 'no such']),
    accessLevel: some(levels),
    projectKey: some([...world.projects.map(({ key }) => key), 'no such']),
    organizationId: organizations,
    buyerId: organizations,
    consumerId: organizations,
    externalSubjectId: some(['x', 'y', 'z']),
    noticeId: some([1, 2, 3]),
    lastCommentBy: oneOf(roles),
    minNormalizedVote: oneOf(votes),
    maxNormalizedVote: oneOf(votes),
    createdAfter: oneOf(moments),
    createdBefore: oneOf(moments),
    updatedAfter: oneOf(moments),
    updatedBefore: oneOf(moments),
    closedAfter: oneOf(moments),
    closedBefore: oneOf(moments),
  };
  const field = fc
    .constantFrom(...Object.entries(fields))
    .chain(([name, value]) =>
      fc.option(value as fc.Arbitrary<unknown>, { nil: null, freq: 20 }).map((chosen) => ({ [name]: chosen })),
    );
  const { filter } = fc.letrec<{ filter: TicketFilter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: depth - 1, withCrossShrink: true },
      {
        arbitrary: fc.array(field, { maxLength: 2 }).map((parts) => Object.assign({}, ...parts) as TicketFilter),
        weight: 3,
      },
      { arbitrary: fc.array(tie('filter'), { maxLength: 3 }).map((and) => ({ and })), weight: 1 },
      { arbitrary: fc.array(tie('filter'), { maxLength: 3 }).map((or) => ({ or })), weight: 2 },
      { arbitrary: tie('filter').map((not) => ({ not })), weight: 2 },
    ),
  }));
  return filter;
}

const folded = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Whether a ticket matches, worked out plainly. */
export function matches(world: World, viewer: Person, filter: TicketFilter, row: Row): boolean {
  const isStaff = viewer.role !== 'CUSTOMER';
  const state = (id: string | null) => world.states.find((one) => one.id === id);
  const key = (id: string | null) => (keys: string[]) => keys.includes(state(id)?.key ?? '');
  const id = (prefix: string, uuid: string | null) => (ids: string[]) => ids.includes(`${prefix}_${uuid}`);
  const is = (fact: boolean) => (asked: boolean) => fact === asked;
  const since = (moment: string | null) => (asked: string) => moment !== null && moment >= asked;
  const until = (moment: string | null) => (asked: string) => moment !== null && moment < asked;
  const authors = world.people.filter((person) => row.author_ids.includes(person.id));
  const isSeen = (person: Person): boolean =>
    isStaff ||
    person.id === viewer.id ||
    (person.role === 'CUSTOMER' && person.organizationId !== null && person.organizationId === viewer.organizationId);
  const topic = world.topics.find((one) => one.id === row.topic_id);
  const project = world.projects.find((one) => one.id === row.project_id);
  const vote = row.vote_normalized;
  const checks: { [F in keyof TicketFilter]-?: (asked: NonNullable<TicketFilter[F]>) => boolean } = {
    isOpen: is(row.closed_at === null),
    isResolved: is(state(row.status_id)?.category === 'RESOLVED'),
    isClientRead: is(row.last_support_seq <= row.client_read_seq),
    isClientAuthor: is(row.is_client_author),
    isRated: is(vote !== null),
    statusKey: key(row.status_id),
    statusCategory: (asked) => asked.some((category) => category === state(row.status_id)?.category),
    priorityKey: key(row.priority_id),
    typeKey: key(row.type_id),
    stageKey: key(row.stage_id),
    outcomeKey: key(row.outcome_id),
    number: (asked) => asked.includes(row.number),
    humanId: (asked) => asked.includes(`INC-${row.number}`),
    title: (asked) => folded(row.title).includes(folded(asked)),
    authorId: (asked) => row.author_ids.some((author) => asked.includes(`usr_${author}`)),
    authorEmail: (asked) =>
      authors.some((author) => isSeen(author) && asked.some((email) => email.toLowerCase() === author.email)),
    reporterId: id('usr', row.reporter_id),
    mine: is(row.author_ids.includes(viewer.id)),
    isMember: is(row.member_ids.includes(viewer.id)),
    assigneeId: id('usr', row.assignee_id),
    isAssigned: is(row.assignee_id !== null),
    groupId: id('grp', row.group_id),
    topicKey: (asked) => asked.includes(topic?.key ?? '') || asked.includes(topic?.parentKey ?? ''),
    accessLevel: (asked) => asked.some((level) => level === row.access_level),
    projectKey: (asked) => asked.includes(project?.key ?? ''),
    organizationId: id('org', row.organization_id),
    buyerId: id('org', row.buyer_id),
    consumerId: id('org', row.consumer_id),
    externalSubjectId: (asked) => asked.includes(row.external_subject_id ?? ''),
    noticeId: (asked) => asked.includes(row.notice_id ?? 0),
    lastCommentBy: (asked) => asked === (isStaff ? row.last_comment_role : row.last_public_comment_role),
    minNormalizedVote: (asked) => vote !== null && vote >= asked,
    maxNormalizedVote: (asked) => vote !== null && vote <= asked,
    createdAfter: since(row.created_at),
    createdBefore: until(row.created_at),
    updatedAfter: since(row.updated_at),
    updatedBefore: until(row.updated_at),
    closedAfter: since(row.closed_at),
    closedBefore: until(row.closed_at),
    and: (parts) => parts.every((part) => matches(world, viewer, part, row)),
    or: (parts) => parts.some((part) => matches(world, viewer, part, row)),
    not: (part) => !matches(world, viewer, part, row),
  };
  return Object.entries(filter).every(
    ([field, asked]) => asked == null || (checks[field as keyof TicketFilter] as (asked: unknown) => boolean)(asked),
  );
}

/** Whether somebody may see a ticket. */
export function sees(viewer: Person, row: Row): boolean {
  if (row.deleted_at !== null) return false;
  if (viewer.role !== 'CUSTOMER' || row.member_ids.includes(viewer.id)) return true;
  if (row.organization_id === null || row.organization_id !== viewer.organizationId) return false;
  if (['ACCOUNT_USERS', 'ALL_USERS'].includes(row.access_level)) return true;
  return row.access_level === 'PROJECT_USERS' && viewer.projectIds.includes(row.project_id ?? '');
}

const dictionary = new Intl.Collator('en');
const compare = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** Sorts tickets as an order wants them, upwards. */
export function sorted(world: World, field: Exclude<TicketOrderField, 'RELEVANCE'>, rows: readonly Row[]): Row[] {
  const rank = (id: string): number => world.states.find((state) => state.id === id)!.rank;
  const by: Record<typeof field, (a: Row, b: Row) => number> = {
    CREATED_AT: (a, b) => compare(a.created_at, b.created_at),
    UPDATED_AT: (a, b) => compare(a.updated_at, b.updated_at),
    NUMBER: (a, b) => a.number - b.number,
    TITLE: (a, b) => dictionary.compare(a.title, b.title),
    STATUS: (a, b) => rank(a.status_id) - rank(b.status_id),
    PRIORITY: (a, b) => rank(a.priority_id) - rank(b.priority_id),
  };
  return rows.toSorted((a, b) => by[field](a, b) || compare(a.id, b.id));
}
