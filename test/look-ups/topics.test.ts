import {
  DeleteTopicDocument,
  TopicDocument,
  TopicsDocument,
  UpsertTopicDocument,
  type UpsertTopicInput,
} from '../support/_generated.js';
import { type Actor, newHumanId, TestGateway } from '../support/gateway.js';
import { absent, broken, call, done, failure, refused } from '../people/support.js';
import { mutate, openTicket } from '../tickets/support.js';

let gateway: TestGateway;
let admin: Actor;
beforeAll(async () => {
  gateway = await TestGateway.start();
  admin = await gateway.signIn({ role: 'admin' });
});
afterAll(() => gateway.stop());

const newKey = (): string => newHumanId('key').toLowerCase();
const topic = (input: Partial<UpsertTopicInput> = {}): UpsertTopicInput => ({
  ...{ key: newKey(), names: [{ locale: 'en', value: 'New' }], rank: 9 },
  ...input,
});
/** Makes a topic and answers its key and id. */
async function made(input: Partial<UpsertTopicInput> = {}): Promise<{ key: string; id: string }> {
  const payload = await done(admin, UpsertTopicDocument, topic(input));
  return payload.topic as { key: string; id: string };
}

it('[e28, e43] makes topics and subtopics, which lists have at their ranks and tickets can take', async () => {
  const top = await made({ rank: 0, names: [{ locale: 'en', value: 'Top' }, { locale: 'ru', value: 'Верх' }] }); // prettier-ignore
  const second = await made({ parentKey: top.key, rank: 2 });
  const first = await made({ parentKey: top.key, rank: 1 });
  const { topics } = await admin.run(TopicsDocument, { locale: 'ru' });
  expect(topics[0]).toMatchObject({
    ...{ id: top.id, key: top.key, name: 'Верх' },
    subtopics: [{ id: first.id }, { id: second.id }],
  });
  expect((await admin.run(TopicDocument, { key: first.key })).topic?.parent).toMatchObject({ id: top.id });
  expect((await openTicket(admin, { title: 'A ticket', topicKey: first.key })).topic).toEqual({ key: first.key });
});

it('replaces all that is said of a topic that is there, its place in the tree included', async () => {
  const [one, other] = [await made(), await made()];
  const { id, key } = await made({ parentKey: one.key });
  const names = [{ locale: 'en', value: 'Renamed' }];
  const moved = await done(admin, UpsertTopicDocument, topic({ key, parentKey: other.key, names }));
  expect(moved.topic).toEqual({ id, key, names, parent: { key: other.key } });
  const lifted = await done(admin, UpsertTopicDocument, topic({ key, parentKey: null, names }));
  expect(lifted.topic).toEqual({ id, key, names, parent: null });
});

it('[e43] keeps the tree at two levels', async () => {
  const parent = await made();
  const child = await made({ parentKey: parent.key });
  const other = await made();
  const no = (input: Partial<UpsertTopicInput>) => refused(gateway, admin, UpsertTopicDocument, topic(input));
  const tooDeep = broken('parentKey', 'two_levels');
  expect(await no({ parentKey: child.key })).toEqual(tooDeep);
  expect(await no({ key: parent.key, parentKey: other.key })).toEqual(tooDeep);
  expect(await no({ key: other.key, parentKey: other.key })).toEqual(tooDeep);
  expect(await no({ parentKey: newKey() })).toEqual(failure('NOT_FOUND', 'parentKey'));
  const key = newKey();
  expect(await no({ key, parentKey: key })).toEqual(failure('NOT_FOUND', 'parentKey'));
});

it('[e43] keeps the tree at two levels when topics move at once', async () => {
  for (let round = 0; round < 5; round++) {
    const [one, two, three] = [await made(), await made(), await made()];
    const payloads = await Promise.all([
      call(admin, UpsertTopicDocument, topic({ key: one.key, parentKey: two.key })),
      call(admin, UpsertTopicDocument, topic({ key: two.key, parentKey: three.key })),
    ]);
    const constraints = payloads.map(({ userErrors: [error] }) => (error as { constraint?: string })?.constraint);
    expect(constraints.sort()).toEqual(['two_levels', undefined]);
  }
});

it.each([
  ['key', 'key', { key: 'New' }],
  ['names', 'english', { names: [{ locale: 'ru', value: 'Новое' }] }],
  ['names.0.locale', 'locale', { names: [{ locale: '-', value: 'New' }] }],
  ['rank', 'range', { rank: -1 }],
  ['parentKey', 'length', { parentKey: '' }],
])('refuses a topic that breaks, at %s, the rule %s: %j', async (path, constraint, input) => {
  expect(await refused(gateway, admin, UpsertTopicDocument, topic(input))).toEqual(broken(path, constraint));
});

it('deletes a topic that nothing refers to, and says so when there is none', async () => {
  const { id: topicId, key } = await made();
  expect((await done(admin, DeleteTopicDocument, { topicId })).deletedTopicId).toBe(topicId);
  expect(await admin.run(TopicDocument, { key })).toEqual({ topic: null });
  for (const id of [topicId, absent('Topic'), absent('State'), 'nonsense']) {
    expect(await refused(gateway, admin, DeleteTopicDocument, { topicId: id })).toEqual(
      failure('NOT_FOUND', 'topicId'),
    );
  }
});

it('deletes no topic that a ticket has or that another is below', async () => {
  const parent = await made();
  const child = await made({ parentKey: parent.key });
  await openTicket(admin, { title: 'A ticket', topicKey: child.key });
  for (const { id: topicId } of [parent, child]) {
    expect(await refused(gateway, admin, DeleteTopicDocument, { topicId })).toEqual(broken('topicId', 'in_use'));
  }
});

it('either gives a ticket a topic or deletes it when both are asked for at once', async () => {
  for (let round = 0; round < 8; round++) {
    const { id: topicId, key } = await made();
    const [opened, deleted] = await Promise.all([
      mutate(admin, 'createTicket', { title: 'A ticket', topicKey: key }),
      call(admin, DeleteTopicDocument, { topicId }),
    ]);
    const outcomes = [opened, deleted].map(({ userErrors: [error] }) => error?.code ?? 'done');
    expect([
      ['done', 'VALIDATION_FAILED'],
      ['NOT_FOUND', 'done'],
    ]).toContainEqual(outcomes);
  }
});

it('answers with the same topic what is sent again', async () => {
  const input = topic({ idempotencyKey: newHumanId('KEY') });
  const payloads = await Promise.all([1, 2, 3].map(() => done(admin, UpsertTopicDocument, input)));
  expect(payloads.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(new Set(payloads.map((payload) => payload.topic?.id)).size).toBe(1);
});
