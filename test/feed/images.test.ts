import fc from 'fast-check';
import { parameters } from '../../src/db/database.js';
import { rowOf, type StoredRow } from '../../src/live/feed/feed-row.js';
import { ImageFilter } from '../../src/services/image-filter.js';
import { filterCondition, type TicketFilter } from '../../src/services/ticket-filter.js';
import { anyFilter, anyTickets, type Person, type Row, type World } from '../lists/model.js';
import { insert } from '../lists/support.js';
import { onServer, TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let world: World;
beforeAll(async () => {
  gateway = await TestGateway.start();
  const ours = { organization: 'ORG-images', projects: ['web', 'app'] };
  await (await gateway.signIn({ role: 'customer', ...ours })).run('{ viewer { id } }');
  for (let n = 0; n < 2; n++) await (await gateway.signIn({ role: 'agent' })).run('{ viewer { id } }');
  const { db } = gateway.app.services;
  await db.query(`insert into groups (name) values ('First line')`);
  world = {
    people: await db.query<Person>('select id, email, role, organization_id as "organizationId" from users'),
    states: await db.query('select id, type, key, category, rank from states'),
    topics: await db.query(
      'select t.id, t.key, p.key as "parentKey" from topics t left join topics p on p.id = t.parent_id',
    ),
    projects: await db.query('select id, key from projects'),
    organizations: (await db.query<{ id: string }>('select id from organizations')).map(({ id }) => id),
    groups: (await db.query<{ id: string }>('select id from groups')).map(({ id }) => id),
  };
});
afterAll(async () => {
  await gateway.app.services.db.query('delete from search_documents');
  await gateway.app.services.db.query('delete from tickets');
  await gateway.stop();
});

const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31);
const rounds = Number(process.env['TEST_ROUNDS'] ?? 1);

/** What filters arrive as: moments are dates by then. */
const arrived = (filter: object): TicketFilter =>
  JSON.parse(JSON.stringify(filter), (name, value: unknown) =>
    /(After|Before)$/.test(name) && typeof value === 'string' ? new Date(value) : value,
  ) as TicketFilter;

it(`finds by the image of a ticket what the table finds by its row, with seed ${seed}`, async () => {
  const { db } = gateway.app.services;
  const [rows] = fc.sample(anyTickets(world, 60), { seed, numRuns: 1 }) as [Row[]];
  const written = { staff_seq: 1, public_seq: 1, version: 1, access_version: 1, last_event_at: 'now' };
  await insert(
    gateway,
    'tickets',
    rows.map((row) => ({ ...written, ...row })),
  );
  const stored = await db.query<StoredRow>(
    `select 1 as position, t.id as "ticketId", null::jsonb as before, ticket_image(t) as changes,
       null::text as "titleBefore", search_fold(t.title) as "titleAfter" from tickets t`,
  );
  const images = stored.map(rowOf);
  const check = async (asked: object, person: Person): Promise<void> => {
    const filter = arrived(asked);
    const viewer = { ...person, projectIds: [], accessVersion: 1, expiresAt: 0 };
    const { values, bind } = parameters();
    const where = filterCondition(filter, { viewer, alias: 't', bind, prefix: 'INC' });
    const found = await db.query<{ id: string }>(`select t.id from tickets t where ${where}`, values);
    const matching = new ImageFilter(filter, { viewer, prefix: 'INC' });
    const questions = parameters();
    const [answer] = await db.query<{ found: string[][] }>(
      `select ${matching.lookUps(questions.bind)} as found`,
      questions.values,
    );
    matching.take(answer!.found);
    const matched = images.filter(({ after }) => matching.matches(after)).map(({ ticketId }) => ticketId);
    expect(matched.sort()).toEqual(found.map(({ id }) => id).sort());
  };
  const viewer = fc.constantFrom(...world.people.filter(({ role }) => role !== 'CUSTOMER'));
  await fc.assert(fc.asyncProperty(anyFilter(world), viewer, check), {
    seed,
    numRuns: rounds * (onServer() ? 400 : 200),
    endOnFailure: true,
  });
}, 600_000);
