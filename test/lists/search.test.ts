import { type Actor, TestGateway } from '../support/gateway.js';
import { openTicket, say } from '../tickets/support.js';
import { insertTickets, list, refusal, search } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const sql = (text: string, values: unknown[] = []): Promise<unknown[]> => gateway.app.services.db.query(text, values);

describe('A search', () => {
  let author: Actor;
  beforeAll(async () => {
    author = await gateway.signIn({ role: 'customer' });
    await insertTickets(gateway, author, [
      { title: 'A printer', description: 'It is not printing the invoices.' },
      { title: 'B принтеры', description: 'Не печатают счета за ёлки' },
      { title: 'C impressora', description: 'N\u00e3o imprime as configura\u00e7\u00f5es' },
      { title: 'D caf\u00e9 menu', description: 'Order #4711 from shop@example.com; wild_cards 100% \u{1f600}' },
    ]);
  });

  it.each([
    ['printers', ['A printer']],
    ['INVOICE', ['A printer']],
    ['print', ['A printer']],
    ['принтер', ['B принтеры']],
    ['ПЕЧАТАТЬ', ['B принтеры']],
    ['счет елка', ['B принтеры']],
    ['impressoras', ['C impressora']],
    ['imprimir', ['C impressora']],
    ['configurac\u0327o\u0303es', ['C impressora']],
    ['configuracoes', ['C impressora']],
    ['CAFE', ['D caf\u00e9 menu']],
    ['Caf\u00e9', ['D caf\u00e9 menu']],
    ['cafe\u0301', ['D caf\u00e9 menu']],
    ['4711', ['D caf\u00e9 menu']],
    ['shop@example.com', ['D caf\u00e9 menu']],
  ])('[e12] finds by %j the words in any of their forms, whatever their case and accents', async (query, expected) => {
    expect({ query, found: await search(author, query) }).toEqual({ query, found: expected });
  });

  it('[e12] wants all words, in title and description together', async () => {
    expect(await search(author, 'printer invoices')).toEqual(['A printer']);
    expect(await search(author, 'printer café')).toEqual([]);
    expect(await search(author, 'the printer')).toEqual(['A printer']);
  });

  it.each([
    ['printer or café', ['A printer', 'D caf\u00e9 menu']],
    ['"printing the invoices"', ['A printer']],
    ['"invoices printing"', []],
    ['printer -invoices', []],
    ['printer -invoice', []],
    ['print -"printing the invoice"', []],
    ['принтеры -счет', []],
    ['impressora -configura\u00e7\u00e3o', []],
    ['printer -invoice or café', ['D caf\u00e9 menu']],
    ['café -invoice or printer', ['A printer', 'D caf\u00e9 menu']],
    ['"printing -the invoices"', ['A printer']],
    ['menu -invoices', ['D caf\u00e9 menu']],
    ['menu -the', ['D caf\u00e9 menu']],
    ['“café menu”', ['D caf\u00e9 menu']],
  ])('[e12] understands %j', async (query, expected) => {
    expect(await search(author, query)).toEqual(expected);
  });

  it.each([
    '"',
    '-',
    '--',
    '&|!:*()',
    "'",
    '\\',
    ':*',
    '<->',
    '!!',
    '%',
    '_',
    '\u{1f600}',
    'the and',
    'и в на',
    'de para com',
    'N\u00e3o',
    '""',
    'or',
    'prin%',
    'prin:*',
    'prin*',
    "');--",
  ])('[e12] takes %j as it stands and finds nothing', async (query) => {
    expect(await search(author, query)).toEqual([]);
  });

  it('of signs around a word finds the word', async () => {
    for (const query of ['printer:*', '(printer', '"printer', '!printer', "printer'", 'printer & | !', '%printer%']) {
      expect({ query, found: await search(author, query) }).toEqual({ query, found: ['A printer'] });
    }
  });

  it.each(['', '   ', 'x'.repeat(501), '\0', '\ud800'])('is refused for %j', async (query) => {
    expect(await refusal(author, { query })).toMatchObject({ code: 'VALIDATION_FAILED', argument: ['query'] });
  });

  it('may have 500 characters and hundreds of words', async () => {
    expect(await search(author, '\u{1f600}'.repeat(500))).toEqual([]);
    expect(await search(author, 'a1 '.repeat(166))).toEqual([]);
  });

  it('narrows a filter, counts what it finds, and goes with every order and page', async () => {
    const query = 'printer or принтер or impressora';
    const filter = { title: 'принт' };
    expect(await list(author, { query, filter })).toMatchObject({ totalCount: 1, nodes: [{ title: 'B принтеры' }] });
    for (const field of ['CREATED_AT', 'UPDATED_AT', 'NUMBER', 'TITLE', 'STATUS', 'PRIORITY', 'RELEVANCE'] as const) {
      const { edges, totalCount } = await list(author, { query, orderBy: { field, direction: 'ASC' } });
      expect(totalCount).toBe(3);
      const rest = await list(author, { query, orderBy: { field, direction: 'ASC' }, after: edges[0]!.cursor });
      expect(rest.edges).toEqual(edges.slice(1));
    }
  });
});

