import { followTicket } from '../support/documents.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { openTicket } from '../tickets/support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

/** Answers nothing that would have to be read. */
const say = (actor: Actor, ticketId: string, body: string, input: object = {}): Promise<unknown> =>
  actor.run(`mutation ($input: AddCommentInput!) { addComment(input: $input) { replayed } }`, {
    input: { ticketId, body, ...input },
  });

/** The statements by which events were executed: each loads its comment. */
const executions = (statements: string[]): number => statements.filter((sql) => sql.includes('from comments r')).length;

/** A ticket with support in it and nobody who has not read what is said, so that each comment is one event. */
async function quietTicket() {
  const cast = await gateway.cast();
  const { id } = await openTicket(cast.customer);
  await say(cast.agent, id, 'Welcome', { visibility: 'INTERNAL' });
  return { ...cast, id };
}

it('executes an event once for all of staff and once for all customers, whoever they are', async () => {
  const { customer, teammate, agent, admin, id } = await quietTicket();
  const crowd = [customer, teammate, agent, admin];
  const statementsFor = async (sockets: number): Promise<string[]> => {
    const listeners = Array.from({ length: sockets }, (_, n) =>
      (crowd[n % crowd.length] as Actor).subscribe(followTicket, { ticketId: id }),
    );
    for (const listener of listeners) await listener.data();
    gateway.statements.take();
    await say(agent, id, 'Note', { visibility: 'INTERNAL' });
    for (const listener of listeners.filter((_, n) => n % 4 > 1)) {
      expect((await listener.data()).conversationEvents.comment.body).toBe('Note');
    }
    const ofNote = gateway.statements.take();
    expect(executions(ofNote)).toBe(1);
    await say(admin, id, `Word`);
    for (const listener of listeners) {
      let event;
      do event = (await listener.data()).conversationEvents;
      while (event.__typename !== 'CommentAdded');
      expect(event.comment.body).toBe('Word');
    }
    const ofWord = gateway.statements.take();
    expect(executions(ofWord)).toBe(2);
    for (const listener of listeners) listener.stop();
    return [...ofNote, ...ofWord].filter((sql) => !sql.includes('union all'));
  };
  const many = await statementsFor(80);
  // Looks that coincide are one; there are no more of them than of groups and events.
  expect((await statementsFor(4)).length + 8).toBeGreaterThanOrEqual(many.length);
});

it('shares nothing of what is each viewer’s own', async () => {
  const { customer, teammate, agent, admin, id } = await quietTicket();
  const document = `subscription ($ticketId: ID!) {
    conversationEvents(ticketId: $ticketId) { __typename ... on CommentAdded { comment {
      viewerCanUpdate author { email } ticket { viewerCanClose viewerCanRate }
    } } }
  }`;
  const listeners = [customer, teammate, agent, admin].map((actor) => actor.subscribe(document, { ticketId: id }));
  for (const listener of listeners) await listener.data();
  gateway.statements.take();
  await say(customer, id, 'Mine');
  const [mine, theirs, ofAgent, ofAdmin] = await Promise.all(
    listeners.map(async (listener) => (await listener.data()).conversationEvents.comment),
  );
  const author = { email: expect.stringContaining('@') };
  expect(mine).toEqual({ viewerCanUpdate: true, author, ticket: { viewerCanClose: true, viewerCanRate: true } });
  expect(theirs).toMatchObject({ viewerCanUpdate: false, author });
  expect(ofAgent).toMatchObject({ viewerCanUpdate: false, ticket: { viewerCanRate: false } });
  expect(ofAdmin).toEqual(ofAgent);
  expect(executions(gateway.statements.take())).toBe(4);
});

it('counts in whoever resumes from elsewhere, so that a crowd that comes back shares again', async () => {
  const { customer, teammate, agent, id } = await quietTicket();
  const { headCursor } = (
    await customer.run(`query ($id: ID!) { ticket(id: $id) { conversation { headCursor } } }`, { id })
  ).ticket.conversation;
  for (const body of ['One', 'Two']) await say(customer, id, body);
  const first = customer.subscribe(followTicket, { ticketId: id, after: headCursor });
  const { cursor } = (await first.data()).conversationEvents;
  const listeners = [first, teammate.subscribe(followTicket, { ticketId: id, after: cursor })];
  for (const listener of listeners) {
    expect((await listener.data()).conversationEvents.comment.body).toBe('Two');
    expect((await listener.data()).conversationEvents.__typename).toBe('Checkpoint');
  }
  gateway.statements.take();
  await say(agent, id, 'Three');
  for (const listener of listeners) {
    let event;
    do event = (await listener.data()).conversationEvents;
    while (event.__typename !== 'CommentAdded');
    expect(event.comment.body).toBe('Three');
  }
  expect(executions(gateway.statements.take())).toBe(1);
});

it('takes equal variables for equal and others for others, whatever was left out', async () => {
  const { customer, id } = await quietTicket();
  const document = `subscription ($ticketId: ID!, $withBody: Boolean = true) {
    conversationEvents(ticketId: $ticketId) { ... on CommentAdded { comment { id body @include(if: $withBody) } } }
  }`;
  const variables = [{}, { withBody: true }, { withBody: false }];
  const listeners = variables.map((more) => customer.subscribe(document, { ticketId: id, ...more }));
  for (const listener of listeners) await listener.data();
  await say(customer, id, 'Hello');
  const comments = await Promise.all(
    listeners.map(async (listener) => (await listener.data()).conversationEvents.comment),
  );
  expect(comments.map(({ body }) => body)).toEqual(['Hello', 'Hello', undefined]);
});
