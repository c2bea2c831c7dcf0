import { type Actor, TestGateway } from '../support/gateway.js';
import { TicketsPageDocument } from '../support/_generated.js';
import { idOf, insertTickets, list, pageOf, plainTicket, refusal } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const moment = (n: number): string => new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString();

/** Somebody with tickets called by their numbers, the newest of which comes first. */
async function withTickets(count: number): Promise<{ author: Actor; ids: string[] }> {
  const author = await gateway.signIn({ role: 'customer' });
  const rows = Array.from({ length: count }, (_, n) => ({ title: `${n}`, updated_at: moment(n) }));
  const ids = await insertTickets(gateway, author, rows);
  return { author, ids: ids.reverse().map((id) => `tic_${id}`) };
}

describe('A page by its number', () => {
  it('[e11, e32, e33] has ten items when nothing is said, and says what is around it', async () => {
    const { author, ids } = await withTickets(20);
    const pages = [await pageOf(author), await pageOf(author, { page: 2 }), await pageOf(author, { page: 3 })];
    expect(pages.map(({ items }) => items.map(({ id }) => id))).toEqual([ids.slice(0, 10), ids.slice(10), []]);
    const all = { itemsPerPage: 10, pageCount: 2, itemCount: 20, isCountCapped: false };
    expect(pages).toMatchObject([
      { ...all, page: 1, hasNext: true, hasPrevious: false },
      { ...all, page: 2, hasNext: false, hasPrevious: true },
      { ...all, page: 3, hasNext: false, hasPrevious: true },
    ]);
    expect(await pageOf(author, { page: 7, itemsPerPage: 3 })).toMatchObject({
      items: [{ id: ids[18] }, { id: ids[19] }],
      pageCount: 7,
      hasNext: false,
    });
  });

  it('[b2] says on an empty list that there is no page', async () => {
    const author = await gateway.signIn({ role: 'customer' });
    expect(await pageOf(author)).toMatchObject({
      items: [],
      pageCount: 0,
      itemCount: 0,
      hasNext: false,
      hasPrevious: false,
    });
    expect(await pageOf(author, { page: 2_147_483_647, itemsPerPage: 1000 })).toMatchObject({
      items: [],
      hasNext: false,
    });
  });

  it.each([
    ['page', 0],
    ['page', -1],
    ['itemsPerPage', 0],
    ['itemsPerPage', 1001],
  ])('[e11, e32] is refused rather than corrected with %s %i', async (argument, value) => {
    const author = await gateway.signIn({ role: 'customer' });
    const refused = await refusal(author, { [argument]: value }, TicketsPageDocument);
    expect(refused).toMatchObject({ code: 'VALIDATION_FAILED', argument: [argument] });
  });

  it('[e32] may have 1000 items with everything that a ticket says of itself', async () => {
    const { author } = await withTickets(1000);
    const { __type: type } = await author.run(
      '{ __type(name: "Ticket") { fields { name args { name } type { kind ofType { kind } } } } }',
    );
    const flat = type.fields.filter(
      ({ type: { kind, ofType } }: { type: { kind: string; ofType: { kind: string } | null } }) =>
        ['SCALAR', 'ENUM'].includes(ofType?.kind ?? kind) && kind !== 'LIST',
    );
    const fields = flat.map(({ name }: { name: string }) => name).join(' ');
    for (const size of ['1000', '$size']) {
      const { ticketsPage } = await author.run(
        `query ($size: Int = 1000) { ticketsPage(itemsPerPage: ${size}) { hasNext items { ${fields} } } n: ticketsPage(itemsPerPage: $size) { itemsPerPage } }`,
      );
      expect(ticketsPage.items).toHaveLength(1000);
      expect(ticketsPage.hasNext).toBe(false);
    }
  });

  it('[e32] with 1000 items is refused where each of them brings a list along', async () => {
    const author = await gateway.signIn({ role: 'customer' });
    const document = (size: string) =>
      `query ($n: Int! = 1000) { ticketsPage(itemsPerPage: ${size}) { items { id comments { nodes { id } } } } t: topics { id @skip(if: true) } a: ticketsPage(itemsPerPage: $n) { page } }`;
    for (const size of ['1000', '$n']) {
      expect(await author.send(document(size))).toMatchObject({
        errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX' } }],
      });
    }
    expect((await author.send(document('10'))).errors).toBeUndefined();
  });
});

