import { uuidOf } from '../../src/global-id.js';
import { prepareObjects } from '../people/rights-rows.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { matrix } from './rights-matrix.js';
import { castAll, type Prepared, prepare, roles, type Scene } from './scene.js';
import { allRows, type Input, openTicket, read } from './support.js';

let gateway: TestGateway;
let scene: Scene;
beforeAll(async () => {
  gateway = await TestGateway.start();
  scene = await castAll(gateway);
});
afterAll(() => gateway.stop());

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
    const expected = Object.fromEntries(roles.map((role, column) => [role, outcomes[column] ?? 'UNAUTHENTICATED']));
    const found: Record<string, string> = {};
    let prepared: Prepared | undefined;
    let objects: Record<string, string> = {};
    let before: unknown;
    for (const role of roles) {
      if (!prepared) {
        prepared = await prepare(scene, what.includes('closed'), document.includes('$ownId'));
        objects = await prepareObjects(gateway, uuidOf('User', scene.authorId) ?? '');
        before = await allRows(gateway);
      }
      // Who reads a report is written down.
      const changes = operation.startsWith('Mutation') || operation === 'Query.ticketReport';
      const mayChange = changes && expected[role] === 'ok';
      // Of all who came before and were refused.
      if (mayChange) expect(await allRows(gateway)).toEqual(before);
      const { own, ids } = prepared;
      const variables = { ...ids, ...objects, ownId: own[role] ?? ids.commentId };
      const run = operation.startsWith('Subscription') ? outcomeOfSubscription : outcomeOf;
      found[role] = await run(scene[role], document, variables);
      if (mayChange) prepared = undefined;
    }
    if (prepared) expect(await allRows(gateway)).toEqual(before);
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
  const { anonymous } = scene;
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
