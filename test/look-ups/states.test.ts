import { Client } from 'pg';
import { uuidOf } from '../../src/global-id.js';
import {
  DeleteStateDocument,
  StatesDocument,
  type StateType,
  UpsertStateDocument,
  type UpsertStateInput,
} from '../support/_generated.js';
import { type Actor, newHumanId, onServer, TestGateway } from '../support/gateway.js';
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
const names = [{ locale: 'en', value: 'New' }];
const priority = (input: Partial<UpsertStateInput> = {}): UpsertStateInput => ({
  ...{ type: 'PRIORITY', key: newKey(), names, rank: 9 },
  ...input,
});
const status = (input: Partial<UpsertStateInput> = {}): UpsertStateInput =>
  priority({ type: 'STATE', category: 'WAITING', ...input });
const upserted = async (input: UpsertStateInput) => (await done(admin, UpsertStateDocument, input)).state;
const all = async (type: StateType | null = null) => (await admin.run(StatesDocument, { type })).states;
const idOf = async (type: StateType, key: string): Promise<string> =>
  (await all(type)).find((state) => state.key === key)?.id ?? '';

it('[d13, e21] makes a state of every type, which lists have at its rank and tickets can take', async () => {
  for (const type of ['STATE', 'TYPE', 'PRIORITY', 'STAGE', 'OUTCOME'] as const) {
    const input: UpsertStateInput = {
      ...{ type, key: newKey(), rank: 0, category: type === 'STATE' ? 'OPEN' : null },
      names: [
        { locale: 'RU', value: ' Новое ' },
        { locale: 'en', value: 'New' },
        { locale: 'pt-br', value: 'Novo' },
      ],
    };
    const state = await upserted(input);
    expect(state).toMatchObject({
      ...{ type, key: input.key, rank: 0, category: input.category, description: 'New' },
      names: [
        { locale: 'en', value: 'New' },
        { locale: 'pt-BR', value: 'Novo' },
        { locale: 'ru', value: 'Новое' },
      ],
    });
    expect((await all(type))[0]).toMatchObject({ id: state?.id, key: input.key });
  }
  const { key } = (await upserted(priority())) as { key: string };
  expect((await openTicket(admin, { title: 'A ticket', priorityKey: key })).priority).toEqual({ key });
});

it('replaces all that is said of a state that is there, and moves updatedAt when that is something else', async () => {
  const input = status({ description: 'Meaning', names: [...names, { locale: 'ru', value: 'Новое' }] });
  const before = await upserted(input);
  expect(before?.description).toBe('Meaning');
  expect(await upserted(input)).toEqual(before);
  const after = await upserted({ ...input, names, rank: 10, category: 'RESOLVED', description: null });
  expect(after).toEqual({
    ...before,
    ...{ names, rank: 10, category: 'RESOLVED', description: 'New', updatedAt: after?.updatedAt },
  });
  expect(Date.parse(after?.updatedAt ?? '')).toBeGreaterThan(Date.parse(before?.updatedAt ?? ''));
  const ofAnotherType = await upserted({ ...input, type: 'STAGE', category: null });
  expect(ofAnotherType?.id).not.toBe(before?.id);
});

const english = { locale: 'en', value: 'New' };
const brokenInputs: [path: string, constraint: string, input: Partial<UpsertStateInput>][] = [
  ...['', 'New', '_new', 'n w', 'нов', 'new\n', 'x'.repeat(65)].map(
    (key) => ['key', 'key', { key }] as [string, string, object],
  ),
  ['names', 'items', { names: [] }],
  ['names', 'english', { names: [{ locale: 'ru', value: 'Новое' }] }],
  ['names', 'english', { names: [{ locale: 'en-GB', value: 'New' }] }],
  ['names.1.locale', 'unique', { names: [english, { locale: 'EN', value: 'Newer' }] }],
  ['names.1.locale', 'locale', { names: [english, { locale: 'e', value: 'Newer' }] }],
  ['names.1.locale', 'locale', { names: [english, { locale: 'en_GB', value: 'Newer' }] }],
  ['names.1.locale', 'locale', { names: [english, { locale: '__proto__', value: 'Newer' }] }],
  ['names.1.locale', 'locale', { names: [english, { locale: '', value: 'Newer' }] }],
  ['names.0.value', 'length', { names: [{ locale: 'en', value: ' ' }] }],
  ['names.0.value', 'length', { names: [{ locale: 'en', value: 'x'.repeat(256) }] }],
  ['description', 'length', { description: '' }],
  ['rank', 'range', { rank: -1 }],
  ['rank', 'range', { rank: 1_000_001 }],
  ['category', 'exactly_for_states', { category: 'OPEN' }],
  ['category', 'exactly_for_states', { type: 'STATE' }],
];
it.each(brokenInputs)('refuses a state that breaks, at %s, the rule %s: %j', async (path, constraint, input) => {
  expect(await refused(gateway, admin, UpsertStateDocument, priority(input))).toEqual(broken(path, constraint));
});