describe('A page by positions', () => {
  it('[b2, d5] has twenty items when nothing is said, and leads forth and back through the whole list', async () => {
    const { author, ids } = await withTickets(45);
    expect((await list(author)).nodes).toHaveLength(20);
    const forth: string[] = [];
    for (let after: string | null = null; ;) {
      const { nodes, pageInfo }: Awaited<ReturnType<typeof list>> = await list(author, { first: 7, after });
      forth.push(...nodes.map(({ id }) => id));
      expect(pageInfo.hasPreviousPage).toBe(after !== null);
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    const back: string[] = [];
    for (let before: string | null = null; ;) {
      const { nodes, pageInfo }: Awaited<ReturnType<typeof list>> = await list(author, { last: 7, before });
      back.unshift(...nodes.map(({ id }) => id));
      expect(pageInfo.hasNextPage).toBe(before !== null);
      if (!pageInfo.hasPreviousPage) break;
      before = pageInfo.startCursor;
    }
    expect([forth, back]).toEqual([ids, ids]);
  });

  it('of no items tells totals only', async () => {
    const { author } = await withTickets(3);
    expect(await list(author, { first: 0 })).toEqual({
      ...{ edges: [], nodes: [], totalCount: 3, isCountCapped: false },
      pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  it('stays what it was while tickets before and after it come, go and change', async () => {
    const { author, ids } = await withTickets(12);
    const { db } = gateway.app.services;
    const first = await list(author, { first: 4 });
    const cursor = first.pageInfo.endCursor;
    await db.query('update tickets set updated_at = $2 where id = any($1)', [
      [ids[3], ids[8]].map((id) => id!.slice(4)),
      moment(99),
    ]);
    await db.query('update tickets set deleted_at = now() where id = $1', [ids[5]!.slice(4)]);
    await insertTickets(gateway, author, [{ updated_at: moment(98) }, { updated_at: moment(97) }]);
    const next = await list(author, { first: 4, after: cursor });
    expect(next.nodes.map(({ id }) => id)).toEqual([ids[4], ids[6], ids[7], ids[9]]);
    const previous = await list(author, { last: 2, before: cursor });
    expect(previous.nodes.map(({ id }) => id)).toEqual([ids[1], ids[2]]);
  });

  it.each([
    '',
    'nonsense',
    'ä',
    'x'.repeat(2_000),
    ...[
      'null',
      '[]',
      '["UPDATED_AT"]',
      '["UPDATED_AT","2026-01-01T00:00:00.000Z"]',
      '["UPDATED_AT","2026-01-01","00000000-0000-4000-8000-000000000000"]',
      '["UPDATED_AT","2026-13-01T00:00:00.000Z","00000000-0000-4000-8000-000000000000"]',
      '["UPDATED_AT","2026-01-01T00:00:00.000Z","nonsense"]',
      '["UPDATED_AT","2026-01-01T00:00:00.000Z","00000000-0000-4000-8000-000000000000",1]',
      '[ "UPDATED_AT","2026-01-01T00:00:00.000Z","00000000-0000-4000-8000-000000000000"]',
      '["TITLE","a","00000000-0000-4000-8000-000000000000"]',
      '["NUMBER",1]',
      '["toString",1]',
    ].map((text) => Buffer.from(text).toString('base64url')),
  ])('is refused after %j, which no server gave out for this order', async (cursor) => {
    const author = await gateway.signIn({ role: 'customer' });
    for (const argument of ['after', 'before']) {
      const refused = await refusal(author, { [argument]: cursor });
      expect(refused).toMatchObject({ code: 'VALIDATION_FAILED', argument: [argument] });
    }
  });

  it.each([
    ['TITLE', '["TITLE","\\u0000","00000000-0000-4000-8000-000000000000"]'],
    ['TITLE', '["TITLE","\\ud800","00000000-0000-4000-8000-000000000000"]'],
    ['NUMBER', '["NUMBER",2147483648]'],
    ['NUMBER', '["NUMBER",1.5]'],
  ] as const)('is refused in the order %s after %s, which the database could not take', async (field, text) => {
    const author = await gateway.signIn({ role: 'customer' });
    const after = Buffer.from(text).toString('base64url');
    const refused = await refusal(author, { orderBy: { field, direction: 'ASC' }, after });
    expect(refused).toMatchObject({ code: 'VALIDATION_FAILED', argument: ['after'] });
  });

  it('has a cursor for the longest titles that there are', async () => {
    const author = await gateway.signIn({ role: 'customer' });
    const titles = ['\u0001', '\u{1f600}', '"'].map((character) => character.repeat(255));
    await insertTickets(
      gateway,
      author,
      titles.map((title) => ({ title })),
    );
    const orderBy = { field: 'TITLE', direction: 'ASC' } as const;
    const { edges } = await list(author, { orderBy });
    for (const [n, { cursor }] of edges.entries()) {
      expect((await list(author, { orderBy, after: cursor })).edges).toEqual(edges.slice(n + 1));
    }
  });

  it('is refused with `first` and `last` together, and with too many items', async () => {
    const author = await gateway.signIn({ role: 'customer' });
    expect(await refusal(author, { first: 1, last: 1 })).toMatchObject({
      code: 'VALIDATION_FAILED',
      argument: ['last'],
    });
    expect(await refusal(author, { first: 101 })).toMatchObject({ code: 'VALIDATION_FAILED', argument: ['first'] });
  });
});

it('[e33] counts up to 10,000 tickets, says when there are more, and still leads on', async () => {
  const author = await gateway.signIn({ role: 'customer' });
  const plain = await plainTicket(gateway, await idOf(author));
  const { db } = gateway.app.services;
  const columns = Object.keys(plain).join(', ');
  const fill = (count: number): Promise<unknown[]> =>
    db.query(
      `insert into tickets (${columns}) select ${columns} from json_populate_record(null::tickets, $1), generate_series(1, $2)`,
      [JSON.stringify(plain), count],
    );
  await fill(10_000);
  const counts = async () => {
    const { totalCount, isCountCapped } = await list(author, { first: 0 });
    const page = await pageOf(author, { page: 1000 });
    return { totalCount, isCountCapped, page };
  };
  const exact = { totalCount: 10_000, isCountCapped: false };
  expect(await counts()).toMatchObject({
    ...exact,
    page: { itemCount: 10_000, pageCount: 1000, isCountCapped: false, hasNext: false },
  });
  await fill(1);
  expect(await counts()).toMatchObject({
    ...{ totalCount: 10_000, isCountCapped: true },
    page: { itemCount: 10_000, pageCount: 1000, isCountCapped: true, hasNext: true },
  });
  expect((await pageOf(author, { page: 1001 })).items).toHaveLength(1);
}, 60_000);
