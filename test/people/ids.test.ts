import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  type GraphQLNamedType,
  type GraphQLSchema,
  type IntrospectionQuery,
  isCompositeType,
  isInterfaceType,
  isRequiredArgument,
  type OperationTypeNode,
} from 'graphql';
import { globalId as idFor, type NodeType, uuidOf } from '../../src/global-id.js';
import { type Actor, TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let schema: GraphQLSchema;
beforeAll(async () => {
  gateway = await TestGateway.start();
  const agent = await gateway.signIn({ role: 'agent', email: 'reader@example.com' });
  schema = buildClientSchema(await agent.run<IntrospectionQuery>(getIntrospectionQuery()));
});
afterAll(() => gateway.stop());

/**
 * Selects everything below a type, so many objects deep: a fragment for each type and depth. What has no id of its own, such
 * as pages and payloads, does not count.
 */
class Selection {
  private readonly fragments = new Map<string, string>();

  of(type: GraphQLNamedType, depth: number): string {
    const name = `${type.name}${depth}`;
    if (!this.fragments.has(name)) {
      this.fragments.set(name, '');
      this.fragments.set(name, `fragment ${name} on ${type.name} { __typename ${this.fieldsOf(type, depth)} }`);
    }
    return `...${name}`;
  }

  text(): string {
    return [...this.fragments.values()].join('\n');
  }

  private fieldsOf(type: GraphQLNamedType, depth: number): string {
    if (!('getFields' in type)) return '';
    const fields = Object.values(type.getFields()).flatMap((field) => {
      if ('args' in field && field.args.some(isRequiredArgument)) return [];
      const named = getNamedType(field.type);
      if (!isCompositeType(named)) return [field.name];
      const left = hasId(named) ? depth - 1 : depth;
      return left >= 0 ? [`${field.name} { ${this.of(named, left)} }`] : [];
    });
    return [...fields, ...this.variantsOf(type)].join(' ');
  }

  /** What the types behind an interface add to it, objects by their ids; behind Node, that would be the whole schema. */
  private variantsOf(type: GraphQLNamedType): string[] {
    if (!isInterfaceType(type) || type.name === 'Node') return [];
    const known = type.getFields();
    return schema.getPossibleTypes(type).map((variant) => {
      const fields = Object.values(variant.getFields()).filter(({ name }) => !(name in known));
      const objects = fields.filter((field) => hasId(getNamedType(field.type)));
      const texts = fields.filter((field) => !isCompositeType(getNamedType(field.type)));
      const selections = [...texts.map(({ name }) => name), ...objects.map(({ name }) => `${name} { __typename id }`)];
      return selections.length > 0 ? `... on ${variant.name} { ${selections.join(' ')} }` : '';
    });
  }
}

const hasId = (type: GraphQLNamedType): boolean => 'getFields' in type && 'id' in type.getFields();

/** An operation that asks for all there is, with a variable for each argument. */
function everythingFrom(kind: `${OperationTypeNode}`, name: string, variant?: string): string {
  const field = schema.getRootType(kind as OperationTypeNode)?.getFields()[name];
  if (!field) throw new Error(`there is no ${kind} ${name}`);
  const selection = new Selection();
  const type = variant ? schema.getType(variant) : getNamedType(field.type);
  const spread = type && selection.of(type, kind === 'query' ? 1 : 2);
  const declared = field.args.map((argument) => `$${argument.name}: ${String(argument.type)}`).join();
  const passed = field.args.map((argument) => `${argument.name}: $${argument.name}`).join();
  const [variables, args] = passed ? [`(${declared})`, `(${passed})`] : ['', ''];
  return `${kind} ${variables} { ${name}${args} { ${spread} } } ${selection.text()}`;
}

const globalId = /^[a-z]{3}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const rawId = /(?<!\b[a-z]{3}_)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** The objects of an answer by their ids; every id has to be a global one, and no other text but links may hold a raw one. */
function idsIn(answer: unknown, found = new Map<string, string>()): Map<string, string> {
  if (Array.isArray(answer)) for (const item of answer) idsIn(item, found);
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return found;
  const { __typename: type, id } = answer as { __typename?: string; id?: string };
  if ('id' in answer) {
    expect(id).toMatch(globalId);
    found.set(id as string, type as string);
  }
  for (const [name, value] of Object.entries(answer)) {
    if (name !== 'id' && !/url$/i.test(name) && typeof value === 'string') expect(value).not.toMatch(rawId);
    idsIn(value, found);
  }
  return found;
}

/** Asks for every id once more; answers the types that were found. */
async function expectNodes(actor: Actor, ids: Map<string, string>): Promise<Set<string>> {
  expect(ids.size).toBeGreaterThan(0);
  const entries = [...ids];
  for (let start = 0; start < entries.length; start += 90) {
    const part = entries.slice(start, start + 90);
    const fields = part.map(([id], index) => `n${index}: node(id: "${id}") { __typename id }`);
    const nodes = Object.values(await actor.run<Record<string, unknown>>(`{ ${fields.join(' ')} }`));
    expect(nodes).toEqual(part.map(([id, __typename]) => ({ __typename, id })));
  }
  return new Set(ids.values());
}

interface Created {
  createTicket: { ticket: { id: string } };
}

/** What can be done to people and look-up tables; what is deleted is not there, since every id has to be found again. */
function management(who: string, some: (type: NodeType) => string | undefined): [mutation: string, input: object][] {
  const absent = (type: NodeType): string => idFor(type, '00000000-0000-4000-8000-000000000000');
  const [groupId, organizationId] = [some('Group'), some('Organization')];
  const names = { names: [{ locale: 'en', value: 'New' }], rank: 9 };
  return [
    ['createUser', { email: `new.of.${who}@example.com`, name: 'New' }],
    ['updateUser', { userId: some('User'), phoneNumber: null }],
    ['deleteUser', { userId: absent('User') }],
    ['createGroup', { name: `Group of ${who}` }],
    ['updateGroup', { groupId, name: `Former queue of ${who}` }],
    ['deleteGroup', { groupId: absent('Group') }],
    ['addGroupMember', { groupId, userId: absent('User') }],
    ['removeGroupMember', { groupId, userId: some('User') }],
    ['createOrganization', { name: 'New' }],
    ['updateOrganization', { organizationId, legalName: 'New Ltd' }],
    ['upsertProject', { organizationId, key: 'web', name: 'Web' }],
    ['deleteProject', { projectId: absent('Project') }],
    ['upsertState', { type: 'STAGE', key: `of-${who}`, ...names }],
    ['deleteState', { stateId: absent('State') }],
    ['upsertTopic', { key: `of-${who}`, ...names }],
    ['deleteTopic', { topicId: absent('Topic') }],
  ];
}

/** What can be done to a ticket and its first comment; nothing of it is deleted, since every id has to be found again. */
function work(ticketId: string, commentId: string): [mutation: string, input: object][] {
  const absent = (type: NodeType): string => idFor(type, '00000000-0000-4000-8000-000000000000');
  return [
    ['updateTicket', { ticketId, title: 'Another title', assigneeId: null }],
    ['markTicketRead', { ticketId }],
    ['rateTicket', { ticketId, score: 7 }],
    ['rateComment', { commentId, score: 1 }],
    ['updateComment', { commentId, body: 'Other words' }],
    ['deleteComment', { commentId: absent('Comment') }],
    ['setTicketAttribute', { ticketId, type: 'Device', key: 'name', value: 'A printer' }],
    ['removeTicketAttribute', { attributeId: absent('TicketAttribute') }],
    ['splitTicket', { ticketId, commentIds: [commentId], title: 'Split off' }],
    ['deleteTicket', { ticketId: absent('Ticket') }],
  ];
}

it.each(['customer', 'agent', 'admin'] as const)(
  'answers the %s with global ids alone, in every field of every operation, and finds them again',
  async (who) => {
    const team = { organization: 'ORG-1-1', projects: ['web'] };
    const customer = await gateway.signIn({ role: 'customer', ...team, email: `customer.of.${who}@example.com` });
    const agent = await gateway.signIn({ role: 'agent', email: `agent.of.${who}@example.com` });
    const admin = await gateway.signIn({ role: 'admin', email: `admin.of.${who}@example.com` });
    const actor = { customer, agent, admin }[who];
    const ids = new Map<string, string>();
    const called: string[] = [];
    const { tickets: start } = await actor.run<{ tickets: { feedCursor: string } }>('{ tickets { feedCursor } }');
    const ask = async <T>(kind: `${OperationTypeNode}`, name: string, variables = {}, variant?: string): Promise<T> => {
      called.push(name);
      const answer = await actor.run<T>(everythingFrom(kind, name, variant), variables);
      idsIn(answer, ids);
      return answer;
    };

    const input = { title: 'A ticket', body: 'Help', topicKey: 'servers' };
    await ask('mutation', 'createTicket', { input });
    const contact = { preferredContactMethod: 'email' };
    const ours = { ...input, contact, accessLevel: 'PROJECT_USERS', projectKey: 'web' };
    const { createTicket } = await customer.run<Created>(everythingFrom('mutation', 'createTicket'), { input: ours });
    const ticketId = createTicket.ticket.id;
    await assign(ticketId, agent);
    await agent.run(`mutation ($id: ID!) { addComment(input: { ticketId: $id, body: "A word" }) { replayed } }`, {
      id: ticketId,
    });
    if (who !== 'customer') await ask('mutation', 'joinTicket', { input: { ticketId } });
    await customer.run(`mutation ($id: ID!) { closeTicket(input: { ticketId: $id, score: 5 }) { replayed } }`, {
      id: ticketId,
    });
    await ask('mutation', 'addComment', { input: { ticketId, body: 'Too late' } });
    await ask('mutation', 'reopenTicket', { input: { ticketId, body: 'Again' } });
    await ask('mutation', 'confirmTicketContacts', { input: { ticketId } });
    await ask('mutation', 'closeTicket', { input: { ticketId, expectedVersion: 1 } });
    await ask('mutation', 'addComment', { input: { ticketId, body: 'A word', idempotencyKey: 'k' } });
    await ask('mutation', 'joinTicket', { input: { ticketId } });
    for (const [name, input] of work(ticketId, await firstComment(customer, ticketId))) {
      await ask('mutation', name, { input });
    }
    await ask('mutation', 'createUpload', { input: { name: 'a.txt', size: 1, contentType: 'text/plain' } });
    await ask('query', 'viewer');
    await ask('query', 'ticket', { id: ticketId });
    // With all there is below each ticket, lists of them pass the limit for answers.
    for (const [name, rows] of [
      ['tickets', 'nodes'],
      ['ticketsPage', 'items'],
    ] as const) {
      called.push(name);
      idsIn(await actor.run(`{ ${name} { ${rows} { __typename id reporter { __typename id } } } }`), ids);
    }
    await ask('query', 'topics');
    await ask('query', 'topic', { key: 'servers' });
    await ask('query', 'states');
    await ask('query', 'rateLimit');
    const oneOfEach = new Map([...ids].map(([id, type]) => [type, id]));
    for (const [type, id] of oneOfEach) await ask('query', 'node', { id }, type);
    await ask('query', 'comment', { id: oneOfEach.get('Comment') });
    await ask('query', 'user', { id: oneOfEach.get('User') });
    const needed: Record<string, object> = {
      group: { id: oneOfEach.get('Group') },
      ticketReport: { period: 'MONTHLY' },
    };
    for (const name of ['agents', 'users', 'organizations', 'groups', 'group', 'ticketReport']) {
      if (who !== 'customer') await ask('query', name, needed[name] ?? {});
      else called.push(name);
    }
    for (const [name, input] of management(who, (type) => oneOfEach.get(type))) await ask('mutation', name, { input });
    if (who === 'admin') await ask('query', 'auditLog', { first: 5 });
    else called.push('auditLog');
    for (const name of ['commentAdded', 'conversationEvents']) {
      called.push(name);
      const after = await firstCursor(actor, ticketId);
      const listener = actor.subscribe(everythingFrom('subscription', name), { ticketId, after });
      for (let events = name === 'commentAdded' ? 2 : 5; events > 0; events--) idsIn(await listener.data(), ids);
      listener.stop();
    }
    called.push('ticketFeed');
    if (who !== 'customer') {
      const feed = actor.subscribe(everythingFrom('subscription', 'ticketFeed'), { after: start.feedCursor });
      for (let events = 2; events > 0; events--) idsIn(await feed.data(), ids);
      feed.stop();
    }

    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    expect(new Set(called)).toEqual(new Set(roots.flatMap((root) => Object.keys(root?.getFields() ?? {}))));
    const node = schema.getType('Node');
    const types = isInterfaceType(node) ? schema.getPossibleTypes(node).map(({ name }) => name) : [];
    // What the system did is for staff alone, and what staff did for admins.
    const hidden = { customer: ['SystemEvent', 'AuditEntry'], agent: ['AuditEntry'], admin: [] as string[] }[who];
    const expected = types.filter((name) => !hidden.includes(name));
    expect([...(await expectNodes(actor, ids))].sort()).toEqual([...expected].sort());
  },
);

/** Puts a ticket into a queue and into somebody's hands, which no operation does yet. */
async function assign(ticketId: string, agent: Actor): Promise<void> {
  const { viewer } = await agent.run<{ viewer: { id: string } }>('{ viewer { id } }');
  const assigned = await gateway.app.services.db.query(
    `with queue as (insert into groups (name) select 'Queue ' || count(*) from groups returning id),
       member as (insert into group_members select queue.id, $2::uuid from queue)
     update tickets set assignee_id = $2::uuid, group_id = queue.id,
       type_id = (select id from states where key = 'incident'), stage_id = (select id from states where key = 'fix'),
       outcome_id = (select id from states where key = 'solved')
     from queue where tickets.id = $1::uuid returning tickets.id`,
    [uuidOf('Ticket', ticketId), uuidOf('User', viewer.id)],
  );
  expect(assigned).toHaveLength(1);
}

async function firstComment(actor: Actor, id: string): Promise<string> {
  const document = `query ($id: ID!) { ticket(id: $id) { comments(first: 1) { nodes { id } } } }`;
  const { ticket } = await actor.run<{ ticket: { comments: { nodes: [{ id: string }] } } }>(document, { id });
  return ticket.comments.nodes[0].id;
}

async function firstCursor(actor: Actor, id: string): Promise<string | undefined> {
  interface Events {
    ticket: { conversation: { events: { nodes: { cursor: string }[] } } };
  }
  const document = `query ($id: ID!) { ticket(id: $id) { conversation { events(first: 1) { nodes { cursor } } } } }`;
  return (await actor.run<Events>(document, { id })).ticket.conversation.events.nodes[0]?.cursor;
}
