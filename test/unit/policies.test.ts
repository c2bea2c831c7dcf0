import { randomUUID } from 'node:crypto';
import type { SignedInViewer } from '../../src/auth/viewer.js';
import { createDataSource } from '../../src/db/data-source.js';
import { Database, parameters } from '../../src/db/database.js';
import { type AccessLevel, Ticket } from '../../src/entities/ticket.js';
import { canManage, canSeeEmail, canSeeOrganization, canSeePrivateData } from '../../src/policies/people-policy.js';
import { normalizedScore } from '../../src/policies/score.js';
import { canClose, canComment, canJoin, canReopen, canRate } from '../../src/policies/ticket-policy.js';
import { relationTo, type TicketRelation, visibleComments, visibleTickets } from '../../src/policies/visibility.js';

const [me, other] = [randomUUID(), randomUUID()];
const [ours, theirs] = [randomUUID(), randomUUID()];
const [web, app] = [randomUUID(), randomUUID()];

const viewer = (rest: Partial<SignedInViewer> = {}): SignedInViewer => ({
  id: me,
  role: 'CUSTOMER',
  organizationId: null,
  projectIds: [],
  accessVersion: 1,
  expiresAt: 0,
  ...rest,
});

const levels: AccessLevel[] = ['PRIVATE', 'ACCOUNT_USERS', 'PROJECT_USERS', 'ALL_USERS'];

/** Everybody there can be, but for names. */
const viewers = [
  viewer({ role: 'AGENT' }),
  viewer({ role: 'ADMIN', organizationId: ours, projectIds: [web] }),
  ...[null, ours, theirs].flatMap((organizationId) =>
    [[], [web], [app], [web, app]].map((projectIds) => viewer({ organizationId, projectIds })),
  ),
];

interface Row {
  accessLevel: AccessLevel;
  organizationId: string | null;
  projectId: string | null;
  authorIds: string[];
  memberIds: string[];
  deletedAt: Date | null;
}

/** Every ticket that the rules can tell apart: authors are members too. */
const rows: Row[] = levels.flatMap((accessLevel) =>
  [null, ours, theirs].flatMap((organizationId) =>
    [null, web, app].flatMap((projectId) =>
      [[[other]], [[other], [other, me]], [[other, me]], [[me]]].flatMap(([authorIds = [], memberIds = authorIds]) =>
        [null, new Date()].map((deletedAt) => ({
          ...{ accessLevel, organizationId, projectId, authorIds, memberIds, deletedAt },
        })),
      ),
    ),
  ),
);

/** The rule in the words of the documentation, for one ticket. */
function sees({ role, organizationId, projectIds }: SignedInViewer, ticket: Row): boolean {
  if (ticket.deletedAt) return false;
  if (role !== 'CUSTOMER' || ticket.memberIds.includes(me)) return true;
  const inOrganization = organizationId !== null && organizationId === ticket.organizationId;
  const inProject = inOrganization && ticket.projectId !== null && projectIds.includes(ticket.projectId);
  switch (ticket.accessLevel) {
    case 'PRIVATE':
      return false;
    case 'ACCOUNT_USERS':
      return inOrganization;
    case 'PROJECT_USERS':
      return inProject;
    case 'ALL_USERS':
      return inOrganization || inProject;
  }
}

describe('the one visibility condition', () => {
  let db: Database;
  let close: () => Promise<void>;
  let tickets: Ticket[];

  beforeAll(async () => {
    const dataSource = await createDataSource(globalThis.testDatabase).initialize();
    close = () => dataSource.destroy();
    db = new Database(dataSource);
    await db.query(`insert into organizations (id, name) values ($1, 'Ours'), ($2, 'Theirs')`, [ours, theirs]);
    await db.query(
      `insert into projects (id, organization_id, key, name) values ($1, $3, 'web', ''), ($2, $3, 'app', '')`,
      [...[web, app, ours]],
    );
    await db.query(`insert into users (id, name, role) values ($1, 'Me', 'CUSTOMER'), ($2, 'Other', 'CUSTOMER')`, [
      ...[me, other],
    ]);
    const storable = rows.filter((row) => row.accessLevel !== 'PROJECT_USERS' || row.projectId !== null);
    for (const row of storable) {
      await db.query(
        `insert into tickets (title, status_id, priority_id, access_level, organization_id, project_id, reporter_id,
           is_client_author, author_ids, member_ids, deleted_at)
         select '', s.id, p.id, $1, $2, $3, $4, true, $5, $6, $7 from states s, states p
         where (s.type, s.key, p.type, p.key) = ('STATE', 'created', 'PRIORITY', 'low')`,
        [row.accessLevel, row.organizationId, row.projectId, other, row.authorIds, row.memberIds, row.deletedAt],
      );
    }
    tickets = await db.query<Ticket>(`select ${db.columns(Ticket, 't')} from tickets t`);
    expect(tickets).toHaveLength(storable.length);
  });
  afterAll(() => close());

  it('is the same in SQL, for one ticket, and in the documentation', async () => {
    for (const person of viewers) {
      const { values, bind } = parameters();
      const sql = `select t.id from tickets t where ${visibleTickets(person, 't', bind)}`;
      const found = new Set((await db.query<{ id: string }>(sql, values)).map(({ id }) => id));
      for (const ticket of tickets) {
        const expected = sees(person, ticket);
        const context = { person, ticket };
        expect({ ...context, sees: relationTo(person, ticket) !== null }).toEqual({ ...context, sees: expected });
        expect({ ...context, sees: found.has(ticket.id) }).toEqual({ ...context, sees: expected });
      }
    }
  });

  it('stands under an or and under a not as one condition', async () => {
    const person = viewer({ organizationId: ours, projectIds: [web] });
    const { values, bind } = parameters();
    const condition = visibleTickets(person, 't', bind);
    const [counts] = await db.query<{ seen: number; hidden: number; none: number }>(
      `select count(*) filter (where ${condition})::int as seen, count(*) filter (where not ${condition})::int as hidden,
         count(*) filter (where ${condition} is null)::int as none from tickets t`,
      values,
    );
    const seen = tickets.filter((ticket) => sees(person, ticket)).length;
    expect({ ...counts, hidden: (counts?.hidden ?? 0) + (counts?.none ?? 0) }).toMatchObject({
      seen,
      hidden: tickets.length - seen,
    });
  });
});