it('[e12] finds what tickets and comments say now, and no longer what they said before', async () => {
  const { customer } = await gateway.cast();
  const { id } = await openTicket(customer, { title: 'Flamingo', body: 'Pelican' });
  const comment = await say(customer, id, 'Ostrich');
  const found = async (): Promise<string[]> => {
    const words = ['flamingo', 'toucan', 'heron', 'pelican', 'ostrich', 'penguin'];
    const results = await Promise.all(
      words.map(async (word) => ((await search(customer, word)).length > 0 ? [word] : [])),
    );
    return results.flat();
  };
  expect(await found()).toEqual(['flamingo', 'pelican', 'ostrich']);
  await sql(`update tickets set title = 'Toucan' where id = $1`, [id.slice(4)]);
  expect(await found()).toEqual(['toucan', 'pelican', 'ostrich']);
  await sql(`update tickets set description = 'Heron' where id = $1`, [id.slice(4)]);
  await sql(`update comments set body = 'Penguins', edited_at = now() where id = $1`, [comment.id.slice(4)]);
  expect(await found()).toEqual(['toucan', 'heron', 'pelican', 'penguin']);
  await sql(`update comments set deleted_at = now() where id = $1`, [comment.id.slice(4)]);
  expect(await found()).toEqual(['toucan', 'heron', 'pelican']);
  await sql(`update comments set deleted_at = null where id = $1`, [comment.id.slice(4)]);
  await sql(`update tickets set description = null where id = $1`, [id.slice(4)]);
  expect(await found()).toEqual(['toucan', 'pelican', 'penguin']);
  await sql(`update tickets set deleted_at = now() where id = $1`, [id.slice(4)]);
  expect(await found()).toEqual([]);
});

it('[e12] wants all words in one comment, and finds a ticket once however many of its comments have them', async () => {
  const { customer } = await gateway.cast();
  const { id } = await openTicket(customer, { title: 'Birds', body: 'Kiwi and albatross' });
  await say(customer, id, 'Kiwi');
  await say(customer, id, 'Kiwis, more albatrosses');
  expect(await search(customer, 'kiwi albatross')).toEqual(['Birds']);
  expect(await search(customer, 'birds albatross')).toEqual([]);
  expect((await list(customer, { query: 'kiwi' })).totalCount).toBe(1);
});

it('[e13] orders by relevance: words in titles first, then in descriptions, then in comments, newest first', async () => {
  const author = await gateway.signIn({ role: 'customer' });
  const moment = (day: number): string => `2026-01-0${day}T00:00:00.000Z`;
  const ids = await insertTickets(gateway, author, [
    { title: 'Cormorant, old', updated_at: moment(1) },
    { title: 'Cormorant, new', updated_at: moment(2) },
    { title: 'Described', description: 'A cormorant', updated_at: moment(4) },
    { title: 'Commented, new', updated_at: moment(6) },
    { title: 'Commented, old', updated_at: moment(5) },
    { title: 'Neither', updated_at: moment(7) },
  ]);
  for (const [n, seq] of [
    [3, 1],
    [4, 1],
  ] as const) {
    await sql(
      `insert into comments (ticket_id, author_id, author_role, visibility, body, staff_seq, public_seq, sent_at)
       select id, reporter_id, 'CUSTOMER', 'PUBLIC', 'Two cormorants', $2, $2, now() from tickets where id = $1`,
      [ids[n], seq],
    );
  }
  const expected = ['Cormorant, new', 'Cormorant, old', 'Described', 'Commented, new', 'Commented, old'];
  const orderBy = { field: 'RELEVANCE', direction: 'DESC' } as const;
  const { edges, nodes } = await list(author, { query: 'cormorant', orderBy });
  expect(nodes.map(({ title }) => title)).toEqual(expected);
  for (const [n, { cursor }] of edges.entries()) {
    const after = await list(author, { query: 'cormorant', orderBy, after: cursor });
    expect(after.edges).toEqual(edges.slice(n + 1));
    const before = await list(author, { query: 'cormorant', orderBy, before: cursor, last: 2 });
    expect(before.edges).toEqual(edges.slice(Math.max(0, n - 2), n));
  }
  const upwards = await list(author, { query: 'cormorant', orderBy: { field: 'RELEVANCE', direction: 'ASC' } });
  expect(upwards.nodes.map(({ title }) => title)).toEqual(expected.toReversed());
  expect(await refusal(author, { orderBy })).toMatchObject({ code: 'VALIDATION_FAILED', argument: ['orderBy'] });
});

it('[e12] finds a common word as surely as a rare one, for staff and customers', async () => {
  const { customer, agent } = await gateway.cast();
  const { id } = await openTicket(customer, { title: 'Gannets everywhere', body: 'And a wagtail' });
  await sql(
    `insert into search_documents (id, ticket_id, is_public, search)
     select gen_random_uuid(), $1, n % 2 = 0, setweight(search_vector('gannet ' || n), 'C') from generate_series(1, 12000) n`,
    [id.slice(4)],
  );
  await sql('analyze search_documents');
  for (const actor of [customer, agent]) {
    gateway.statements.take();
    expect(await search(actor, 'gannet')).toEqual(['Gannets everywhere']);
    // Of a customer's few tickets all documents are read before.
    const condition = actor === agent ? 'exists (select from (select * from search_documents' : 't.id = any($';
    expect(gateway.statements.take().at(-2)).toContain(condition);
    expect(await search(actor, 'wagtail')).toEqual(['Gannets everywhere']);
    expect(gateway.statements.take().at(-2)).toContain('t.id = any($');
    const relevant = await list(actor, { query: 'gannet', orderBy: { field: 'RELEVANCE', direction: 'DESC' } });
    expect(relevant.totalCount).toBe(1);
  }
});
