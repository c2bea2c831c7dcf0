import fc from 'fast-check';
import type { TicketFilter } from '../support/_generated.js';
import { type Actor, onServer, TestGateway } from '../support/gateway.js';
import { anyFilter, anyTickets, matches, type Person, type Row, sees, sorted, type World } from './model.js';
import { insert } from './support.js';

let gateway: TestGateway;
let world: World;
let actors: { actor: Actor; person: Person }[];

beforeAll(async () => {
  gateway = await TestGateway.start();
  const { db } = gateway.app.services;
  const ours = { organization: 'ORG-ours', role: 'customer' } as const;
  const signedIn = await Promise.all([
    gateway.signIn({ role: 'agent', organization: 'ORG-ours' }),
    gateway.signIn({ ...ours, projects: ['web'] }),
    gateway.signIn({ ...ours, projects: ['app', 'web'] }),
    gateway.signIn(ours),
    gateway.signIn({ role: 'customer', organization: 'ORG-theirs', projects: ['web'] }),
    gateway.signIn({ role: 'customer' }),
  ]);
  const ids: string[] = [];
  for (const actor of signedIn) ids.push((await actor.run('{ viewer { id } }')).viewer.id.slice(4));
  const people = await db.query<Person>(
    `select id, email, role, organization_id as "organizationId",
       array(select project_id from user_projects where user_id = id) as "projectIds" from users`,
  );
  actors = signedIn.map((actor, index) => ({ actor, person: people.find(({ id }) => id === ids[index])! }));
  // Two states of one rank: their tickets have to be merged.
  await insert(gateway, 'states', [
    {
      ...{ type: 'STATE', key: 'reviewed', description: 'Reviewed', localized_names: {}, rank: 3, category: 'WAITING' },
      ...{ created_at: 'now', updated_at: 'now' },
    },
  ]);
  await insert(gateway, 'groups', [{ name: 'First line', created_at: 'now', updated_at: 'now' }]);
  const uuids = async (table: string): Promise<string[]> =>
    (await db.query<{ id: string }>(`select id from ${table}`)).map(({ id }) => id);
  world = {
    people,
    states: await db.query('select id, type, key, category, rank from states'),
    topics: await db.query(
      'select t.id, t.key, p.key as "parentKey" from topics t left join topics p on p.id = t.parent_id',
    ),
    projects: await db.query('select id, key from projects'),
    organizations: await uuids('organizations'),
    groups: await uuids('groups'),
  };
});
afterAll(async () => {
  await gateway.app.services.db.query(`delete from search_documents`);
  await gateway.app.services.db.query(`delete from tickets`);
  await gateway.app.services.db.query(`delete from states where key = 'reviewed'`);
  await gateway.stop();
});

interface Case {
  filter: TicketFilter;
  field: 'CREATED_AT' | 'UPDATED_AT' | 'NUMBER' | 'TITLE' | 'STATUS' | 'PRIORITY';
  direction: 'ASC' | 'DESC';
  size: number;
  /** Places of the two cursors in the list, as parts of its length. */
  from: number;
  to: number;
}

const anyCase = (): fc.Arbitrary<Case> =>
  fc.record({
    filter: anyFilter(world),
    field: fc.constantFrom('CREATED_AT', 'UPDATED_AT', 'NUMBER', 'TITLE', 'STATUS', 'PRIORITY'),
    direction: fc.constantFrom('ASC', 'DESC'),
    size: fc.nat(12),
    from: fc.double({ min: 0, max: 1, noNaN: true }),
    to: fc.double({ min: 0, max: 1, noNaN: true }),
  });

