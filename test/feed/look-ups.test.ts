import { setTimeout as wait } from 'node:timers/promises';
import { idOf } from '../tickets/support.js';
import { onServer, type Person, TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const key = (): string => `k-${Math.trunc(Math.random() * 1e12)}`;

const insertState = (): string =>
  `insert into states (type, key, description, localized_names, rank) values ('STAGE', '${key()}', '', '{}', 1)`;

/** What filters look up, and the note of what last changed it, at one moment. */
const now = `select look_ups as notes, (select md5(string_agg(concat(id, key, category), ',' order by id)) from states) as states,
  (select md5(string_agg(concat(id, email), ',' order by id)) from users) as users,
  (select md5(string_agg(concat(id, key), ',' order by id)) from projects) as projects from installation`;

type Moment = Record<'states' | 'users' | 'projects', string | null> & { notes: Record<string, string> };

it('notes every change of what filters look up in the order in which they become visible', async () => {
  const { admin } = await gateway.cast();
  const names = { names: [{ locale: 'en', value: 'Name' }], rank: 9 };
  const { db } = gateway.app.services;
  const member = await gateway.signIn({ role: 'customer', organization: key(), projects: [key()] });
  const shared = (await idOf(member)).slice(4);
  const writers = Array.from({ length: 8 }, async (_, n) => {
    const upsert = 'mutation ($input: UpsertStateInput!) { upsertState(input: $input) { replayed } }';
    for (let round = 0; round < 6; round++) {
      if (n % 2) await admin.run(upsert, { input: { type: 'STAGE', key: key(), ...names } });
      const person: Person = { role: 'customer', organization: key(), projects: [key(), key()] };
      await (await gateway.signIn(person)).run('{ viewer { id } }');
      const changes = [
        `insert into projects (organization_id, key, name) select id, '${key()}', '' from organizations limit 1`,
        insertState(),
        `update users set email = '${key()}@example.com' where id = '${shared}'`,
      ];
      await db.transaction(async (tx) => {
        for (const change of changes) await tx.query(change);
        if (onServer()) await wait(Math.random() * 5);
      });
    }
  });
  const seen = new Map<string, string | null>();
  let isOver = false;
  const all = Promise.all(writers).finally(() => (isOver = true));
  while (!isOver) {
    const [moment] = (await db.query<Moment>(now)) as [Moment];
    for (const table of ['states', 'users', 'projects'] as const) {
      const note = `${table} ${moment.notes[table]}`;
      expect([note, seen.get(note) ?? moment[table]]).toEqual([note, moment[table]]);
      seen.set(note, moment[table]);
    }
  }
  await all;
  expect(seen.size).toBeGreaterThan(10);
}, 60_000);

const itOnServer = onServer() ? it : it.skip;
if (!onServer())
  console.warn('Not run without TEST_DATABASE_URL: two who change what filters look up at the same time');

itOnServer(
  'holds nobody up before the end of a transaction, so that none waits for another in a circle',
  async () => {
    const { db } = gateway.app.services;
    const id = (await idOf(await gateway.signIn({ role: 'customer' }))).slice(4);
    const rename = `update users set email = '${key()}@example.com' where id = $1`;
    await db.transaction(async (first) => {
      await first.query(insertState());
      await db.transaction((second) => second.query(rename, [id]));
      await first.query(rename, [id]);
    });
  },
  10_000,
);
