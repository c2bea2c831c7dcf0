import {
  getNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isAbstractType,
  isCompositeType,
  isObjectType,
} from 'graphql';
import { createSchema } from '../../src/graphql/schema.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { done, idOf, openTicket, say } from '../tickets/support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const schema = createSchema({} as never, () => undefined);
const objectTypes = Object.values(schema.getTypeMap()).filter(isObjectType);

const sharedFieldsOf = (type: GraphQLObjectType) =>
  Object.values(type.getFields()).filter(({ extensions }) => extensions['shared'] === true);

/** All shared fields under a type, objects in objects down to a depth. */
function selectionOf(output: GraphQLOutputType, depth: number): string {
  const type = getNamedType(output);
  if (!isCompositeType(type)) return '';
  const concrete = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
  const parts = concrete.map((object) => {
    // Types that stand at the same place may have fields that do not go together.
    const alias = (name: string): string => (concrete.length > 1 ? `${object.name}_${name}: ` : '');
    const fields = sharedFieldsOf(object).flatMap((field) => {
      if (!isCompositeType(getNamedType(field.type))) return [`${alias(field.name)}${field.name}`];
      if (depth === 0) return [];
      const page = field.args.some(({ name }) => name === 'last') ? '(last: 2)' : '';
      return [`${alias(field.name)}${field.name}${page} ${selectionOf(field.type, depth - 1)}`];
    });
    return `... on ${object.name} { ${fields.join(' ')} }`;
  });
  return `{ __typename ${parts.join(' ')} }`;
}

/** Fields of one event type at a time, and one that is each viewer's own, so that nobody gets what was read for another. */
const documentFor = (name: string, depth: number): string => `
  subscription ($ticketId: ID!, $after: Cursor) {
    conversationEvents(ticketId: $ticketId, after: $after) {
      __typename cursor
      ... on TicketSplit { from { id } }
      ${selectionOf(schema.getType(name) as GraphQLObjectType, depth).replaceAll(/^{|}$/g, '')}
    }
  }`;

it('are none of those that tell of the viewer, of what is private, or of other tickets', () => {
  const shared = objectTypes.flatMap((type) => sharedFieldsOf(type).map(({ name }) => `${type.name}.${name}`));
  const doubtful =
    /viewer|email|phone|url|split|attributes|systemEvents|contactConfirmation|^User\.(humanId|organization|projects|groups)/i;
  // When a comment was copied is the same for all, where to is not; the other is an event.
  expect(shared.filter((field) => doubtful.test(field)).sort()).toEqual([
    'Comment.splitAt',
    'TicketSplit.actor',
    'TicketSplit.at',
    'TicketSplit.cursor',
  ]);
  expect(shared).toEqual(expect.arrayContaining(['Comment.body', 'User.name', 'Vote.score', 'Ticket.comments']));
});

/** A ticket to which all has happened that can, and everybody who may see it, for whatever reason. */
async function eventful() {
  const { customer, teammate, stranger, agent, admin } = await gateway.cast();
  const opened = await openTicket(customer, { accessLevel: 'ACCOUNT_USERS', description: 'All of it' });
  const ticketId = opened.id;
  await say(customer, ticketId, 'One');
  const { id: commentId } = await say(agent, ticketId, 'Two', { mentionIds: [await idOf(stranger)] });
  await say(admin, ticketId, 'Among us', { visibility: 'INTERNAL' });
  await done(agent, 'updateComment', { commentId, body: 'Two, changed' });
  await done(customer, 'rateComment', { commentId, score: 1 });
  const { id: removed } = await say(customer, ticketId, 'A slip');
  await done(customer, 'deleteComment', { commentId: removed });
  await done(agent, 'updateTicket', { ticketId, title: 'Changed', assigneeId: await idOf(admin) });
  await done(agent, 'closeTicket', { ticketId });
  await done(customer, 'rateTicket', { ticketId, score: 5 });
  await done(customer, 'reopenTicket', { ticketId, body: 'Again' });
  await agent.run('mutation ($input: SplitTicketInput!) { splitTicket(input: $input) { replayed } }', {
    input: { ticketId, commentIds: [commentId], title: 'Another' },
  });
  return { ticketId, customers: [customer, teammate, stranger], staff: [agent, admin] };
}

it('answer everybody of a class the same to the byte, whoever asks', async () => {
  const { ticketId, customers, staff } = await eventful();
  const log = `query ($id: ID!) { ticket(id: $id) { conversation { events(first: 1) { nodes { cursor } } } } }`;
  const heard = async (actor: Actor, document: string): Promise<string[]> => {
    const [first] = (await actor.run(log, { id: ticketId })).ticket.conversation.events.nodes;
    const live = actor.subscribe(document, { ticketId, after: first.cursor });
    const texts: string[] = [];
    for (;;) {
      const { conversationEvents } = await live.data();
      if (conversationEvents.__typename === 'Checkpoint') break;
      texts.push(JSON.stringify({ ...conversationEvents, from: undefined }));
    }
    live.stop();
    return texts;
  };
  const events = schema.getPossibleTypes(schema.getType('ConversationEvent') as never).map(({ name }) => name);
  const seen = new Set<string>();
  for (const name of events.filter((event) => event !== 'Checkpoint' && event !== 'TicketDeleted')) {
    for (const actors of [customers, staff]) {
      const [one, ...others] = await Promise.all(actors.map((actor) => heard(actor, documentFor(name, 2))));
      for (const other of others) expect(other).toEqual(one);
      for (const text of one ?? []) seen.add(JSON.parse(text).__typename);
    }
  }
  expect([...seen].sort()).toEqual(events.filter((event) => !['Checkpoint', 'TicketDeleted', 'TicketOpened'].includes(event)).sort()); // prettier-ignore
});
