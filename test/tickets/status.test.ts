import { TestGateway } from '../support/gateway.js';
import { done, idOf, lastEvents, openTicket, read, say, story, type Ticket } from './support.js';

let gateway: TestGateway;
let still: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
  still = await TestGateway.start({ AUTO_STATUS: 'off' });
});
afterAll(async () => {
  await gateway.stop();
  await still.stop();
});

const statusChange = (ticket: Ticket) =>
  lastEvents(ticket, 1)[0]?.changes?.filter(({ field }) => field === 'status') ?? [];

const replies = [
  ['created', 'waiting', 'created'],
  ['in_progress', 'waiting', 'in_progress'],
  ['waiting', 'waiting', 'in_progress'],
  ['resolved', 'resolved', 'in_progress'],
] as const;

it.each(replies)('[x9, c13] moves %s to %s when support replies, and to %s when the customer does', async (...row) => {
  const [before, bySupport, byCustomer] = row;
  const { customer, teammate, agent, admin } = await gateway.cast();
  for (const [actor, after] of [
    [agent, bySupport],
    [admin, bySupport],
    [customer, byCustomer],
    [teammate, byCustomer],
  ] as const) {
    const { id: ticketId } = await openTicket(customer);
    if (before !== 'created') await done(agent, 'updateTicket', { ticketId, statusKey: before });
    const { version } = await read(agent, ticketId);
    const { ticket } = await done(actor, 'addComment', { ticketId, body: 'A word' });
    expect(ticket).toMatchObject({ status: { key: after }, isOpen: true, version: version + 1 });
    expect(statusChange(ticket)).toEqual(before === after ? [] : [{ field: 'status', before, after }]);
    const told = before !== after || actor === agent || actor === admin;
    expect(story(ticket).slice(-2)).toEqual(
      told ? ['CommentAdded', 'TicketUpdated'] : [story(ticket).at(-2), 'CommentAdded'],
    );
    if (before !== after) expect(lastEvents(ticket, 1)[0]?.actor).toEqual({ id: await idOf(actor) });
  }
});

it.each(replies)('[x9] leaves %s as it is when staff write notes', async (statusKey) => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  if (statusKey !== 'created') await done(agent, 'updateTicket', { ticketId, statusKey });
  const before = await read(customer, ticketId);
  await say(agent, ticketId, 'Among us', { visibility: 'INTERNAL' });
  expect(await read(customer, ticketId)).toEqual(before);
  expect((await read(agent, ticketId)).status.key).toBe(statusKey);
});

it('[x9] leaves the status alone when words are changed, removed or rated, and when people join or read', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const { id: commentId } = await say(agent, ticketId, 'A word');
  await done(agent, 'updateTicket', { ticketId, statusKey: 'in_progress' });
  await done(agent, 'updateComment', { commentId, body: 'Another' });
  await done(customer, 'rateComment', { commentId, score: 1 });
  await done(customer, 'rateTicket', { ticketId, score: 1 });
  await done(customer, 'markTicketRead', { ticketId });
  await done(agent, 'joinTicket', { ticketId });
  await done(agent, 'deleteComment', { commentId });
  expect((await read(customer, ticketId)).status.key).toBe('in_progress');
});

it('[x9, x8] closes to closed and reopens to in_progress, whoever does and says what', async () => {
  const { customer, agent } = await gateway.cast();
  for (const [closer, opener] of [[customer, agent] as const, [agent, customer] as const]) {
    const { id: ticketId } = await openTicket(customer);
    expect((await done(closer, 'closeTicket', { ticketId, message: 'Bye' })).ticket.status.key).toBe('closed');
    expect((await done(opener, 'reopenTicket', { ticketId, body: 'Again' })).ticket.status.key).toBe('in_progress');
  }
});

it('[x9] moves no status where AUTO_STATUS is off', async () => {
  const { customer, agent } = await still.cast();
  const { id: ticketId } = await openTicket(customer);
  const answered = (await done(agent, 'addComment', { ticketId, body: 'An answer' })).ticket;
  expect(answered.status.key).toBe('created');
  expect(statusChange(answered)).toEqual([]);
  expect(lastEvents(answered, 1)).toMatchObject([{ changes: [{ field: 'isClientRead' }] }]);
  await done(agent, 'updateTicket', { ticketId, statusKey: 'resolved' });
  expect((await done(customer, 'addComment', { ticketId, body: 'Thanks' })).ticket.status.key).toBe('resolved');
});
