import { TicketsPageDocument } from '../support/_generated.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { say } from '../tickets/support.js';
import { idOf, insertTickets, list, refusal, stateId, titles } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const nest = (levels: number, inner: object): object =>
  Array.from({ length: levels - 1 }).reduce<object>((filter) => ({ or: [filter] }), inner);

const conditions = (count: number): object => ({ and: Array.from({ length: count }, () => ({ isOpen: true })) });

describe('A filter', () => {
  let author: Actor;
  beforeAll(async () => {
    author = await gateway.signIn({ role: 'customer' });
    const closed = { status_id: await stateId(gateway, 'STATE', 'closed'), closed_at: '2026-03-01T00:00:00.000Z' };
    await insertTickets(gateway, author, [
      { title: 'A 50% off', external_subject_id: 'package-1' },
      { title: 'B под_ЁЛКОЙ', created_at: '2026-01-01T00:00:00.001Z' },
      { title: 'C caf\u00e9 \\', ...closed, vote_normalized: 0.5 },
    ]);
  });

  it('[e10, x1] tells open tickets from closed ones', async () => {
    expect(await titles(author, { isOpen: true })).toEqual(['A 50% off', 'B под_ЁЛКОЙ']);
    expect(await titles(author, { isOpen: false })).toEqual(['C caf\u00e9 \\']);
  });

  it.each([
    ['%', ['A 50% off']],
    ['0% O', ['A 50% off']],
    ['_', ['B под_ЁЛКОЙ']],
    ['под_ёлк', ['B под_ЁЛКОЙ']],
    ['ЕЛКОЙ', ['B под_ЁЛКОЙ']],
    ['CAFE', ['C caf\u00e9 \\']],
    ['cafe\u0301', ['C caf\u00e9 \\']],
    ['\\', ['C caf\u00e9 \\']],
    ['f', ['A 50% off', 'C caf\u00e9 \\']],
    ['caf_', []],
  ])('[b1] finds %j in titles, whatever the case, and takes no sign for a wildcard', async (title, expected) => {
    expect(await titles(author, { title })).toEqual(expected);
  });

  it('[b9] finds the tickets about a thing in another system', async () => {
    expect(await titles(author, { externalSubjectId: ['package-1', 'package-2'] })).toEqual(['A 50% off']);
  });

  it('takes moments from the first one of After to the last one ahead of Before', async () => {
    const moment = '2026-01-01T00:00:00.001Z';
    expect(await titles(author, { createdAfter: moment })).toEqual(['B под_ЁЛКОЙ']);
    expect(await titles(author, { createdBefore: moment })).toEqual(['A 50% off', 'C caf\u00e9 \\']);
    expect(
      await titles(author, { createdAfter: '0000-01-01T00:00:00Z', createdBefore: '9999-12-31T23:59:59.999Z' }),
    ).toHaveLength(3);
  });

  it('takes null for absent, an empty list for nothing, and finds all that it does not match by `not`', async () => {
    expect(
      await titles(author, { isOpen: null, title: null, number: null, and: null, or: null, not: null }),
    ).toHaveLength(3);
    for (const nothing of [
      { number: [] },
      { or: [] },
      { or: [{ humanId: [] }] },
      { not: {} },
      { authorId: ['nonsense', ''] },
    ]) {
      expect({ nothing, found: await titles(author, nothing) }).toEqual({ nothing, found: [] });
      expect(await titles(author, { not: nothing })).toHaveLength(3);
    }
    expect(await titles(author, { and: [] })).toHaveLength(3);
    expect(await titles(author, { not: { minNormalizedVote: 0 } })).toHaveLength(2);
    expect(await titles(author, { not: { maxNormalizedVote: 1 } })).toHaveLength(2);
  });

  it('takes values that no database could hold for values that nothing has', async () => {
    expect(await titles(author, { statusKey: ['\0', '\ud800'], projectKey: ['\0'] })).toEqual([]);
    expect(await titles(author, { not: { topicKey: ['\0'] } })).toHaveLength(3);
  });

  it.each([
    ['5 levels', nest(5, { isOpen: true })],
    ['50 conditions', conditions(50)],
    ['1000 items', { number: Array.from({ length: 1000 }, (_, n) => n) }],
    ['1000 alternatives without a condition', { or: Array.from({ length: 1000 }, () => ({})) }],
  ])('may have %s', async (_what, filter) => {
    const { errors } = await author.send('query ($filter: TicketFilter) { tickets(filter: $filter) { totalCount } }', {
      filter,
    });
    expect(errors).toBeUndefined();
  });

  it.each<[string, object, string[], string]>([
    ['6 levels', nest(6, {}), ['filter', 'or', '0', 'or', '0', 'or', '0', 'or', '0', 'or', '0'], '5 levels'],
    [
      '6 levels of not',
      { not: { not: { not: { not: { not: {} } } } } },
      ['filter', 'not', 'not', 'not', 'not', 'not'],
      '5 levels',
    ],
    ['51 conditions', conditions(51), ['filter', 'and', '50', 'isOpen'], '50 conditions'],
    ['1001 items', { not: { number: Array(1001).fill(1) } }, ['filter', 'not', 'number'], '1000 items'],
    ['1001 alternatives', { or: Array(1001).fill({}) }, ['filter', 'or'], '1000 items'],
    ['an empty title', { or: [{ title: ' ' }] }, ['filter', 'or', '0', 'title'], '1..255'],
    [
      'a title that no ticket can have',
      { and: [{}, { not: { title: 'x'.repeat(256) } }] },
      ['filter', 'and', '1', 'not', 'title'],
      '1..255',
    ],
    ['a title with NUL', { title: '\0' }, ['filter', 'title'], 'NUL'],
  ])('with %s is refused, and it says where and why', async (_what, filter, argument, words) => {
    for (const document of [undefined, TicketsPageDocument]) {
      const refused = await refusal(author, { filter }, document);
      expect(refused).toMatchObject({ code: 'VALIDATION_FAILED', argument, message: expect.stringContaining(words) });
    }
  });

  const query = 'query ($filter: TicketFilter) { tickets(filter: $filter) { totalCount } }';
  const nots = (levels: number): string => `${'{"not":'.repeat(levels)}{}${'}'.repeat(levels)}`;
  const empties = (count: number): string => `[${Array(count).fill('{}').join()}]`;

  it.each([
    ['1,000 levels', nots(1_000), 'VALIDATION_FAILED'],
    ['100,000 levels', nots(100_000), 'QUERY_TOO_COMPLEX'],
    ['300,000 parts', `{"or":${empties(300_000)}}`, 'QUERY_TOO_COMPLEX'],
    [
      'lists of lists of parts',
      `{"or":[${Array(100)
        .fill(`{"and":${empties(100)}}`)
        .join()}]}`,
      'QUERY_TOO_COMPLEX',
    ],
  ])('of %s is refused before it takes any time', async (_what, filter, code) => {
    const response = await fetch(author.url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${author.token}` },
      body: `{"query":${JSON.stringify(query)},"variables":{"filter":${filter}}}`,
    });
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code } }] });
  });

  it('of too many parts is refused at the socket too', async () => {
    const filter = { or: Array.from({ length: 3_000 }, () => ({})) };
    const listener = author.subscribe(query, { filter });
    await expect(listener.next()).rejects.toThrow('has ended');
    expect(await listener.ended()).toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX' } }]);
  });
});

it('[a3, b1] finds my tickets, also for staff, and those of others by their ids', async () => {
  const { customer, agent, teammate } = await gateway.cast();
  const [us, me] = [await idOf(customer), await idOf(agent)];
  await insertTickets(gateway, customer, [
    { title: 'A of the customer' },
    { title: 'B of the agent', author_ids: [me], member_ids: [me, us], reporter_id: me },
    { title: 'C of both', author_ids: [us, me], member_ids: [us, me] },
  ]);
  expect(await titles(agent, { mine: true })).toEqual(['B of the agent', 'C of both']);
  expect(await titles(customer, { mine: true })).toEqual(['A of the customer', 'C of both']);
  expect(await titles(customer, { mine: false })).toEqual(['B of the agent']);
  expect(await titles(customer, { authorId: [`usr_${me}`], isMember: true })).toEqual(['B of the agent', 'C of both']);
  expect(await titles(customer, { reporterId: [`usr_${us}`] })).toEqual(['A of the customer', 'C of both']);
  expect(await titles(agent, { isMember: false, authorId: [`usr_${us}`] })).toEqual(['A of the customer']);
  expect(await titles(teammate, { mine: true })).toEqual([]);
});

it('[b1] finds tickets by e-mail addresses in any case, but tells customers nothing about those that they may not see', async () => {
  const [boss, mate] = ['boss@support.example', 'mate@ours.example'];
  const agent = await gateway.signIn({ role: 'agent', email: boss });
  const customer = await gateway.signIn({ role: 'customer', organization: 'ORG-emails' });
  const teammate = await gateway.signIn({ role: 'customer', organization: 'ORG-emails', email: mate });
  const ids = [await idOf(agent), await idOf(teammate), await idOf(customer)];
  await insertTickets(gateway, customer, [{ title: 'Ours', author_ids: ids, member_ids: ids }]);
  expect(await titles(agent, { authorEmail: [mate.toUpperCase()] })).toEqual(['Ours']);
  expect(await titles(agent, { authorEmail: [boss] })).toEqual(['Ours']);
  expect(await titles(customer, { authorEmail: ['Mate@Ours.Example'] })).toEqual(['Ours']);
  expect(await titles(customer, { authorEmail: [boss] })).toEqual([]);
  expect(await titles(customer, { not: { authorEmail: [boss] } })).toEqual(['Ours']);
});

it("[b1] takes an author's e-mail address in any case of any script, whatever the database was set up with", async () => {
  const agent = await gateway.signIn({ role: 'agent' });
  const author = await gateway.signIn({ role: 'customer', email: 'İlk.Änne@scripts.example' });
  await insertTickets(gateway, author, [{ title: 'Hers' }]);
  expect(await titles(agent, { authorEmail: ['İlk.ÄNNE@Scripts.Example'] })).toEqual(['Hers']);
});

it('[e14, c3] finds tickets by access level and by topics, with their subtopics', async () => {
  const author = await gateway.signIn({ role: 'customer' });
  const { db } = gateway.app.services;
  const topics = await db.query<{ id: string; key: string; parent: string | null }>(
    'select t.id, t.key, p.key as parent from topics t left join topics p on p.id = t.parent_id',
  );
  const below = topics.find(({ parent }) => parent !== null)!;
  const above = topics.find(({ key }) => key === below.parent)!;
  await insertTickets(gateway, author, [
    { title: 'Above', topic_id: above.id, access_level: 'PRIVATE' },
    { title: 'Below', topic_id: below.id, access_level: 'ALL_USERS' },
    { title: 'Elsewhere', access_level: 'ACCOUNT_USERS' },
  ]);
  expect(await titles(author, { topicKey: [above.key] })).toEqual(['Above', 'Below']);
  expect(await titles(author, { topicKey: [below.key] })).toEqual(['Below']);
  expect(await titles(author, { accessLevel: ['ALL_USERS', 'ACCOUNT_USERS'] })).toEqual(['Below', 'Elsewhere']);
});

it('[e35] finds the tickets of a project by its key', async () => {
  const author = await gateway.signIn({ role: 'customer', organization: 'ORG-project', projects: ['filtered'] });
  const create = 'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id } } }';
  await author.run(create, { input: { title: 'In it', accessLevel: 'PROJECT_USERS', projectKey: 'filtered' } });
  await author.run(create, { input: { title: 'Not in it' } });
  expect(await titles(author, { projectKey: ['filtered'] })).toEqual(['In it']);
});

it('finds tickets by human ids with the prefix of this gateway', async () => {
  const author = await gateway.signIn({ role: 'customer' });
  await insertTickets(gateway, author, [{ title: 'One' }, { title: 'Two' }]);
  const [{ number } = { number: 0 }] = (await list(author, { filter: { title: 'One' } })).nodes;
  expect(await titles(author, { humanId: [`INC-${number}`] })).toEqual(['One']);
  expect(
    await titles(author, { humanId: [`inc-${number}`, `${number}`, `INC-0${number}`, 'INC-99999999999'] }),
  ).toEqual([]);
});

it('tells customers who wrote last in public, and staff who wrote last at all', async () => {
  const { customer, agent } = await gateway.cast();
  const create = 'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id } } }';
  const { id } = (await customer.run(create, { input: { title: 'Who wrote', body: 'I did' } })).createTicket.ticket;
  await say(agent, id, 'A note', { visibility: 'INTERNAL' });
  const mine = { title: 'Who wrote' };
  expect(await titles(customer, { ...mine, lastCommentBy: 'CUSTOMER' })).toEqual(['Who wrote']);
  expect(await titles(customer, { ...mine, lastCommentBy: 'AGENT' })).toEqual([]);
  expect(await titles(agent, { ...mine, lastCommentBy: 'AGENT', isClientRead: true })).toEqual(['Who wrote']);
});
