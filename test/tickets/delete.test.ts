import { uuidOf } from '../../src/global-id.js';
import { followTicket } from '../support/documents.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { allRows, done, look, openTicket, read, say } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

interface Payload {
  deletedTicketId: string | null;
  replayed: boolean;
  userErrors: { code: string; path: string[] | null; currentVersion?: number }[];
}

async function remove(actor: Actor, input: Record<string, unknown>): Promise<Payload> {
  const document = `
    mutation ($input: DeleteTicketInput!) {
      deleteTicket(input: $input) {
        deletedTicketId replayed userErrors { code path ... on VersionConflictError { currentVersion } }
      }
    }`;
  return (await actor.run<{ deleteTicket: Payload }>(document, { input })).deleteTicket;
}

const gone = /* GraphQL */ `
  subscription ($ticketId: ID!, $after: Cursor) {
    conversationEvents(ticketId: $ticketId, after: $after) {
      __typename
      cursor
      ... on TicketDeleted {
        ticketId
      }
      ... on CommentAdded {
        comment {
          body
        }
      }
    }
  }
`;

interface Event {
  conversationEvents: { __typename: string; cursor: string; ticketId?: string };
}

it.each(['open', 'closed'])('[d26] takes a ticket that is %s away from everybody', async (state) => {
  const { customer, teammate, agent, admin } = await gateway.cast();
  const { id, number, humanId } = await openTicket(customer, { title: 'A ticket', body: 'Help' });
  const { id: commentId } = await say(agent, id, 'A word');
  if (state === 'closed') await done(customer, 'closeTicket', { ticketId: id });
  expect(await remove(agent, { ticketId: id })).toEqual({ deletedTicketId: id, replayed: false, userErrors: [] });
  const document = `query ($id: ID!, $number: Int, $humanId: String, $comment: ID!) {
    byId: ticket(id: $id) { id } byNumber: ticket(number: $number) { id } byHumanId: ticket(humanId: $humanId) { id }
    node(id: $id) { id } comment(id: $comment) { id } }`;
  for (const actor of [customer, teammate, agent, admin]) {
    const found = await actor.run(document, { id, number, humanId, comment: commentId });
    expect(found).toEqual({ byId: null, byNumber: null, byHumanId: null, node: null, comment: null });
  }
  const add = `mutation ($id: ID!) { addComment(input: { ticketId: $id, body: "Hello?" }) { userErrors { code path } } }`;
  expect(await agent.run(add, { id })).toEqual({
    addComment: { userErrors: [{ code: 'NOT_FOUND', path: ['input', 'ticketId'] }] },
  });
});

it('[d26] is for staff alone, with the version that they saw, and once', async () => {
  const { customer, stranger, agent } = await gateway.cast();
  const { id, version } = await openTicket(customer);
  const cases: [Actor, object, object][] = [
    [customer, {}, { code: 'FORBIDDEN', path: ['input', 'ticketId'] }],
    [stranger, {}, { code: 'NOT_FOUND', path: ['input', 'ticketId'] }],
    [agent, { expectedVersion: version + 1 }, { code: 'VERSION_CONFLICT', currentVersion: version }],
  ];
  for (const [actor, input, error] of cases) {
    const before = await allRows(gateway);
    expect(await remove(actor, { ticketId: id, ...input })).toMatchObject({
      deletedTicketId: null,
      userErrors: [error],
    });
    expect(await allRows(gateway)).toEqual(before);
  }
  const input = { ticketId: id, expectedVersion: version, idempotencyKey: 'once' };
  expect(await remove(agent, input)).toMatchObject({ deletedTicketId: id, replayed: false });
  expect(await remove(agent, input)).toMatchObject({ deletedTicketId: id, replayed: true });
  expect(await remove(agent, { ticketId: id })).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
});

it('tells those who follow it that it is gone, and their streams are complete', async () => {
  const { customer, teammate, agent } = await gateway.cast();
  const { id } = await openTicket(customer);
  const all = [customer, agent].map((actor) => actor.subscribe<Event>(gone, { ticketId: id }));
  const comments = teammate.subscribe(`subscription ($id: ID!) { commentAdded(ticketId: $id) { cursor } }`, { id });
  for (const live of all) expect((await live.data()).conversationEvents.__typename).toBe('Checkpoint');
  // Whoever is answered by the same socket afterwards was subscribed before.
  const other = await openTicket(customer);
  const second = teammate.subscribe<Event>(followTicket, { ticketId: other.id });
  expect((await second.data()).conversationEvents.__typename).toBe('Checkpoint');
  await remove(agent, { ticketId: id });
  for (const live of all) {
    expect((await live.data()).conversationEvents).toMatchObject({ __typename: 'TicketDeleted', ticketId: id });
    expect(await live.ended()).toBeUndefined();
  }
  expect(await comments.ended()).toBeUndefined();
  expect(comments.pending).toBe(0);
});

it('tells whoever resumes behind its end that it is gone, without a word of what was said', async () => {
  const { customer, stranger, agent } = await gateway.cast();
  const { id, conversation } = await openTicket(customer);
  await say(agent, id, 'Nobody hears this any more');
  await remove(agent, { ticketId: id });
  const live = customer.subscribe<Event>(gone, { ticketId: id, after: conversation.headCursor });
  const { cursor, ...event } = (await live.data()).conversationEvents;
  expect(event).toEqual({ __typename: 'TicketDeleted', ticketId: id });
  expect(await live.ended()).toBeUndefined();
  for (const [actor, after] of [
    [customer, cursor],
    [customer, null],
    [stranger, null],
  ] as const) {
    const late = actor.subscribe(gone, { ticketId: id, after });
    expect(JSON.stringify(await late.next().catch(() => late.ended()))).toContain('NOT_FOUND');
  }
});

it('goes on where it was when it is brought back in the database', async () => {
  const { customer, agent } = await gateway.cast();
  const { id, conversation } = await openTicket(customer);
  await remove(agent, { ticketId: id });
  expect(await look(customer, id)).toBeNull();
  await gateway.app.services.db.query('update tickets set deleted_at = null where id = $1', [uuidOf('Ticket', id)]);
  await say(customer, id, 'Here we are again');
  expect((await read(customer, id)).comments.totalCount).toBe(1);
  const live = customer.subscribe<Event>(gone, { ticketId: id, after: conversation.headCursor });
  expect((await live.data()).conversationEvents.__typename).toBe('TicketDeleted');
  expect((await live.data()).conversationEvents.__typename).toBe('CommentAdded');
});

it('lets no comment through behind the end of a ticket that is deleted at the same time', async () => {
  const { customer, agent } = await gateway.cast();
  for (let round = 0; round < 10; round++) {
    const { id } = await openTicket(customer);
    const add = `mutation ($id: ID!, $body: String!) { addComment(input: { ticketId: $id, body: $body }) { userErrors { code } } }`;
    const adding = Array.from({ length: 5 }, (_, n) => customer.run(add, { id, body: `Word ${n}` }));
    await Promise.all([...adding, remove(agent, { ticketId: id })]);
    const log = await gateway.app.services.db.query<{ type: string }>(
      'select type from conversation_log where ticket_id = $1 order by staff_seq',
      [uuidOf('Ticket', id)],
    );
    expect(log.at(-1)?.type).toBe('TicketDeleted');
  }
});
