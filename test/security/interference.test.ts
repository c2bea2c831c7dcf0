import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema, type IntrospectionQuery } from 'graphql';
import { upload } from '../files/support.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { idOf } from '../tickets/support.js';
import { ask, looks } from './seen.js';

let gateway: TestGateway;
let schema: GraphQLSchema;
let people: Record<'viewer' | 'mate' | 'stranger' | 'agent' | 'admin', Actor>;
/** Objects of the viewer, and of others. */
let ids: Record<string, string>;

/** Calls a mutation that has to succeed; answers the id of what came of it. */
async function act(who: Actor, mutation: string, input: object, made = ''): Promise<string> {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { done: ${mutation}(input: $input) { userErrors { message } ${made && `${made} { id }`} } }`;
  const { done } = await who.run(document, { input });
  expect({ mutation, errors: done.userErrors }).toEqual({ mutation, errors: [] });
  return made ? (done[made] as { id: string }).id : '';
}

beforeAll(async () => {
  gateway = await TestGateway.start();
  const ours = { role: 'customer' as const, organization: 'ORG-1', projects: ['web'] };
  people = {
    viewer: await gateway.signIn({ ...ours, email: 'viewer@example.com', name: 'Viewer' }),
    mate: await gateway.signIn({ ...ours, email: 'mate@example.com', name: 'Mate' }),
    stranger: await gateway.signIn({
      role: 'customer',
      organization: 'ORG-2',
      projects: ['web'],
      email: 'stranger@example.com',
      name: 'Stranger',
    }),
    agent: await gateway.signIn({ role: 'agent', email: 'agent@example.com', name: 'Agent' }),
    admin: await gateway.signIn({ role: 'admin', email: 'admin@example.com', name: 'Admin' }),
  };
  const { viewer, mate, stranger, agent, admin } = people;
  schema = buildClientSchema(await agent.run<IntrospectionQuery>(getIntrospectionQuery()));
  const own = await act(viewer, 'createTicket', { title: 'A printer', body: 'It burns' }, 'ticket');
  const answer = await act(agent, 'addComment', { ticketId: own, body: 'Which printer?' }, 'comment');
  const hidden = await act(stranger, 'createTicket', { title: 'Of a stranger', body: 'Hidden' }, 'ticket');
  const elsewhere = await act(stranger, 'createTicket', { title: 'With a mention', body: 'Look' }, 'ticket');
  const word = await act(
    agent,
    'addComment',
    { ticketId: elsewhere, body: 'Look', mentionIds: [await idOf(viewer)] },
    'comment',
  );
  const matesOwn = await act(mate, 'createTicket', { title: 'Of a mate', accessLevel: 'PRIVATE' }, 'ticket');
  ids = {
    own,
    answer,
    hidden,
    elsewhere,
    word,
    matesOwn,
    agentId: await idOf(agent),
    strangerId: await idOf(stranger),
    mateId: await idOf(mate),
    adminId: await idOf(admin),
  };
});
afterAll(() => gateway.stop());

/** What others do that is not the viewer's business. */
const writes: [what: string, write: () => Promise<unknown>][] = [
  [
    'support writes a note',
    async () =>
      (ids['note'] = await act(
        people.agent,
        'addComment',
        {
          ticketId: ids['own'],
          body: 'A secret about the printer',
          visibility: 'INTERNAL',
          mentionIds: [ids['adminId']],
          fileIds: [await upload(people.agent)],
        },
        'comment',
      )),
  ],
  [
    'support edits a note',
    () => act(people.agent, 'updateComment', { commentId: ids['note'], body: 'Another secret' }),
  ],
  ['support reads the thread', () => act(people.agent, 'markTicketRead', { ticketId: ids['own'] })],
  ['support removes a note', () => act(people.admin, 'deleteComment', { commentId: ids['note'] })],
  ['support asks contacts to confirm', () => act(people.agent, 'confirmTicketContacts', { ticketId: ids['own'] })],
  [
    'support describes a ticket in which the viewer was only mentioned',
    () =>
      act(people.agent, 'setTicketAttribute', {
        ticketId: ids['elsewhere'],
        type: 'Device',
        key: 'secret',
        value: 'A printer',
      }),
  ],
  [
    'a mate writes where the viewer may not read',
    () => act(people.mate, 'addComment', { ticketId: ids['matesOwn'], body: 'A secret printer' }),
  ],
  [
    'a stranger opens a ticket',
    () => act(people.stranger, 'createTicket', { title: 'Another secret printer', body: 'stranger' }),
  ],
  ['a stranger talks', () => act(people.stranger, 'addComment', { ticketId: ids['hidden'], body: 'The printer' })],
  [
    'support works on a hidden ticket',
    () =>
      act(people.agent, 'updateTicket', {
        ticketId: ids['hidden'],
        title: 'A secret printer',
        priorityKey: 'high',
        assigneeId: ids['agentId'],
        buyerId: null,
      }),
  ],
  [
    'a hidden ticket is closed and rated',
    () => act(people.stranger, 'closeTicket', { ticketId: ids['hidden'], score: 1, message: 'printer' }),
  ],
  [
    'a hidden ticket is reopened',
    () => act(people.stranger, 'reopenTicket', { ticketId: ids['hidden'], body: 'printer' }),
  ],
  [
    'a hidden ticket is split',
    async () =>
      act(people.agent, 'splitTicket', {
        ticketId: ids['hidden'],
        title: 'A printer',
        commentIds: [await act(people.agent, 'addComment', { ticketId: ids['hidden'], body: 'x' }, 'comment')],
      }),
  ],
  ['a hidden ticket is deleted', () => act(people.agent, 'deleteTicket', { ticketId: ids['hidden'] })],
  [
    'a queue is made and manned',
    async () =>
      act(people.admin, 'addGroupMember', {
        groupId: await act(people.admin, 'createGroup', { name: 'Secret' }, 'group'),
        userId: ids['agentId'],
      }),
  ],
  [
    'a mate gets another phone',
    () => act(people.admin, 'updateUser', { userId: ids['mateId'], phoneNumber: '+442079460000', humanId: 'USR-5' }),
  ],
  [
    'a member of staff gets another address',
    () => act(people.admin, 'updateUser', { userId: ids['adminId'], email: 'boss@example.com' }),
  ],
  [
    'a stranger moves to another company',
    async () =>
      act(people.admin, 'updateUser', {
        userId: ids['strangerId'],
        organizationId: await act(people.admin, 'createOrganization', { name: 'Printers' }, 'organization'),
      }),
  ],
  ['somebody is entered', () => act(people.admin, 'createUser', { email: 'new@example.com', name: 'Printer' })],
  ['somebody announces a file', () => upload(people.stranger)],
];

it('changes nothing of what somebody reads, byte for byte, when others write what they may not read', async () => {
  const own = { Ticket: ids['own']!, Comment: ids['answer']!, User: ids['agentId']! };
  const elsewhere = { Ticket: ids['elsewhere']!, Comment: ids['word']!, User: ids['mateId']! };
  const hidden = { Ticket: ids['hidden']!, User: ids['strangerId']! };
  const documents = [own, elsewhere, hidden].flatMap((objects, n) =>
    looks(schema, objects).slice(0, n === 0 ? undefined : Object.keys(objects).length),
  );
  const look = async (): Promise<string[]> => {
    const texts: string[] = [];
    for (const document of documents) texts.push((await ask(people.viewer, document)).text);
    return texts;
  };
  const following = `subscription ($id: ID!) { event: conversationEvents(ticketId: $id) { __typename cursor } }`;
  const listeners = [ids['own']!, ids['elsewhere']!].map((id) => ({
    id,
    listener: people.viewer.subscribe(following, { id }),
  }));
  // The first word is that replay has caught up.
  for (const { listener } of listeners) await listener.data();
  const before = await look();
  expect(before.filter((text) => text.includes('QUERY_TOO_COMPLEX') || text.includes('VALIDATION'))).toEqual([]);
  for (const [what, write] of writes) {
    await write();
    const after = await look();
    const other = after.flatMap((text, n) =>
      text === before[n] ? [] : [{ document: documents[n], before: before[n], text }],
    );
    expect({ what, other }).toEqual({ what, other: [] });
  }
  expect(before.join()).toContain('Which printer?');
  for (const { id, listener } of listeners) {
    await act(people.viewer, 'addComment', { ticketId: id, body: 'Hello?' });
    const heard: string[] = [];
    while (!heard.includes('CommentAdded')) heard.push((await listener.data()).event.__typename as string);
    expect(heard.filter((name) => name !== 'Checkpoint')).toEqual(['CommentAdded']);
    listener.stop();
  }
}, 120_000);
