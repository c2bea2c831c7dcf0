import {
  AddCommentDocument,
  CreateTicketDocument,
  DeleteCommentDocument,
  EventsDocument,
  MarkTicketReadDocument,
  RateCommentDocument,
  RateTicketDocument,
  UpdateCommentDocument,
  UpdateTicketDocument,
} from '../support/_generated.js';
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

it('lets support work on a ticket, and the customer follow, read and rate it', async () => {
  const { customer, agent } = await gateway.cast();
  const { createTicket } = await customer.run(CreateTicketDocument, { input: { title: 'No orders', body: 'Help' } });
  const ticketId = createTicket?.ticket?.id ?? '';
  const work = { ticketId, priorityKey: 'high', typeKey: 'incident', expectedVersion: createTicket?.ticket?.version };
  const { updateTicket } = await agent.run(UpdateTicketDocument, { input: work });
  expect(updateTicket).toMatchObject({ ticket: { priority: { key: 'high' }, type: { key: 'incident' }, version: 2 } });

  const { addComment } = await agent.run(AddCommentDocument, { input: { ticketId, body: 'Try agian' } });
  const commentId = addComment?.comment?.id ?? '';
  expect(addComment).toMatchObject({ comment: { isClientRead: false }, ticket: { status: { key: 'waiting' } } });
  const { updateComment } = await agent.run(UpdateCommentDocument, { input: { commentId, body: 'Try again' } });
  expect(updateComment).toMatchObject({ comment: { body: 'Try again', version: 2 }, userErrors: [] });

  const { markTicketRead } = await customer.run(MarkTicketReadDocument, { input: { ticketId } });
  expect(markTicketRead?.ticket).toMatchObject({
    ...{ isClientRead: true, conversation: { viewerUnreadCount: 0, viewerLastRead: { id: commentId } } },
  });
  const { rateComment } = await customer.run(RateCommentDocument, { input: { commentId, score: 1 } });
  expect(rateComment).toMatchObject({ vote: { normalized: 1 }, subject: { __typename: 'Comment', id: commentId } });
  const { rateTicket } = await customer.run(RateTicketDocument, { input: { ticketId, score: 10 } });
  expect(rateTicket).toMatchObject({ vote: { normalized: 1 }, subject: { __typename: 'Ticket', viewerCanRate: true } });
  const { deleteComment } = await agent.run(DeleteCommentDocument, { input: { commentId } });
  expect(deleteComment).toMatchObject({ deletedCommentId: commentId, userErrors: [], replayed: false });

  const { ticket } = await customer.run(EventsDocument, { ticketId });
  expect(ticket?.conversation.events.edges.map(({ node }) => node.__typename)).toEqual([
    ...['TicketOpened', 'CommentAdded', 'TicketUpdated', 'MemberJoined', 'CommentAdded', 'TicketUpdated'],
    ...['CommentEdited', 'TicketUpdated', 'Rated', 'Rated', 'CommentRemoved'],
  ]);
});