const ticket = (rest: Partial<Row> = {}): Row => ({
  accessLevel: 'ACCOUNT_USERS',
  organizationId: ours,
  projectId: null,
  authorIds: [other],
  memberIds: [other],
  deletedAt: null,
  ...rest,
});

const byRelation: [TicketRelation | null, SignedInViewer, Row][] = [
  ['staff', viewer({ role: 'AGENT' }), ticket({ authorIds: [me], memberIds: [me] })],
  ['staff', viewer({ role: 'ADMIN' }), ticket({ accessLevel: 'PRIVATE' })],
  ['author', viewer({ organizationId: ours }), ticket({ authorIds: [me], memberIds: [me] })],
  ['author', viewer(), ticket({ authorIds: [other, me], memberIds: [other, me] })],
  ['access', viewer({ organizationId: ours }), ticket({ memberIds: [other, me] })],
  [
    'access',
    viewer({ organizationId: ours, projectIds: [web] }),
    ticket({ accessLevel: 'PROJECT_USERS', projectId: web }),
  ],
  ['mentioned', viewer({ organizationId: theirs }), ticket({ memberIds: [other, me] })],
  ['mentioned', viewer({ organizationId: ours }), ticket({ accessLevel: 'PRIVATE', memberIds: [other, me] })],
  [null, viewer({ organizationId: theirs }), ticket()],
  [null, viewer({ role: 'ADMIN' }), ticket({ deletedAt: new Date() })],
  [null, viewer(), ticket({ organizationId: null })],
];

it.each(byRelation)('knows who stands to a ticket as %s', (relation, person, row) => {
  expect(relationTo(person, row)).toBe(relation);
});

/** Which relations may do what, as the table of rights has it. */
const rights: [string, (person: SignedInViewer, row: Row) => boolean, (TicketRelation | null)[]][] = [
  ['comment in public', (person, row) => canComment(person, row, 'PUBLIC'), ['staff', 'author', 'access', 'mentioned']],
  ['write notes', (person, row) => canComment(person, row, 'INTERNAL'), ['staff']],
  ['close', canClose, ['staff', 'author', 'access']],
  ['reopen', canReopen, ['staff', 'author', 'access']],
  ['score', canRate, ['author', 'access']],
];

it.each(rights)('lets those who may %s', (_what, may, relations) => {
  for (const [relation, person, row] of byRelation.filter(([, , { deletedAt }]) => deletedAt === null)) {
    expect({ relation, may: may(person, row) }).toEqual({ relation, may: relations.includes(relation) });
  }
});

it('lets staff join, and shows notes to staff alone', () => {
  expect((['CUSTOMER', 'AGENT', 'ADMIN'] as const).map((role) => canJoin(viewer({ role })))).toEqual([
    false,
    true,
    true,
  ]);
  expect(visibleComments(viewer({ role: 'AGENT' }), 'c')).toBe('true');
  expect(visibleComments(viewer(), 'c')).toBe(`c.visibility = 'PUBLIC'`);
});

it.each([
  ['staff', viewer({ role: 'AGENT' }), { id: other, role: 'ADMIN', organizationId: ours }, [true, true, true]],
  ['the same person', viewer(), { id: me, role: 'CUSTOMER', organizationId: null }, [true, true, true]],
  [
    'a teammate',
    viewer({ organizationId: ours }),
    { id: other, role: 'CUSTOMER', organizationId: ours },
    [false, true, true],
  ],
  [
    'a teammate of staff',
    viewer({ organizationId: ours }),
    { id: other, role: 'AGENT', organizationId: ours },
    [false, false, true],
  ],
  [
    'a stranger',
    viewer({ organizationId: theirs }),
    { id: other, role: 'CUSTOMER', organizationId: ours },
    [false, false, false],
  ],
  [
    'two without an organization',
    viewer(),
    { id: other, role: 'CUSTOMER', organizationId: null },
    [false, false, false],
  ],
] as const)('shows private data, e-mail and organization to %s as far as it may', (_who, person, user, expected) => {
  expect([canSeePrivateData(person, user), canSeeEmail(person, user), canSeeOrganization(person, user)]).toEqual(
    expected,
  );
});

it.each([
  ['THUMBS', -1, 0],
  ['THUMBS', 1, 1],
  ['FIVE_POINT', 1, 0],
  ['FIVE_POINT', 3, 0.5],
  ['FIVE_POINT', 5, 1],
  ['TEN_POINT', 1, 0],
  ['TEN_POINT', 10, 1],
] as const)('puts the score %s %d on 0..1', (scale, score, normalized) => {
  expect(normalizedScore(scale, score)).toBe(normalized);
});

it('lets admins alone manage people and look-up tables', () => {
  expect((['CUSTOMER', 'AGENT', 'ADMIN'] as const).filter((role) => canManage({ role }))).toEqual(['ADMIN']);
});
