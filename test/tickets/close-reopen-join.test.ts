import { TestGateway } from '../support/gateway.js';
import {
  done,
  idOf,
  type Input,
  inputOf,
  membersOf,
  type Mutation,
  mutate,
  openTicket,
  read,
  refused,
  say,
  story,
  type Ticket,
} from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const eventsOf = ({ conversation }: Ticket) => conversation.events.nodes;

it('[b7, e17] closes a ticket with a last word in one step', async () => {
  const { customer, agent } = await gateway.cast();
  const { id, version } = await openTicket(customer);
  const { ticket, comment } = await done(agent, 'closeTicket', { ticketId: id, message: 'Corrigir ...' });
  expect(ticket).toMatchObject({
    isOpen: false,
    isResolved: false,
    status: { key: 'closed' },
    closedAt: ticket.updatedAt,
    version: version + 1,
    vote: null,
    lastComment: { id: comment?.id },
  });
  expect(comment).toMatchObject({ body: 'Corrigir ...', visibility: 'PUBLIC', sentAt: ticket.closedAt });
  expect(story(ticket)).toEqual(['TicketOpened', 'MemberJoined', 'CommentAdded', 'TicketClosed', 'TicketUpdated']);
  expect(eventsOf(ticket).at(-2)).toMatchObject({
    actor: { id: await idOf(agent) },
    ticket: { id },
    at: ticket.closedAt,
  });
  expect(await read(customer, id)).toMatchObject({ closedAt: ticket.closedAt, comments: { totalCount: 1 } });
});

