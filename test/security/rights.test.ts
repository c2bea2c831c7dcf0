import fc from 'fast-check';
import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema, type IntrospectionQuery } from 'graphql';
import { TestGateway } from '../support/gateway.js';
import { chances, seed, trials } from '../support/trials.js';
import { adminAttempt, adminWrites, type Attempt, attempt, documentOf, waysToWrite } from './attempts.js';
import { neverGiven, sampleOf, withoutRule } from './coverage.js';
import { follow, heard } from './following.js';
import { Expected, Walk } from './walk.js';
import { isStaff, type Row, type Viewer, type World } from './who-sees-what.js';
import { type Cast, castOf, populate, readWorld, viewerOf } from './world.js';

let gateway: TestGateway;
let cast: Cast;
let schema: GraphQLSchema;
let world: World;
let epoch: string;

beforeAll(async () => {
  gateway = await TestGateway.start();
  cast = await castOf(gateway);
  schema = buildClientSchema(await cast.viewers[0]!.actor.run<IntrospectionQuery>(getIntrospectionQuery()));
  world = await populate(gateway, seed, 60);
  const [row] = await gateway.app.services.db.query<{ epoch: string }>('select epoch from installation');
  epoch = row!.epoch;
});
afterAll(async () => {
  await gateway.app.services.db.query('truncate tickets cascade');
  await gateway.stop();
});

/** Somebody by number, and after the last of them nobody. */
const whoIs = (who: number) => cast.viewers[who] ?? { actor: cast.nobody, id: null };
const anyone = (): fc.Arbitrary<number> => fc.nat(cast.viewers.length);
const someone = (): fc.Arbitrary<number> => fc.nat(cast.viewers.length - 1);
const codes = (errors: { extensions: { code: string } }[] = []): string[] =>
  errors.map(({ extensions }) => extensions.code);
const settings = (few: number, many: number) => ({ numRuns: trials(few, many), seed, endOnFailure: true });
/** How long a test may take that tries so much. */
const patience = 600_000;

it('has a rule for every field, root and argument of the schema', () => {
  expect(withoutRule(schema)).toEqual([]);
  expect(neverGiven(schema, world, viewerOf(world, cast.viewers[0]!.id))).toEqual([]);
});

it(
  'answers every field to those who may read it, and to others as if there were nothing',
  async () => {
    const property = fc.asyncProperty(chances, anyone(), async (choose, who) => {
      const { actor, id } = whoIs(who);
      const viewer = viewerOf(world, id ?? cast.viewers[0]!.id);
      const walk = new Walk(schema, world, viewer, choose);
      const { data, errors } = await actor.send<object>(walk.text());
      if (!id) {
        // A root that can't be null takes the others along.
        expect(new Set(codes(errors))).toEqual(new Set(['UNAUTHENTICATED']));
        return expect(Object.values(data ?? {}).filter((value) => value !== null)).toEqual([]);
      }
      const expected = new Expected(viewer, world, walk);
      const found = Object.fromEntries(errors?.map(({ path, extensions }) => [path?.join('.'), extensions.code]) ?? []);
      expect({ found, data }).toEqual({ found: expected.errors, data: expected.data });
    });
    await fc.assert(property, settings(30, 150));
  },
  patience,
);

it('refuses customers the lists of staff, whatever they give', async () => {
  const customer = cast.viewers[2]!.actor;
  for (const field of ['agents', 'users', 'organizations', 'groups', 'group', 'ticketReport', 'auditLog']) {
    const { args } = schema.getQueryType()!.getFields()[field]!;
    const needed = args.filter((one) => String(one.type).endsWith('!'));
    for (const argument of [null, ...args]) {
      const given = [...new Set([...needed, ...(argument ? [argument] : [])])];
      const head = given.length > 0 ? `(${given.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ')})` : '';
      const passed = given.length > 0 ? `(${given.map(({ name }) => `${name}: $${name}`).join(', ')})` : '';
      const variables = Object.fromEntries(given.map(({ name, type }) => [name, sampleOf(type)]));
      const answer = await customer.send(`query ${head} { field: ${field}${passed} { __typename } }`, variables);
      expect({ field, argument, answer: [answer.data, codes(answer.errors)] }).toEqual({
        field,
        argument,
        answer: [{ field: null }, ['FORBIDDEN']],
      });
    }
  }
});

