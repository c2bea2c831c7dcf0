import fc from 'fast-check';
import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema, type IntrospectionQuery } from 'graphql';
import { byId, isStaff, type Row, type World } from '../security/who-sees-what.js';
import { type Cast, castOf, populate, readWorld } from '../security/world.js';
import { type Actor, onServer, TestGateway } from '../support/gateway.js';
import { chances, seed, timeFor, trials } from '../support/trials.js';
import { Author, type MadeUp } from './made-up.js';

const documents = trials(onServer() ? 4_500 : 500, 100_000);

let writing: TestGateway;
let resolving: TestGateway;
let cast: Cast;
let schema: GraphQLSchema;
let world: World;
/** Mutations that staff and customers have carried out under keys: whoever sends them again reads what came of them. */
const done = new Map<Actor, { name: string; input: Row }[]>();

beforeAll(async () => {
  writing = await TestGateway.start();
  resolving = await TestGateway.start({}, undefined, { plans: false });
  cast = await castOf(writing);
  schema = buildClientSchema(await cast.viewers[0]!.actor.run<IntrospectionQuery>(getIntrospectionQuery()));
  await populate(writing, seed, 40);
  await embellish();
  for (const { actor } of cast.viewers) done.set(actor, await mutations(actor));
  world = await readWorld(writing);
});
afterAll(async () => {
  await writing.app.services.db.query('truncate tickets cascade');
  await Promise.all([writing.stop(), resolving.stop()]);
});

const oddTexts = [
  '"quotes" and \\backslashes\\',
  'tab\tline\nreturn\r\u0001\u001f\u007f\u0008\u000c',
  '\u2028\u2029 \ufeff \u00e9 \u65e5\u672c 😀 \ud7ff\ue000',
  "it's </script> %s $1 {} '' ",
  ' ',
  `long ${'ä'.repeat(3_000)}`,
];

/** Texts that JSON writes in other letters, files in an order, more votes, and gaps in what may be missing. */
async function embellish(): Promise<void> {
  const { db } = writing.app.services;
  const text = (row: string): string => `($1::text[])[1 + abs(hashtext(${row}.id::text)) % ${oddTexts.length}]`;
  await db.query(
    `update comments c set body = ${text('c')} where deleted_at is null and public_seq is distinct from 1`,
    [oddTexts],
  );
  await db.query(
    `update tickets t set title = left(${text('t')} || 'Said', 250), service_impact = ${text('t')},
    external_subject_id = nullif(left(${text('t')}, 20), ' ') where number % 2 = 0`,
    [oddTexts],
  );
  await db.query(`update users u set name = left(${text('u')}, 100) || u.name where is_active`, [oddTexts]);
  await db.query(`update votes v set comment = ${text('v')} where scale <> 'THUMBS'`, [oddTexts]);
  await db.query(`update tickets set closed_at = updated_at where number % 5 = 0`);
  await db.query(`insert into files (uploader_id, comment_id, position, name, size, content_type, status, storage_key)
    select uploader_id, comment_id, 2, name || ' 2', 2147483647, content_type, 'READY', gen_random_uuid()
    from files where comment_id is not null and position = 1 and size % 2 = 1`);
}

async function mutations(actor: Actor): Promise<{ name: string; input: Row }[]> {
  const opened = { title: 'Said "anew"', body: 'Said\n', idempotencyKey: crypto.randomUUID() };
  const create = 'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id } } }';
  const { createTicket } = await actor.run(create, { input: opened });
  const added = { ticketId: createTicket.ticket.id, body: 'Said 😀', idempotencyKey: crypto.randomUUID() };
  await actor.run('mutation ($input: AddCommentInput!) { addComment(input: $input) { replayed } }', { input: added });
  const refused = { ticketId: createTicket.ticket.id, body: '' };
  return [
    { name: 'createTicket', input: opened },
    { name: 'addComment', input: added },
    { name: 'addComment', input: refused },
  ];
}

const isStaffOf = (id: string): boolean => isStaff(byId(world.users, id));

/** The bytes of an answer. */
async function answerTo({ document: query, variables, locale }: MadeUp, url: string, token?: string): Promise<string> {
  const headers = {
    'Content-Type': 'application/json',
    ...(locale !== undefined && { 'Accept-Language': locale }),
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
  };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return `${response.status} ${await response.text()}`;
}

/** Whether one of the statements writes answers. */
const writes = (gateway: TestGateway): boolean => gateway.statements.take().some((sql) => sql.includes(' as json, '));

/** Links name their gateway and the moment until which they hold; the feed goes on while events get their numbers. */
const comparable = (text: string): string =>
  text.replace(/"http:[^"]*\/files\/([^?]*)\?[^"]*"/g, '"$1"').replace(/("feedCursor":)"[^"]*"/g, '$1null');

it(
  'writes what the resolvers answer, byte by byte, for made-up documents, errors included',
  async () => {
    let written = 0;
    const property = fc.asyncProperty(chances, fc.nat(cast.viewers.length - 1), async (choose, who) => {
      const { actor, id } = cast.viewers[who]!;
      const author = new Author(schema, world, choose, isStaffOf(id), done.get(actor) ?? []);
      const asked = author.write();
      writing.statements.take();
      const fromDatabase = await answerTo(asked, writing.url, actor.token);
      if (writes(writing)) written++;
      const fromResolvers = await answerTo(asked, resolving.url, actor.token);
      expect({ asked, who, text: comparable(fromDatabase) }).toEqual({ asked, who, text: comparable(fromResolvers) });
    });
    await fc.assert(property, { numRuns: documents, seed, endOnFailure: true });
    // Guards this test: documents that are never written would compare nothing.
    expect(written).toBeGreaterThan(documents / 4);
  },
  timeFor(documents / 20),
);
