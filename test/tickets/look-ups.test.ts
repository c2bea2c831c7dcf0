import { globalId } from '../../src/global-id.js';
import { StatesDocument, TopicDocument, TopicsDocument } from '../support/_generated.js';
import { type Actor, TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let reader: Actor;
beforeAll(async () => {
  gateway = await TestGateway.start();
  reader = (await gateway.cast()).customer;
});
afterAll(() => gateway.stop());

const id = (prefix: string): unknown => expect.stringMatching(new RegExp(`^${prefix}_[0-9a-f-]{36}$`));

it('[e28, e43, x6] lists the topics with their names and their lists of subtopics, in order', async () => {
  const { topics } = await reader.run(TopicsDocument, {});
  expect(topics.map(({ key }) => key)).toEqual(['support', 'billing', 'account', 'order_consultation', 'feedback']);
  const [support, , account] = topics;
  expect(support).toMatchObject({
    id: id('top'),
    name: 'Technical support',
    names: [
      { locale: 'en', value: 'Technical support' },
      { locale: 'ru', value: 'Техническая поддержка' },
    ],
  });
  expect(support?.subtopics.map(({ key, name }) => [key, name])).toEqual([
    ['servers', 'Servers'],
    ['network', 'Network'],
    ['storage', 'Storage'],
  ]);
  expect(account?.subtopics).toEqual([]);
});

it('[e43] finds a topic or subtopic by its key, and null for any other text', async () => {
  const { topic } = await reader.run(TopicDocument, { key: 'servers', locale: 'ru' });
  expect(topic).toMatchObject({ key: 'servers', name: 'Серверы', parent: { key: 'support' }, subtopics: [] });
  const top = (await reader.run(TopicDocument, { key: 'billing' })).topic;
  expect(top).toMatchObject({ parent: null, subtopics: [{ key: 'invoices' }, { key: 'refunds' }] });
  for (const key of ['none', '', ' servers', 'SERVERS', `' or true --`, 'a\0b', '\ud800', 'x'.repeat(10_000)]) {
    expect(await reader.run(TopicDocument, { key })).toEqual({ topic: null });
  }
});

it('[d13, e21, x7] lists the states of one type or of all, by rank, under their key', async () => {
  const all = (await reader.run(StatesDocument, {})).states;
  const types = ['STATE', 'TYPE', 'PRIORITY', 'STAGE', 'OUTCOME'] as const;
  expect([...new Set(all.map(({ type }) => type))]).toEqual(types);
  for (const type of types) {
    const { states } = await reader.run(StatesDocument, { type });
    expect(states).toEqual(all.filter((state) => state.type === type));
    expect(states.map(({ rank }) => rank)).toEqual(states.map((_, index) => index + 1));
  }
  expect((await reader.run(StatesDocument, { type: null })).states).toEqual(all);

  const { states } = await reader.run(StatesDocument, { type: 'STATE', locale: 'ru' });
  expect(states.map(({ key, category, name }) => [key, category, name])).toEqual([
    ['created', 'OPEN', 'Создан'],
    ['in_progress', 'IN_PROGRESS', 'В работе'],
    ['waiting', 'WAITING', 'Ожидает ответа'],
    ['resolved', 'RESOLVED', 'Решён'],
    ['closed', 'CLOSED', 'Закрыт'],
  ]);
  expect(states[1]).toMatchObject({
    id: id('sta'),
    names: [
      { locale: 'en', value: 'In progress' },
      { locale: 'ru', value: 'В работе' },
    ],
    description: expect.any(String),
  });
  expect(all.filter(({ type }) => type !== 'STATE').map(({ category }) => category)).toEqual(Array(17).fill(null));
});

it('refuses a type that does not exist', async () => {
  const { data, errors } = await reader.send(StatesDocument, { type: 'ALL' as never });
  expect(data).toBeUndefined();
  expect(errors).toMatchObject([{ extensions: { code: 'VALIDATION_FAILED' } }]);
});

it.each([
  ['ru', 'Счета и платежи'],
  ['ru-RU', 'Счета и платежи'],
  ['RU', 'Счета и платежи'],
  ['ru-Cyrl-RU', 'Счета и платежи'],
  ['en', 'Billing and payments'],
  ['en-GB', 'Billing and payments'],
  ['pt-BR', 'Billing and payments'],
  ['', 'Billing and payments'],
  ['-', 'Billing and payments'],
  ['__proto__', 'Billing and payments'],
  ['constructor', 'Billing and payments'],
  [null, 'Billing and payments'],
])('[e28] names things in the locale `%s`', async (locale, name) => {
  expect((await reader.run(TopicDocument, { key: 'billing', locale })).topic?.name).toBe(name);
});

it('takes the longest part of a locale that there is a name in, else English, else any', async () => {
  const { db } = gateway.app.services;
  const insert = 'insert into topics (key, localized_names, rank) values ($1, $2, 99)';
  await db.query(insert, ['rich', { en: 'Port', pt: 'Porto', 'pt-BR': 'Porto do Brasil', 'zh-Hant': '港' }]);
  await db.query(insert, ['poor', { de: 'Hafen' }]);
  const names = async (key: string, locales: string[]) =>
    Promise.all(locales.map(async (locale) => (await reader.run(TopicDocument, { key, locale })).topic?.name));
  try {
    expect(await names('rich', ['pt', 'pt-PT', 'pt-BR', 'pt-br', 'zh-Hant-TW', 'zh-TW', 'ru'])).toEqual([
      'Porto',
      'Porto',
      'Porto do Brasil',
      'Porto do Brasil',
      '港',
      'Port',
      'Port',
    ]);
    expect(await names('poor', ['de', 'ru', ''])).toEqual(['Hafen', 'Hafen', 'Hafen']);
  } finally {
    await db.query(`delete from topics where key in ('rich', 'poor')`);
  }
});

it('finds topics and states by their ids, and nothing under an id that nobody gave out', async () => {
  const { topics } = await reader.run(TopicsDocument, {});
  const { states } = await reader.run(StatesDocument, {});
  const document = 'query ($id: ID!) { node(id: $id) { __typename id } }';
  for (const [type, nodes] of [
    ['Topic', topics],
    ['State', states],
  ] as const) {
    for (const node of nodes)
      expect(await reader.run(document, { id: node.id })).toEqual({ node: { __typename: type, id: node.id } });
    expect(await reader.run(document, { id: globalId(type, '00000000-0000-4000-8000-000000000000') })).toEqual({
      node: null,
    });
  }
});