it('[b4, e38] closes without a word, which lets nobody in, and keeps closedAt null exactly while it is open', async () => {
  const { customer, teammate } = await gateway.cast();
  const { id: ticketId, closedAt } = await openTicket(customer);
  expect(closedAt).toBeNull();
  const closed = await done(teammate, 'closeTicket', { ticketId });
  expect(closed.comment).toBeNull();
  expect(closed.ticket).toMatchObject({ isOpen: false, closedAt: expect.any(String) });
  expect(membersOf(closed.ticket)).toEqual([await idOf(customer)]);
  expect(story(closed.ticket)).toEqual(['TicketOpened', 'TicketClosed']);
  const reopened = await done(customer, 'reopenTicket', { ticketId, body: 'Not yet' });
  expect(reopened.ticket).toMatchObject({ isOpen: true, closedAt: null });
  const again = await done(customer, 'closeTicket', { ticketId });
  expect(Date.parse(again.ticket.closedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(closed.ticket.closedAt ?? ''));
});

it.each([
  [1, 0],
  [2, 0.25],
  [5, 1],
])('[e36, e22] keeps a score of %d of five, %d on 0..1', async (score, normalized) => {
  const { customer, agent } = await gateway.cast();
  const me = await idOf(customer);
  const { id } = await openTicket(customer);
  const { ticket } = await done(customer, 'closeTicket', {
    ticketId: id,
    score,
    comment: ' Obrigado ',
    message: 'Bye',
  });
  expect(ticket.vote).toEqual({
    id: expect.stringMatching(/^vot_/),
    score,
    scale: 'FIVE_POINT',
    normalized,
    comment: 'Obrigado',
    createdAt: ticket.closedAt,
    voter: { id: me },
    subject: { id },
  });
  expect(ticket.version).toBe(2);
  expect(story(ticket)).toEqual(['TicketOpened', 'CommentAdded', 'TicketClosed', 'Rated']);
  expect(eventsOf(ticket).at(-1)).toMatchObject({ actor: { id: me }, vote: ticket.vote });
  expect((await read(agent, id)).vote).toEqual(ticket.vote);
});

it('[e36, e22] takes a score without a comment, and keeps it when the ticket is reopened and closed without one', async () => {
  const { customer } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const { vote } = (await done(customer, 'closeTicket', { ticketId, score: 4 })).ticket;
  expect(vote).toMatchObject({ score: 4, normalized: 0.75, comment: null });
  await done(customer, 'reopenTicket', { ticketId, body: 'Again' });
  expect((await done(customer, 'closeTicket', { ticketId })).ticket.vote).toEqual(vote);
  await done(customer, 'reopenTicket', { ticketId, body: 'And again' });
  const { ticket } = await done(customer, 'closeTicket', { ticketId, score: 1 });
  expect(ticket.vote).toMatchObject({ score: 1 });
  const rated = eventsOf(ticket).filter((event) => event.__typename === 'Rated');
  expect(rated.map((event) => event.vote?.id)).toEqual([vote?.id, ticket.vote?.id]);
});

it('[e36] refuses scores off the scale, a comment without a score, and empty texts', async () => {
  const { customer } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const refusals: [Input, argument: string, constraint: string][] = [
    [{ score: 0 }, 'score', 'range'],
    [{ score: 6 }, 'score', 'range'],
    [{ score: -1 }, 'score', 'range'],
    [{ comment: 'Thanks' }, 'comment', 'requires_score'],
    [{ comment: 'Thanks', score: null }, 'comment', 'requires_score'],
    [{ comment: ' ', score: 5 }, 'comment', 'length'],
    [{ message: '' }, 'message', 'length'],
  ];
  for (const [input, argument, constraint] of refusals) {
    expect(await refused(gateway, customer, 'closeTicket', { ticketId, ...input })).toMatchObject({
      __typename: 'ValidationError',
      path: ['input', argument],
      constraint,
    });
  }
  expect((await done(customer, 'closeTicket', { ticketId, score: null, comment: null })).ticket.vote).toBeNull();
});

it('[e36] takes no score from staff, not even where they opened the ticket', async () => {
  const { customer, agent, admin } = await gateway.cast();
  const theirs = await openTicket(customer);
  const own = await openTicket(agent, { title: 'By telephone', reporterId: await idOf(customer) });
  for (const actor of [agent, admin]) {
    for (const { id: ticketId } of [theirs, own]) {
      expect(await refused(gateway, actor, 'closeTicket', { ticketId, score: 5 })).toMatchObject({
        __typename: 'RequestError',
        code: 'FORBIDDEN',
        path: ['input', 'score'],
      });
    }
  }
  expect(await mutate(agent, 'closeTicket', { ticketId: own.id })).toMatchObject({ userErrors: [] });
});

it('[x17] lets authors, teammates with access and staff close and reopen, and nobody who was only mentioned', async () => {
  const { customer, teammate, stranger, agent, admin } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  await say(agent, ticketId, 'Have a look', { mentionIds: [await idOf(stranger)] });
  for (const actor of [customer, teammate, agent, admin]) {
    expect(await refused(gateway, stranger, 'closeTicket', { ticketId })).toMatchObject({
      code: 'FORBIDDEN',
      path: ['input', 'ticketId'],
    });
    expect((await done(actor, 'closeTicket', { ticketId })).ticket.isOpen).toBe(false);
    expect(await refused(gateway, stranger, 'reopenTicket', { ticketId, body: 'Please' })).toMatchObject({
      code: 'FORBIDDEN',
      path: ['input', 'ticketId'],
    });
    expect((await done(actor, 'reopenTicket', { ticketId, body: 'Please' })).ticket.isOpen).toBe(true);
  }
});

it('[b11, e18] reopens a ticket with a word in one step', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  await done(customer, 'closeTicket', { ticketId });
  const { ticket, comment } = await done(agent, 'reopenTicket', { ticketId, body: 'string' });
  expect(ticket).toMatchObject({
    isOpen: true,
    status: { key: 'in_progress' },
    closedAt: null,
    version: 3,
    updatedAt: comment?.sentAt,
    lastComment: { id: comment?.id },
  });
  expect(comment).toMatchObject({ body: 'string', visibility: 'PUBLIC', author: { id: await idOf(agent) } });
  expect(story(ticket)).toEqual([
    'TicketOpened',
    'TicketClosed',
    'MemberJoined',
    'TicketReopened',
    'CommentAdded',
    'TicketUpdated',
  ]);
  expect(await say(customer, ticketId, 'Thank you')).toMatchObject({ body: 'Thank you' });
});

it('[e18] does not reopen without a word', async () => {
  const { customer } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  await done(customer, 'closeTicket', { ticketId });
  expect(await refused(gateway, customer, 'reopenTicket', { ticketId, body: ' ' })).toMatchObject({
    code: 'VALIDATION_FAILED',
    path: ['input', 'body'],
  });
  const document = `mutation ($id: ID!) { reopenTicket(input: { ticketId: $id }) { ticket { id } userErrors { code } } }`;
  expect((await customer.send(document, { id: ticketId })).errors).toHaveLength(1);
  expect(await read(customer, ticketId)).toMatchObject({ isOpen: false, version: 2 });
});

it('[x15] tells whoever closes a closed ticket or reopens an open one how it stands', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  for (const actor of [customer, agent]) {
    expect(await refused(gateway, actor, 'reopenTicket', { ticketId, body: 'Again' })).toEqual({
      __typename: 'TicketStateError',
      code: 'TICKET_NOT_CLOSED',
      message: 'The ticket is not closed.',
      path: ['input', 'ticketId'],
      ticket: { id: ticketId, isOpen: true },
    });
  }
  await done(customer, 'closeTicket', { ticketId });
  for (const input of [{}, { message: 'Bye' }, { expectedVersion: 1 }, { expectedVersion: 2 }]) {
    expect(await refused(gateway, agent, 'closeTicket', { ticketId, ...input })).toMatchObject({
      __typename: 'TicketStateError',
      code: 'TICKET_CLOSED',
      path: ['input', 'ticketId'],
      ticket: { id: ticketId, isOpen: false },
    });
  }
});