interface Slice {
  edges: { cursor: string; node: { id: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean };
}

const idsOf = ({ edges }: Slice): string[] => edges.map(({ node }) => node.id.slice(4));
const connection = 'edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage }';

const modelOf = (rows: readonly Row[], viewer: Person, { filter, field, direction }: Case): string[] => {
  const found = rows.filter((row) => sees(viewer, row) && matches(world, viewer, filter, row));
  const ordered = sorted(world, field, found).map(({ id }) => id);
  return direction === 'ASC' ? ordered : ordered.toReversed();
};

/** Asks for many lists at once, each under a number of its own. */
async function ask<T>(actor: Actor, cases: readonly Case[], fieldsOf: (one: Case, n: number) => string): Promise<T> {
  const variables = Object.fromEntries(
    cases.flatMap(({ filter, field, direction }, n) => [
      [`f${n}`, filter],
      [`o${n}`, { field, direction }],
    ]),
  );
  const declared = cases.map((_, n) => `$f${n}: TicketFilter, $o${n}: TicketOrder`).join(', ');
  return actor.run<T>(`query (${declared}) { ${cases.map(fieldsOf).join(' ')} }`, variables);
}

/** Part of a list, and what is on either side of it. */
const part = (all: readonly string[], start: number, end: number) => ({
  ids: all.slice(start, end),
  hasPreviousPage: start > 0,
  hasNextPage: end < all.length,
});

const partOf = (slice: Slice) => ({ ids: idsOf(slice), ...slice.pageInfo });

async function check(rows: readonly Row[], { actor, person }: (typeof actors)[number], cases: Case[]): Promise<void> {
  type Whole = Record<string, Slice & { totalCount: number }>;
  const whole = await ask<Whole>(
    actor,
    cases,
    (_, n) => `w${n}: tickets(filter: $f${n}, orderBy: $o${n}, first: 100) { totalCount ${connection} }`,
  );
  const lists = cases.map((one) => modelOf(rows, person, one));
  for (const [n, ids] of lists.entries()) {
    const { totalCount, ...slice } = whole[`w${n}`]!;
    expect({ total: totalCount, ...partOf(slice) }).toEqual({ total: ids.length, ...part(ids, 0, ids.length) });
  }
  const places = cases.map(({ from, to }, n) => {
    const last = lists[n]!.length - 1;
    const [a, b] = [Math.round(from * last), Math.round(to * last)].sort((x, y) => x - y) as [number, number];
    return { a, b };
  });
  const args = (n: number) => `filter: $f${n}, orderBy: $o${n}`;
  const cursor = (n: number, place: number) => JSON.stringify(whole[`w${n}`]!.edges[place]?.cursor ?? null);
  const slices = await ask<Record<string, Slice & { items: { id: string }[]; hasNext: boolean }>>(
    actor,
    cases,
    ({ size }, n) => {
      const { a, b } = places[n]!;
      return `
        a${n}: tickets(${args(n)}, first: ${size}, after: ${cursor(n, a)}) { ${connection} }
        b${n}: tickets(${args(n)}, last: ${size}, before: ${cursor(n, b)}) { ${connection} }
        c${n}: tickets(${args(n)}, first: ${size}, after: ${cursor(n, a)}, before: ${cursor(n, b)}) { ${connection} }
        p${n}: ticketsPage(${args(n)}, page: 2, itemsPerPage: ${size + 1}) { items { id } hasNext }`;
    },
  );
  for (const [n, all] of lists.entries()) {
    const { a, b } = places[n]!;
    const size = cases[n]!.size;
    if (all.length > 0) {
      expect(partOf(slices[`a${n}`]!)).toEqual(part(all, a + 1, Math.min(a + 1 + size, all.length)));
      expect(partOf(slices[`b${n}`]!)).toEqual(part(all, Math.max(0, b - size), b));
      expect(idsOf(slices[`c${n}`]!)).toEqual(all.slice(a + 1, b).slice(0, size));
    }
    const { items, hasNext } = slices[`p${n}`]!;
    expect(items.map(({ id }) => id.slice(4))).toEqual(all.slice(size + 1, 2 * (size + 1)));
    expect(hasNext).toBe(all.length > 2 * (size + 1));
  }
}

const rounds = onServer() ? 5 : 2;
const casesAtOnce = 8;
const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31);

it.each(Array.from({ length: rounds }, (_, round) => seed + round))(
  '[b1, c7, d5] lists what a plain model lists, whole and in slices, whoever asks, with seed %i',
  async (roundSeed) => {
    const { db } = gateway.app.services;
    const [rows] = fc.sample(anyTickets(world, 60), { seed: roundSeed, numRuns: 1 }) as [Row[]];
    await db.query(`delete from search_documents`);
    await db.query(`delete from tickets`);
    await insert(
      gateway,
      'tickets',
      rows.map((row) => ({ staff_seq: 1, public_seq: 1, version: 1, access_version: 1, last_event_at: 'now', ...row })),
    );
    const property = fc.asyncProperty(
      fc.constantFrom(...actors),
      fc.array(anyCase(), { minLength: casesAtOnce, maxLength: casesAtOnce }),
      (who, cases) => check(rows, who, cases),
    );
    await fc.assert(property, { seed: roundSeed, numRuns: onServer() ? 26 : 13, endOnFailure: false });
  },
  60_000,
);
