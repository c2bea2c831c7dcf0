import type { TicketFilter, TicketOrder } from '../support/_generated.js';
import { type Actor, onServer, TestGateway } from '../support/gateway.js';
import type { list } from './support.js';
import { idOf, plainTicket } from './support.js';

let gateway: TestGateway;
let agent: Actor;
let customer: Actor;
// The embedded engine takes minutes to make many.
const [tickets, pageSize] = onServer() ? [25_000, 20] : [6_500, 5];

beforeAll(async () => {
  gateway = await TestGateway.start();
  agent = await gateway.signIn({ role: 'agent' });
  customer = await gateway.signIn({ role: 'customer' });
  const { db } = gateway.app.services;
  const plain = await plainTicket(gateway, await idOf(await gateway.signIn({ role: 'customer' })));
  // Their documents would take most of the time and are not asked for here.
  await db.query('alter table tickets disable trigger tickets_are_searched');
  const {
    title: _title,
    created_at: _created,
    updated_at: _updated,
    status_id: _status,
    priority_id: _priority,
    ...rest
  } = plain;
  const columns = Object.keys(rest).join(', ');
  await db.query(
    `insert into tickets (${columns}, title, created_at, updated_at, closed_at, status_id, priority_id)
     select ${columns}, 'Ticket ' || n * 7919 % $2, timestamptz '2026-01-01' + n * interval '1 minute',
       timestamptz '2026-01-01' + n * 7919 % $2 * interval '1 minute', case when n % 5 = 0 then now() end,
       (select id from states where type = 'STATE' and rank = 1 + n % 4),
       (select id from states where type = 'PRIORITY' and rank = 1 + n % 4)
     from json_populate_record(null::tickets, $1), generate_series(1, $2::int) n`,
    [JSON.stringify(plain), tickets],
  );
  await db.query('alter table tickets enable trigger tickets_are_searched');
  await db.query('vacuum analyze tickets');
}, 60_000);
afterAll(() => gateway.stop());

interface Plan {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: Plan[];
}

/** How many rows of tables a statement looked at. */
function rowsRead(plan: Plan): number {
  const below = (plan.Plans ?? []).reduce((sum, child) => sum + rowsRead(child), 0);
  if (!plan['Relation Name']) return below;
  const rows =
    plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Index Recheck'] ?? 0);
  return below + rows * plan['Actual Loops'];
}

/** The statements of a list that was asked for. */
async function statementsOf(
  actor: Actor,
  variables: Parameters<typeof list>[1],
): Promise<{ sql: string; values: unknown[] }[]> {
  const document = `query ($filter: TicketFilter, $query: String, $orderBy: TicketOrder, $first: Int, $after: Cursor, $last: Int, $before: Cursor) {
    tickets(filter: $filter, query: $query, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) { nodes { id } } }`;
  await actor.run('{ viewer { id } }');
  gateway.statements.take();
  await actor.run(document, variables);
  return gateway.statements.takeWithValues();
}

/** How many rows are read for a statement. */
async function rowsReadBy({ sql, values }: { sql: string; values: unknown[] }): Promise<number> {
  const [explained] = await gateway.app.services.db.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
    `explain (analyze, format json) ${sql}`,
    values,
  );
  return rowsRead(explained!['QUERY PLAN'][0].Plan);
}

/** How many rows were read for the list that was asked for: its very statement is explained. */
const rowsReadFor = async (actor: Actor, variables: Parameters<typeof list>[1]): Promise<number> =>
  rowsReadBy((await statementsOf(actor, variables)).at(-1)!);

/** How many rows were read for a search, with all that was looked up for it before. */
async function rowsReadToFind(query: string, field: 'UPDATED_AT' | 'RELEVANCE'): Promise<number> {
  const statements = await statementsOf(agent, { query, first: pageSize, orderBy: { field, direction: 'DESC' } });
  const ofSearch = statements.filter(({ sql }) => sql.includes('from tickets t') || sql.includes(' look'));
  const rows = await Promise.all(ofSearch.map(rowsReadBy));
  return rows.reduce((sum, own) => sum + own, 0);
}

