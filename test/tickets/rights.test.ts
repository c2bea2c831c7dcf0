import { uuidOf } from '../../src/global-id.js';
import { peopleRows, prepareObjects } from '../people/rights-rows.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import {
  allRows,
  deactivate,
  done,
  idOf,
  type Input,
  type Mutation,
  mutate,
  openTicket,
  read,
  say,
} from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const roles = ['author', 'teammate', 'mentioned', 'stranger', 'agent', 'admin', 'anonymous', 'deactivated'] as const;
type Role = (typeof roles)[number];
type Scene = Record<Role, Actor> & { authorId: string; mentionedId: string; deactivatedId: string };

/** Everybody who could ask for something. */
async function castAll(): Promise<Scene> {
  const { customer: author, teammate, stranger, agent, admin } = await gateway.cast();
  const mentioned = await gateway.signIn({ role: 'customer', organization: 'ORG-mentioned' });
  const deactivated = await gateway.signIn({ role: 'agent' });
  const deactivatedId = await idOf(deactivated);
  // Whoever is seen for the first time leaves a trace by that alone.
  for (const actor of [teammate, stranger, agent, admin]) await idOf(actor);
  await deactivate(gateway, deactivatedId);
  return {
    ...{ author, teammate, mentioned, stranger, agent, admin, deactivated, deactivatedId },
    anonymous: gateway.withToken(),
    authorId: await idOf(author),
    mentionedId: await idOf(mentioned),
  };
}

/** A ticket with a public comment, a note and somebody mentioned; closed where that is wanted. */
async function prepare(
  { author, authorId, agent, mentionedId }: Scene,
  isClosed: boolean,
): Promise<Record<string, string>> {
  const { id: ticketId } = await openTicket(author);
  const { id: commentId } = await say(agent, ticketId, 'Spoken', { mentionIds: [mentionedId] });
  const { id: noteId } = await say(agent, ticketId, 'Noted', { visibility: 'INTERNAL' });
  if (isClosed) await done(agent, 'closeTicket', { ticketId });
  return { ticketId, commentId, noteId, ...(await prepareObjects(gateway, uuidOf('User', authorId) ?? '')) };
}

const all = ['ok', 'ok', 'ok', 'ok', 'ok', 'ok'];
const readers = ['ok', 'ok', 'ok', 'null', 'ok', 'ok'];
const staff = ['null', 'null', 'null', 'null', 'ok', 'ok'];
const listeners = ['ok', 'ok', 'ok', 'NOT_FOUND', 'ok', 'ok'];
const closing = ['ok', 'ok', 'FORBIDDEN', 'NOT_FOUND', 'ok', 'ok'];
const scoring = ['ok', 'ok', 'FORBIDDEN', 'NOT_FOUND', 'FORBIDDEN', 'FORBIDDEN'];
const staffActs = ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'NOT_FOUND', 'ok', 'ok'];
const nobodyOnClosed = Array.from(listeners, (outcome) => (outcome === 'ok' ? 'TICKET_CLOSED' : outcome));
const nobodyOnOpen = Array.from(closing, (outcome) => (outcome === 'ok' ? 'TICKET_NOT_CLOSED' : outcome));
const closingClosed = Array.from(closing, (outcome) => (outcome === 'ok' ? 'TICKET_CLOSED' : outcome));
const notingClosed = Array.from(staffActs, (outcome) => (outcome === 'ok' ? 'TICKET_CLOSED' : outcome));

const onTicket = (call: string) => `mutation ($ticketId: ID!) { field: ${call} { replayed } }`;

