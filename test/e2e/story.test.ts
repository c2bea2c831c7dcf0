import { TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

it('lets a customer open a ticket, an agent answer, and both see each other live', async () => {
  const { customer, agent } = await gateway.cast();
  const { createTicket } = await customer.run(
    `mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id number humanId title version conversation { headCursor } } comment { body } userErrors { code } replayed } }`,
    { input: { title: 'título para o ticket', body: 'Всё сломалось' } },
  );
  const { id, conversation } = createTicket.ticket;
  const live = customer.subscribe(
    `subscription ($id: ID!, $after: Cursor) { conversationEvents(ticketId: $id, after: $after) { __typename cursor actor { name } ... on CommentAdded { comment { body author { name } } } ... on MemberJoined { user { name } } } }`,
    { id, after: conversation.headCursor },
  );
  expect((await live.data()).conversationEvents.__typename).toBe('Checkpoint');
  await agent.run(`mutation ($input: AddCommentInput!) { addComment(input: $input) { comment { id } } }`, {
    input: { ticketId: id, body: 'Hello' },
  });
  expect((await live.data()).conversationEvents).toMatchObject({ __typename: 'MemberJoined', user: { name: 'Agent' } });
  expect((await live.data()).conversationEvents).toMatchObject({
    __typename: 'CommentAdded',
    comment: { body: 'Hello', author: { name: 'Agent' } },
  });
});