/** The cursor at a place far into the list. */
async function cursorAt(place: number, filter: TicketFilter | null, orderBy: TicketOrder): Promise<string> {
  const page = `query ($filter: TicketFilter, $orderBy: TicketOrder) {
    ticketsPage(filter: $filter, orderBy: $orderBy, page: ${place / pageSize}, itemsPerPage: ${pageSize}) { items { id } } }`;
  const { ticketsPage } = await agent.run(page, { filter, orderBy });
  const { id } = ticketsPage.items.at(-1);
  const { createdAt, updatedAt, number, title } = (
    await agent.run(`{ node(id: "${id}") { ... on Ticket { createdAt updatedAt number title } } }`)
  ).node;
  const uuid = id.slice(4);
  const rank = 1 + (number % 4);
  const values: Record<string, unknown[]> = {
    CREATED_AT: [createdAt, uuid],
    UPDATED_AT: [updatedAt, uuid],
    NUMBER: [number],
    TITLE: [title, uuid],
    STATUS: [rank, uuid],
    PRIORITY: [rank, uuid],
  };
  return Buffer.from(JSON.stringify([orderBy.field, ...values[orderBy.field ?? 'UPDATED_AT']!])).toString('base64url');
}

it.each(['CREATED_AT', 'UPDATED_AT', 'NUMBER', 'TITLE', 'STATUS', 'PRIORITY'] as const)(
  '[e13, e34] reads no more rows for page 1,000 than for the first, forth and back, in the order %s',
  async (field) => {
    for (const direction of ['ASC', 'DESC'] as const) {
      for (const filter of [null, { isOpen: true }]) {
        const orderBy = { field, direction };
        const first = await rowsReadFor(agent, { filter, orderBy, first: pageSize });
        const cursor = await cursorAt(999 * pageSize, filter, orderBy);
        const after = await rowsReadFor(agent, { filter, orderBy, first: pageSize, after: cursor });
        const before = await rowsReadFor(agent, { filter, orderBy, last: pageSize, before: cursor });
        expect({ direction, filter, first, isCheap: first < 400 }).toMatchObject({ isCheap: true });
        // With a position, one row on its other side is looked for; by rank, each of five states may give a full page.
        const byRank = field === 'STATUS' || field === 'PRIORITY' ? 5 * 1.25 * (pageSize + 1) : 0;
        const most = 1.2 * first + 4 + byRank;
        expect({ direction, filter, most, after, isFlat: after <= most }).toMatchObject({ isFlat: true });
        expect({ direction, filter, most, before, isFlat: before <= most }).toMatchObject({ isFlat: true });
      }
    }
  },
  30_000,
);

it('[a1] reads nothing of the tickets of others for a customer who has none', async () => {
  for (const field of ['UPDATED_AT', 'TITLE', 'STATUS'] as const) {
    const rows = await rowsReadFor(customer, { orderBy: { field, direction: 'DESC' }, filter: { isOpen: true } });
    expect(rows).toBeLessThan(100);
  }
});

it('[e12] reads a bounded number of documents and tickets for a search, whatever the statistics say of its words', async () => {
  const { db } = gateway.app.services;
  await db.query(
    `insert into search_documents (id, ticket_id, is_public, title, search)
     select t.id, t.id, true, '', case when t.number % 2 = 0 then words.osprey else words.kestrel end
     from tickets t, (
       select setweight(search_vector('osprey'), 'A') as osprey, setweight(search_vector('kestrel'), 'A') as kestrel
     ) words`,
  );
  const tooMany: unknown[] = [];
  for (const isAnalysed of [false, true]) {
    if (isAnalysed) await db.query('vacuum analyze search_documents');
    for (const query of ['osprey', 'kestrel or osprey', 'osprey kestrel', 'heron']) {
      for (const field of ['UPDATED_AT', 'RELEVANCE'] as const) {
        // What is done in the background meanwhile may be taken for a part of it.
        const rows = Math.min(await rowsReadToFind(query, field), await rowsReadToFind(query, field));
        if (rows >= 3_000) tooMany.push({ isAnalysed, query, field, rows });
      }
    }
  }
  expect(tooMany).toEqual([]);
}, 60_000);