/** Operation, what of it, what is sent, and what comes of it: a column for each role that is signed in. */
const matrix: [operation: string, what: string, document: string, outcomes: string[]][] = [
  ['Query.viewer', 'oneself', '{ field: viewer { id } }', all],
  ['Query.node', 'a ticket', 'query ($ticketId: ID!) { field: node(id: $ticketId) { id } }', readers],
  ['Query.node', 'a comment', 'query ($commentId: ID!) { field: node(id: $commentId) { id } }', readers],
  ['Query.node', 'a note', 'query ($noteId: ID!) { field: node(id: $noteId) { id } }', staff],
  ['Query.ticket', 'a ticket', 'query ($ticketId: ID!) { field: ticket(id: $ticketId) { id } }', readers],
  ['Query.ticket', 'a closed one', 'query ($ticketId: ID!) { field: ticket(id: $ticketId) { id } }', readers],
  ['Query.tickets', 'all', '{ field: tickets { totalCount nodes { id } } }', all],
  ['Query.ticketsPage', 'the first', '{ field: ticketsPage { itemCount items { id } } }', all],
  ['Query.comment', 'a comment', 'query ($commentId: ID!) { field: comment(id: $commentId) { id } }', readers],
  ['Query.comment', 'a note', 'query ($noteId: ID!) { field: comment(id: $noteId) { id } }', staff],
  ['Query.topics', 'all', '{ field: topics { id } }', all],
  ['Query.topic', 'one', '{ field: topic(key: "support") { id } }', all],
  ['Query.states', 'all', '{ field: states { id } }', all],
  [
    'Mutation.createTicket',
    'a ticket',
    'mutation { field: createTicket(input: { title: "Mine" }) { ticket { id } } }',
    all,
  ],
  [
    'Mutation.addComment',
    'in public',
    onTicket('addComment(input: { ticketId: $ticketId, body: "A word" })'),
    listeners,
  ],
  [
    'Mutation.addComment',
    'in public, closed',
    onTicket('addComment(input: { ticketId: $ticketId, body: "A word" })'),
    nobodyOnClosed,
  ],
  [
    'Mutation.addComment',
    'a note',
    onTicket('addComment(input: { ticketId: $ticketId, body: "A note", visibility: INTERNAL })'),
    staffActs,
  ],
  [
    'Mutation.addComment',
    'a note, closed',
    onTicket('addComment(input: { ticketId: $ticketId, body: "A note", visibility: INTERNAL })'),
    notingClosed,
  ],
  ['Mutation.joinTicket', 'an open one', onTicket('joinTicket(input: { ticketId: $ticketId })'), staffActs],
  ['Mutation.joinTicket', 'a closed one', onTicket('joinTicket(input: { ticketId: $ticketId })'), staffActs],
  ['Mutation.closeTicket', 'an open one', onTicket('closeTicket(input: { ticketId: $ticketId })'), closing],
  ['Mutation.closeTicket', 'with a score', onTicket('closeTicket(input: { ticketId: $ticketId, score: 5 })'), scoring],
  ['Mutation.closeTicket', 'a closed one', onTicket('closeTicket(input: { ticketId: $ticketId })'), closingClosed],
  [
    'Mutation.reopenTicket',
    'a closed one',
    onTicket('reopenTicket(input: { ticketId: $ticketId, body: "Go on" })'),
    closing,
  ],
  [
    'Mutation.reopenTicket',
    'an open one',
    onTicket('reopenTicket(input: { ticketId: $ticketId, body: "Go on" })'),
    nobodyOnOpen,
  ],
  [
    'Subscription.commentAdded',
    'an open one',
    'subscription ($ticketId: ID!, $after: Cursor) { field: commentAdded(ticketId: $ticketId, after: $after) { comment { id } } }',
    listeners,
  ],
  [
    'Subscription.conversationEvents',
    'a closed one',
    'subscription ($ticketId: ID!, $after: Cursor) { field: conversationEvents(ticketId: $ticketId, after: $after) { cursor } }',
    listeners,
  ],
  ...peopleRows,
];

async function outcomeOf(actor: Actor, document: string, variables: Input): Promise<string> {
  const { data, errors } = await actor.send<{ field: unknown }>(document, variables);
  if (errors) return errors.map(({ extensions }) => extensions.code).join();
  return data?.field === null ? 'null' : 'ok';
}

/** What comes first: an event, an error, or the end of the socket. */
async function outcomeOfSubscription(actor: Actor, document: string, { ticketId }: Input): Promise<string> {
  const first = `query ($ticketId: ID!) { ticket(id: $ticketId) { conversation { events(first: 1) { nodes { cursor } } } } }`;
  interface First {
    ticket: { conversation: { events: { nodes: { cursor: string }[] } } } | null;
  }
  const { data } = await actor.send<First>(first, { ticketId });
  const listener = actor.subscribe(document, { ticketId, after: data?.ticket?.conversation.events.nodes[0]?.cursor });
  try {
    const { errors } = await listener.next();
    return errors?.map(({ extensions }) => extensions?.['code']).join() ?? 'ok';
  } catch {
    const end = await listener.ended();
    if (Array.isArray(end)) return end.map((error: { extensions: { code: string } }) => error.extensions.code).join();
    return (end as { code: number }).code === 4403 ? 'UNAUTHENTICATED' : 'something else';
  } finally {
    listener.stop();
  }
}

describe.each(matrix)('%s: %s', (operation, what, document, outcomes) => {
  it('[c1, x10] is for those for whom it is meant, and a refusal leaves no trace', async () => {
    const scene = await castAll();
    const expected = Object.fromEntries(roles.map((role, column) => [role, outcomes[column] ?? 'UNAUTHENTICATED']));
    const found: Record<string, string> = {};
    let variables: Record<string, string> | undefined;
    for (const role of roles) {
      variables ??= await prepare(scene, what.includes('closed'));
      const before = await allRows(gateway);
      const run = operation.startsWith('Subscription') ? outcomeOfSubscription : outcomeOf;
      found[role] = await run(scene[role], document, variables);
      const mayChange = operation.startsWith('Mutation') && found[role] === 'ok';
      if (mayChange) variables = undefined;
      else expect(await allRows(gateway)).toEqual(before);
    }
    expect(found).toEqual(expected);
  });
});