it('[c12, c13] keeps the states that the rules set, and their categories, but not their names', async () => {
  const builtIn: [StateType, string][] = [
    ...['created', 'in_progress', 'waiting', 'resolved', 'closed'].map((key) => ['STATE', key] as ['STATE', string]),
    ['PRIORITY', 'low'],
  ];
  for (const [type, key] of builtIn) {
    const stateId = await idOf(type, key);
    expect(await refused(gateway, admin, DeleteStateDocument, { stateId })).toEqual(broken('stateId', 'built_in'));
    const category = (await all(type)).find((state) => state.id === stateId)?.category ?? null;
    expect(await upserted({ type, key, names, rank: 7, category })).toMatchObject({ id: stateId, names, category });
    if (type !== 'STATE') continue;
    const moved = { type, key, names, rank: 7, category: category === 'OPEN' ? 'WAITING' : 'OPEN' } as const;
    expect(await refused(gateway, admin, UpsertStateDocument, moved)).toEqual(broken('category', 'built_in'));
  }
});

it('makes statuses of the category CLOSED, but none of another one', async () => {
  const input = status();
  const { id } = (await upserted(input)) as { id: string };
  const closing = { ...input, category: 'CLOSED' } as const;
  expect(await refused(gateway, admin, UpsertStateDocument, closing)).toEqual(broken('category', 'fixed'));
  const closed = status({ category: 'CLOSED' });
  expect(await upserted(closed)).toMatchObject({ category: 'CLOSED' });
  expect(await upserted({ ...closed, rank: 1 })).toMatchObject({ category: 'CLOSED', rank: 1 });
  expect(await upserted({ ...closed, category: 'OPEN' })).toMatchObject({ category: 'OPEN' });
  expect(await upserted({ ...input, category: 'OPEN' })).toMatchObject({ id, category: 'OPEN' });
});

it('deletes a state that no ticket has, and says so when there is none', async () => {
  const { id: stateId } = (await upserted(priority())) as { id: string };
  expect((await done(admin, DeleteStateDocument, { stateId })).deletedStateId).toBe(stateId);
  for (const id of [stateId, absent('State'), absent('Topic'), 'nonsense', '']) {
    expect(await refused(gateway, admin, DeleteStateDocument, { stateId: id })).toEqual(
      failure('NOT_FOUND', 'stateId'),
    );
  }
});

it('deletes no state that a ticket has, not even a deleted one', async () => {
  const { id: stateId, key } = (await upserted(priority())) as { id: string; key: string };
  const ticket = await openTicket(admin, { title: 'A ticket', priorityKey: key });
  const inUse = broken('stateId', 'in_use');
  expect(await refused(gateway, admin, DeleteStateDocument, { stateId })).toEqual(inUse);
  const { db } = gateway.app.services;
  await db.query('update tickets set deleted_at = now() where id = $1', [uuidOf('Ticket', ticket.id)]);
  expect(await refused(gateway, admin, DeleteStateDocument, { stateId })).toEqual(inUse);
});

it('either gives a ticket a state or deletes it when both are asked for at once', async () => {
  for (let round = 0; round < 8; round++) {
    const { id: stateId, key } = (await upserted(priority())) as { id: string; key: string };
    const [opened, deleted] = await Promise.all([
      mutate(admin, 'createTicket', { title: 'A ticket', priorityKey: key }),
      call(admin, DeleteStateDocument, { stateId }),
    ]);
    const outcomes = [opened, deleted].map(({ userErrors: [error] }) => error?.code ?? 'done');
    expect([
      ['done', 'VALIDATION_FAILED'],
      ['NOT_FOUND', 'done'],
    ]).toContainEqual(outcomes);
  }
});

const itOnServer = onServer() ? it : it.skip;
if (!onServer()) console.warn('Not run without TEST_DATABASE_URL: a state that is deleted while a ticket takes it');
itOnServer('looks again when a state is deleted after a ticket has found it and before it refers to it', async () => {
  const { id, key } = (await upserted(priority())) as { id: string; key: string };
  const address = globalThis.testDatabase as { url: string };
  const client = new Client({ connectionString: address.url });
  await client.connect();
  try {
    await client.query('begin');
    await client.query('delete from states where id = $1', [uuidOf('State', id)]);
    // It finds the state, which is still there for others, and waits for the deletion to be decided.
    const opening = mutate(admin, 'createTicket', { title: 'A ticket', priorityKey: key });
    const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
    while ((await client.query(waiting)).rows.length === 0) await client.query('select pg_sleep(0.01)');
    await client.query('commit');
    expect((await opening).userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['input', 'priorityKey'] }]);
  } finally {
    await client.end();
  }
});

it('makes one state of several requests with the same key that come at once, and replays what is sent again', async () => {
  const input = priority();
  const ranks = [1, 2, 3, 4];
  const states = await Promise.all(ranks.map((rank) => upserted({ ...input, rank })));
  expect(new Set(states.map((state) => state?.id)).size).toBe(1);
  const once = { ...priority(), idempotencyKey: newHumanId('KEY') };
  const payloads = await Promise.all(ranks.map(() => done(admin, UpsertStateDocument, once)));
  expect(payloads.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(new Set(payloads.map(({ state }) => state?.id)).size).toBe(1);
});