it(
  'lets everybody follow what they may read, in their own stream',
  async () => {
    const property = fc.asyncProperty(
      chances,
      someone(),
      fc.constantFrom('commentAdded', 'conversationEvents'),
      fc.constantFrom('own', 'own', 'other'),
      async (choose, who, name, whose) => {
        const { actor, id } = cast.viewers[who]!;
        const viewer = viewerOf(world, id);
        // What is deleted ends its streams: test/live tells how.
        const there = world.tickets.filter((ticket) => ticket['deleted_at'] === null);
        const ticket = there[choose(there.length)] as Row;
        const stream = isStaff(viewer) === (whose === 'own') ? 's' : 'p';
        const expected = heard(viewer, world, ticket, stream, name);
        if (Array.isArray(expected) && expected.length === 0) return;
        const count = Array.isArray(expected) ? expected.length : 1;
        expect(await follow(actor, { ticket, epoch, stream, name, count })).toEqual(expected);
      },
    );
    await fc.assert(property, settings(60, 600));
  },
  patience,
);

it('lets nobody follow anything, and customers no lists', async () => {
  for (const [actor, code] of [
    [cast.nobody, 'UNAUTHENTICATED'],
    [cast.viewers[2]!.actor, 'FORBIDDEN'],
  ] as const) {
    for (const argument of ['', '(filter: { isOpen: true })', '(after: "x")']) {
      const listener = actor.subscribe(
        `subscription { ticketFeed${argument} { change cursor ticketId ticket { id } } }`,
      );
      const end = await listener.next().catch(async () => ({ errors: await listener.ended() }));
      expect({ argument, codes: codes(end.errors as any) }).toEqual({ argument, codes: [code] });
    }
  }
});

type Outcome = Row & { replayed: boolean; userErrors: { code: string; path: string[] | null }[] };

/** What each ticket is, with all that belongs to it, in a few words. */
async function digests(): Promise<Record<string, string>> {
  const parts = [
    'comments',
    'members',
    'votes',
    'ticket_attributes',
    'read_marks',
    'conversation_log',
    'system_events',
  ];
  const texts = parts.map(
    (name) => `(select string_agg(r::text, '' order by r::text) from ${name} r where r.ticket_id = t.id)`,
  );
  const rows = await gateway.app.services.db.query<{ id: string; digest: string }>(
    `select t.id, md5(concat(t::text, ${texts.join(', ')})) as digest from tickets t`,
  );
  return Object.fromEntries(rows.map(({ id, digest }) => [id, digest]));
}

/** Whether what came of an attempt is one of the things that may. */
function expectOutcome(
  viewer: Viewer,
  { refusals, ...attempted }: Attempt,
  { replayed, userErrors, ...objects }: Outcome,
): void {
  const isAdmins = attempted.mutation in adminWrites;
  const found = userErrors.map(({ code, path }) => ({
    code,
    argument: isAdmins ? '' : (path?.slice(1).join('.') ?? ''),
  }));
  const who = viewer['role'] as string;
  if (isAdmins && who === 'ADMIN') return expect({ attempted, found }).not.toEqual({ attempted, found: refusals });
  if (refusals.length === 0) return expect({ attempted, who, found }).toEqual({ attempted, who, found: [] });
  expect({ attempted, who, found }).toEqual({
    attempted,
    who,
    found: [refusals.find(({ code }) => code === found[0]?.code) ?? refusals[0]],
  });
  expect({ replayed, objects: Object.values(objects).filter((value) => value !== null) }).toEqual({
    replayed: false,
    objects: [],
  });
}

it(
  'carries every mutation out for those who may, with every argument, and a refusal leaves no trace',
  async () => {
    const admins = Object.keys(adminWrites);
    const property = fc.asyncProperty(chances, anyone(), async (choose, who) => {
      const now = await readWorld(gateway);
      const { actor, id } = whoIs(who);
      const viewer = viewerOf(now, id ?? cast.viewers[0]!.id);
      const start = choose(now.tickets.length);
      // Each on a ticket of its own: none meets what another has done.
      const attempts = Array.from({ length: 16 }, (_, n) => {
        const ticket = now.tickets[(start + n) % now.tickets.length] as Row;
        const scene = { viewer, world: now, ticket, choose };
        return choose(6) === 0
          ? adminAttempt(admins[choose(admins.length)]!, scene)
          : attempt(waysToWrite[choose(waysToWrite.length)]!, scene);
      });
      const before = await digests();
      const variables = Object.fromEntries(attempts.map(({ input }, n) => [`m${n}`, input]));
      const { data, errors } = await actor.send<Record<string, Outcome>>(documentOf(schema, attempts), variables);
      const after = await digests();
      if (!id) {
        expect(new Set(codes(errors))).toEqual(new Set(['UNAUTHENTICATED']));
        return expect(after).toEqual(before);
      }
      expect(errors).toBeUndefined();
      for (const [n, attempted] of attempts.entries()) {
        expectOutcome(viewer, attempted, data?.[`m${n}`] as Outcome);
        const { ticketId, refusals } = attempted;
        if (refusals.length > 0 && ticketId) expect(after[ticketId]).toBe(before[ticketId]);
      }
    });
    await fc.assert(property, settings(25, 250));
  },
  patience,
);