it('knows every operation of the schema', async () => {
  const { agent } = await gateway.cast();
  const fields = 'name fields { name }';
  type Root = { name: string; fields: { name: string }[] };
  const { __schema: schema } = await agent.run<{ __schema: Record<string, Root> }>(
    `{ __schema { queryType { ${fields} } mutationType { ${fields} } subscriptionType { ${fields} } } }`,
  );
  const operations = Object.values(schema).flatMap((root) => root.fields.map(({ name }) => `${root.name}.${name}`));
  expect(new Set(matrix.map(([operation]) => operation))).toEqual(new Set(operations));
});

it('answers __typename to everybody and takes no mutation from nobody', async () => {
  const { anonymous } = await castAll();
  expect(await anonymous.run('{ __typename }')).toEqual({ __typename: 'Query' });
  const before = await allRows(gateway);
  const document = `mutation { createTicket(input: { title: "Mine" }) { ticket { id } userErrors { code } } }`;
  expect(await anonymous.send(document)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  expect(await allRows(gateway)).toEqual(before);
});

it('[x10] tells a stranger who listens the same about a hidden ticket and about none', async () => {
  const { customer, stranger } = await gateway.cast();
  const { id } = await openTicket(customer);
  const document = `subscription ($id: ID!) { conversationEvents(ticketId: $id) { cursor } }`;
  const answers: unknown[] = [];
  for (const ticketId of [id, id.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')), 'nonsense']) {
    const listener = stranger.subscribe(document, { id: ticketId });
    answers.push(await listener.next().catch(() => listener.ended()));
  }
  expect(JSON.stringify(answers[0])).toContain('NOT_FOUND');
  expect(answers).toEqual([answers[0], answers[0], answers[0]]);
});

const acts = [
  ['viewerCanComment', 'addComment', { body: 'A word' }],
  ['viewerCanClose', 'closeTicket', {}],
  ['viewerCanReopen', 'reopenTicket', { body: 'Go on' }],
  ['viewerCanJoin', 'joinTicket', {}],
] as const satisfies [keyof Awaited<ReturnType<typeof read>>, Mutation, Input][];

it.each([
  ['open', false],
  ['closed', true],
])('says truly what each viewer may do to a ticket that is %s', async (_what, isClosed) => {
  const scene = await castAll();
  for (const role of ['author', 'teammate', 'mentioned', 'agent', 'admin'] as const) {
    for (const [flag, mutation, input] of acts) {
      const { ticketId } = (await prepare(scene, isClosed)) as { ticketId: string };
      const before = await read(scene[role], ticketId);
      const { userErrors, ticket } = await mutate(scene[role], mutation, { ticketId, ...input });
      const changed = userErrors.length === 0 && ticket?.version === before.version + 1;
      expect({ role, flag, may: before[flag] }).toEqual({ role, flag, may: changed });
    }
  }
});

it('[e7] shows a ticket to those whom its access level names', async () => {
  const ours = 'ORG-levels';
  const author = await gateway.signIn({ role: 'customer', organization: ours, projects: ['web'] });
  const people = {
    author,
    inProject: await gateway.signIn({ role: 'customer', organization: ours, projects: ['app', 'web'] }),
    inOrganization: await gateway.signIn({ role: 'customer', organization: ours, projects: ['app'] }),
    elsewhere: await gateway.signIn({ role: 'customer', organization: 'ORG-else', projects: ['web'] }),
    onTheirOwn: await gateway.signIn({ role: 'customer', projects: ['web'] }),
    agent: await gateway.signIn({ role: 'agent' }),
  };
  const expected = {
    PRIVATE: ['author', 'agent'],
    ACCOUNT_USERS: ['author', 'inProject', 'inOrganization', 'agent'],
    PROJECT_USERS: ['author', 'inProject', 'agent'],
    ALL_USERS: ['author', 'inProject', 'inOrganization', 'agent'],
  };
  for (const [accessLevel, readersOf] of Object.entries(expected)) {
    const projectKey = accessLevel === 'PROJECT_USERS' ? 'web' : null;
    const { id } = await openTicket(author, { title: 'A ticket', accessLevel, projectKey });
    const found: string[] = [];
    for (const [name, person] of Object.entries(people)) {
      const { ticket } = await person.run<{ ticket: unknown }>(`query ($id: ID!) { ticket(id: $id) { id } }`, { id });
      if (ticket) found.push(name);
    }
    expect({ accessLevel, found }).toEqual({ accessLevel, found: readersOf });
  }
});

it.each(['PRIVATE', 'ACCOUNT_USERS', 'ALL_USERS'])(
  '[e7] shows a ticket without an organization to its author and staff alone, as %s',
  async (accessLevel) => {
    const { agent, stranger } = await gateway.cast();
    const author = await gateway.signIn({ role: 'customer' });
    const other = await gateway.signIn({ role: 'customer' });
    const { id, organization } = await openTicket(author, { title: 'A ticket', accessLevel });
    expect(organization).toBeNull();
    for (const actor of [author, agent]) expect((await read(actor, id)).title).toBe('A ticket');
    for (const actor of [other, stranger]) {
      expect(await actor.run(`query ($id: ID!) { ticket(id: $id) { id } }`, { id })).toEqual({ ticket: null });
    }
  },
);
