import fc from 'fast-check';
import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema, type IntrospectionQuery } from 'graphql';
import { print, Walk } from '../security/walk.js';
import { type World } from '../security/who-sees-what.js';
import { type Cast, castOf, populate, viewerOf } from '../security/world.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { chances, seed, timeFor, trials } from '../support/trials.js';

let gateway: TestGateway;
let cast: Cast;
let schema: GraphQLSchema;
let world: World;

beforeAll(async () => {
  gateway = await TestGateway.start({}, undefined, { plans: false });
  cast = await castOf(gateway);
  schema = buildClientSchema(await cast.viewers[0]!.actor.run<IntrospectionQuery>(getIntrospectionQuery()));
  world = await populate(gateway, seed, 40);
});
afterAll(async () => {
  await gateway.app.services.db.query('truncate tickets cascade');
  await gateway.stop();
});

/** Links name the second until which they hold; the feed goes on while events get their numbers. */
const withoutMoment = (key: string, value: unknown): unknown =>
  key === 'feedCursor' ? null : typeof value === 'string' && value.startsWith('http') ? value.split('?')[0] : value;

interface Asking {
  /** One root field, called `root`, with its selection. */
  root: string;
  head?: string;
  tail?: string;
  variables?: Record<string, unknown>;
}

/** An answer as a text, and how many statements it took. */
async function answer(actor: Actor, { root, head = '', tail = '', variables = {} }: Asking, another: string) {
  gateway.statements.take();
  const { data, errors } = await actor.send<{ root: unknown }>(`${head} { ${root}${another} } ${tail}`, variables);
  const statements = gateway.statements.take().length;
  return { text: JSON.stringify({ data: data && data.root, errors }, withoutMoment), statements };
}

/** What is asked for alone is read ahead; beside another root field everything is left to the loaders. */
async function compare(actor: Actor, asking: Asking): Promise<{ ahead: number; loaded: number; text: string }> {
  const ahead = await answer(actor, asking, '');
  const loaded = await answer(actor, asking, ' __typename');
  expect({ asking, text: ahead.text }).toEqual({ asking, text: loaded.text });
  // An error ends an operation before the loaders have read everything.
  const isWhole = !ahead.text.includes('"errors":');
  expect({ asking, more: isWhole && ahead.statements > loaded.statements }).toEqual({ asking, more: false });
  return { ahead: ahead.statements, loaded: loaded.statements, text: ahead.text };
}

const planned = ['ticket', 'tickets', 'ticketsPage'];

it(
  'answers made-up documents byte by byte as the loaders do, errors included, in no more statements',
  async () => {
    let [compared, ahead, loaded] = [0, 0, 0];
    const property = fc.asyncProperty(chances, fc.nat(cast.viewers.length - 1), async (choose, who) => {
      const { actor, id } = cast.viewers[who]!;
      const walk = new Walk(schema, world, viewerOf(world, id), choose);
      for (const asked of walk.roots.filter(({ name }) => planned.includes(name))) {
        const found = await compare(actor, { root: print({ ...asked, key: 'root' }) });
        compared++;
        ahead += found.ahead;
        loaded += found.loaded;
      }
    });
    await fc.assert(property, { numRuns: trials(40, 400), seed, endOnFailure: true });
    expect(compared).toBeGreaterThan(trials(20, 200));
    expect(ahead).toBeLessThan(0.9 * loaded);
  },
  timeFor(400),
);

const comments =
  '{ totalCount pageInfo { hasNextPage hasPreviousPage endCursor } edges { cursor node { id author { name } } } }';

/** What made-up documents lack: names for the same field, fragments, directives, variables, and pages that are refused. */
const written: Record<string, Asking> = {
  'pages of several sizes under names of their own': {
    root: `root: tickets(first: 20) { nodes {
      a: comments(first: 1) ${comments} b: comments(last: 2) ${comments} c: comments(first: 0) { totalCount pageInfo { hasNextPage } }
      d: comments(last: 0) { pageInfo { hasPreviousPage } } lastComment { body files { name } vote { voter { name } } } } }`,
  },
  fragments: {
    root: 'root: ticketsPage(itemsPerPage: 20) { items { ...Row ... on Node { id } ... on Ticket { status { key } } } }',
    tail: `fragment Row on Ticket { reporter { ...Person } authors { ...Person } conversation { members { user { ...Person } } } }
      fragment Person on User { id name organization { name } }`,
  },
  'directives with variables': {
    head: 'query ($yes: Boolean!, $no: Boolean!)',
    root: `root: tickets { nodes { topic @include(if: $yes) { key } reporter @skip(if: $yes) { name } group @include(if: $no) { name }
      ... @include(if: $yes) { comments(first: 2) ${comments} } } }`,
    variables: { yes: true, no: false },
  },
  'sizes in variables': {
    head: 'query ($size: Int, $after: Cursor)',
    root: `root: tickets { nodes { comments(first: $size, after: $after) ${comments} status { key } } }`,
    variables: { size: 1 },
  },
  'a size that is too large': {
    root: `root: tickets { nodes { id status { key } comments(first: 101) ${comments} } }`,
  },
  'a size below nothing': { root: `root: tickets { nodes { id status { key } comments(last: -1) ${comments} } }` },
  'both ends of a page': { root: `root: tickets { nodes { topic { key } comments(first: 1, last: 1) ${comments} } }` },
  'a position that nobody handed out': {
    root: `root: tickets { nodes { topic { key } comments(after: "Zm9v") ${comments} lastComment { id } } }`,
  },
  'more than one statement holds': {
    root: `root: tickets { nodes { ${Array.from({ length: 20 }, (_, n) => `a${n}: comments(first: ${n}) { nodes { author { name } } }`).join(' ')} } }`,
  },
};

it.each(Object.entries(written))('answers %s as the loaders do', async (_name, asking) => {
  for (const { actor } of cast.viewers) await compare(actor, asking);
});

it('goes on from a position as the loaders do', async () => {
  const actor = cast.viewers[0]!.actor;
  const { tickets } = await actor.run(
    '{ tickets { nodes { id comments(first: 1) { pageInfo { endCursor hasNextPage } } } } }',
  );
  const { id, comments: page } = tickets.nodes.find((one: any) => one.comments.pageInfo.hasNextPage);
  const root = `root: ticket(id: "${id}") { title comments(after: $after) ${comments} reporter { name } status { key } }`;
  const { text } = await compare(actor, {
    head: 'query ($after: Cursor)',
    root,
    variables: { after: page.pageInfo.endCursor },
  });
  expect(text).toContain('"hasPreviousPage":true');
});

it('reads a thread with all that hangs on it in three statements, that of signing in included', async () => {
  const actor = cast.viewers[0]!.actor;
  const ticket = world.tickets.find((row) => !row['deleted_at'])!;
  const root = `root: ticket(number: ${ticket['number']}) { id status { name } topic { name } reporter { name } authors { name }
    comments(first: 50) { totalCount nodes { body author { name organization { name } } vote { score voter { name } } files { name } } }
    conversation { members { user { name } } } }`;
  const { ahead, loaded } = await compare(actor, { root });
  expect(ahead).toBe(3);
  expect(loaded).toBeGreaterThan(6);
});