it('refuses to change a ticket that is another than the caller has seen', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  await say(agent, ticketId, 'A word');
  const conflict = (currentVersion: number) => ({
    __typename: 'VersionConflictError',
    code: 'VERSION_CONFLICT',
    path: ['input', 'expectedVersion'],
    currentVersion,
    current: { id: ticketId, version: currentVersion },
  });
  const close = { ticketId, score: 5, message: 'Bye' };
  for (const expectedVersion of [1, 3, 0, -1]) {
    const input = { ...close, expectedVersion };
    expect(await refused(gateway, customer, 'closeTicket', input)).toMatchObject(conflict(2));
  }
  await say(agent, ticketId, 'A note', { visibility: 'INTERNAL' });
  expect((await done(customer, 'closeTicket', { ...close, expectedVersion: 2 })).ticket.version).toBe(3);
  const reopen = { ticketId, body: 'Again' };
  expect(await refused(gateway, customer, 'reopenTicket', { ...reopen, expectedVersion: 2 })).toMatchObject(
    conflict(3),
  );
  expect((await done(customer, 'reopenTicket', { ...reopen, expectedVersion: 3 })).ticket.version).toBe(4);
  expect((await done(customer, 'closeTicket', { ticketId, expectedVersion: null })).ticket.version).toBe(5);
});

it('[a6] lets staff join, once, and tells those who read along', async () => {
  const { customer, agent, admin } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const [me, first, second] = [await idOf(customer), await idOf(agent), await idOf(admin)];
  const { ticket, comment, replayed } = await done(agent, 'joinTicket', { ticketId });
  expect({ comment, replayed, version: ticket.version }).toEqual({ comment: null, replayed: false, version: 2 });
  expect(membersOf(ticket)).toEqual([me, first]);
  expect(eventsOf(ticket).at(-1)).toMatchObject({
    __typename: 'MemberJoined',
    actor: { id: first },
    user: { id: first },
  });
  expect((await done(agent, 'joinTicket', { ticketId })).ticket).toEqual(ticket);
  await say(agent, ticketId, 'Here I am');
  await done(admin, 'joinTicket', { ticketId });
  const seen = await read(customer, ticketId);
  expect(membersOf(seen)).toEqual([me, first, second]);
  expect(story(seen)).toEqual(['TicketOpened', 'MemberJoined', 'CommentAdded', 'TicketUpdated', 'MemberJoined']);
  expect(seen.version).toBe(4);
});

it('[a6] lets staff join a closed ticket as well, and leaves it closed', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const { closedAt } = (await done(customer, 'closeTicket', { ticketId })).ticket;
  const { ticket } = await done(agent, 'joinTicket', { ticketId });
  expect(ticket).toMatchObject({ isOpen: false, closedAt, version: 3 });
  expect(story(ticket)).toEqual(['TicketOpened', 'TicketClosed', 'MemberJoined']);
});

it('[a6, x10] lets no customer join, and tells strangers nothing', async () => {
  const { customer, teammate, stranger } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  for (const actor of [customer, teammate]) {
    expect(await refused(gateway, actor, 'joinTicket', { ticketId })).toMatchObject({
      code: 'FORBIDDEN',
      path: ['input', 'ticketId'],
    });
  }
  const absent = ticketId.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
  for (const mutation of ['joinTicket', 'closeTicket', 'reopenTicket'] satisfies Mutation[]) {
    const input = (id: string) => ({ ticketId: id, ...(mutation === 'reopenTicket' && { body: 'Again' }) });
    const hidden = await refused(gateway, stranger, mutation, input(ticketId));
    expect(hidden).toMatchObject({ code: 'NOT_FOUND', path: ['input', 'ticketId'] });
    for (const id of [absent, ticketId.slice(4), 'nonsense', '']) {
      expect(await refused(gateway, stranger, mutation, input(id))).toEqual(hidden);
    }
    const document = `mutation ($input: ${inputOf(mutation)}!) { ${mutation}(input: $input) { replayed } }`;
    const [loud] = (await stranger.send(document, { input: input(ticketId) })).errors ?? [];
    expect(loud).toMatchObject({ message: hidden.message, extensions: { code: 'NOT_FOUND' } });
  }
});
