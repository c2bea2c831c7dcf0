import { globalId } from '../../src/global-id.js';
import { TestGateway } from '../support/gateway.js';
import { done, idOf, lastChanges, lastEvents, mine, openTicket, read, refused, say, story } from './support.js';
import type { Comment } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const note = { visibility: 'INTERNAL' };
const unread = async (...args: Parameters<typeof mine>) => (await mine(...args)).conversation.viewerUnreadCount;
const lastRead = async (...args: Parameters<typeof mine>) => (await mine(...args)).conversation.viewerLastRead?.id;

it('[e30] tells when the customer side has read all that support wrote, without raising the version', async () => {
  const { customer, agent } = await gateway.cast();
  const me = await idOf(customer);
  const { id: ticketId, isClientRead } = await openTicket(customer, { title: 'A ticket', body: 'Help' });
  expect(isClientRead).toBe(true);
  const [first, second] = [await say(agent, ticketId, 'One'), await say(agent, ticketId, 'Two')];
  const before = await read(customer, ticketId);
  const readOf = ({ comments }: typeof before) => comments.nodes.map((comment: Comment) => comment.isClientRead);
  expect(before.isClientRead).toBe(false);
  expect(readOf(before)).toEqual([true, false, false]);

  const partly = (await done(customer, 'markTicketRead', { ticketId, commentId: first.id })).ticket;
  expect(partly.isClientRead).toBe(false);
  expect(readOf(partly)).toEqual([true, true, false]);
  expect(story(partly)).toEqual(story(before));

  const { ticket, comment } = await done(customer, 'markTicketRead', { ticketId, commentId: second.id });
  expect(comment).toBeNull();
  expect(ticket.isClientRead).toBe(true);
  expect(readOf(ticket)).toEqual([true, true, true]);
  expect({ version: ticket.version, updatedAt: ticket.updatedAt }).toEqual({
    ...{ version: before.version, updatedAt: before.updatedAt },
  });
  expect(story(ticket)).toEqual([...story(before), 'TicketUpdated']);
  expect(lastEvents(ticket, 1)[0]?.actor).toEqual({ id: me });
  expect(lastChanges(ticket)).toEqual([{ field: 'isClientRead', before: 'false', after: 'true' }]);
  expect(await read(agent, ticketId)).toMatchObject({ isClientRead: true });

  await say(agent, ticketId, 'Three');
  const third = await read(customer, ticketId);
  expect(third).toMatchObject({ isClientRead: false, version: before.version + 1 });
  expect(lastChanges(third)).toEqual([{ field: 'isClientRead', before: 'true', after: 'false' }]);
});

it('[e30] marks up to the newest comment when none is named, and goes back for nobody', async () => {
  const { customer, teammate, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer, { title: 'A ticket', body: 'Help' });
  const spoken = await Promise.all(['One', 'Two', 'Three'].map((body) => say(agent, ticketId, body)));
  const { nodes } = (await read(customer, ticketId)).comments;
  expect(spoken).toHaveLength(3);
  expect([await unread(customer, ticketId), await lastRead(customer, ticketId)]).toEqual([3, undefined]);
  await done(customer, 'markTicketRead', { ticketId, commentId: nodes[2]?.id });
  expect([await unread(customer, ticketId), await lastRead(customer, ticketId)]).toEqual([1, nodes[2]?.id]);
  await done(customer, 'markTicketRead', { ticketId, commentId: nodes[1]?.id });
  expect([await unread(customer, ticketId), await lastRead(customer, ticketId)]).toEqual([1, nodes[2]?.id]);
  const marked = await done(customer, 'markTicketRead', { ticketId, commentId: null });
  expect([await unread(customer, ticketId), await lastRead(customer, ticketId)]).toEqual([0, nodes[3]?.id]);
  for (const commentId of [nodes[0]?.id, nodes[3]?.id, undefined]) {
    expect((await done(customer, 'markTicketRead', { ticketId, commentId })).ticket).toEqual(marked.ticket);
  }
  expect([await unread(teammate, ticketId), await lastRead(teammate, ticketId)]).toEqual([4, undefined]);
  expect((await done(teammate, 'markTicketRead', { ticketId })).ticket).toEqual(marked.ticket);
  expect(await unread(teammate, ticketId)).toBe(0);
});

it('[a7] counts as unread what others wrote, what is still there, and notes for staff alone', async () => {
  const { customer, teammate, agent, admin } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer, { title: 'A ticket', body: 'Help' });
  await say(customer, ticketId, 'Please');
  const spoken = await say(agent, ticketId, 'Try again');
  const noted = await say(admin, ticketId, 'They never paid', note);
  await say(teammate, ticketId, 'Me too');
  const counts = async () => Promise.all([customer, teammate, agent, admin].map((actor) => unread(actor, ticketId)));
  expect(await counts()).toEqual([2, 3, 4, 4]);
  await done(agent, 'deleteComment', { commentId: spoken.id });
  expect(await counts()).toEqual([1, 2, 4, 3]);
  await done(admin, 'deleteComment', { commentId: noted.id });
  expect(await counts()).toEqual([1, 2, 3, 3]);
  for (const actor of [customer, agent]) await done(actor, 'markTicketRead', { ticketId });
  expect(await counts()).toEqual([0, 2, 0, 3]);
  await say(admin, ticketId, 'They have paid', note);
  expect(await counts()).toEqual([0, 2, 1, 3]);
});

it('[e30] changes nothing for customers when staff read', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer, { title: 'A ticket', body: 'Help' });
  await say(agent, ticketId, 'Try again');
  const noted = await say(agent, ticketId, 'They never paid', note);
  const before = [await read(customer, ticketId), await mine(customer, ticketId)];
  await done(agent, 'markTicketRead', { ticketId });
  expect([await read(customer, ticketId), await mine(customer, ticketId)]).toEqual(before);
  expect(await lastRead(agent, ticketId)).toBe(noted.id);
  expect((await read(agent, ticketId)).isClientRead).toBe(false);
});

it('[e30] reads in a closed ticket as well, and without being a member', async () => {
  const { customer, teammate, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  await done(agent, 'closeTicket', { ticketId, message: 'Solved' });
  const { ticket } = await done(teammate, 'markTicketRead', { ticketId });
  expect(ticket).toMatchObject({ isOpen: false, isClientRead: true });
  expect(ticket.conversation.members).toHaveLength(2);
});

it('[e30] has nothing to mark in a ticket without comments, or with none that the reader may see', async () => {
  const { customer, agent } = await gateway.cast();
  const opened = await openTicket(customer);
  const ticketId = opened.id;
  await say(agent, ticketId, 'They never paid', note);
  expect((await done(customer, 'markTicketRead', { ticketId })).ticket).toEqual(opened);
  expect(await mine(customer, ticketId)).toMatchObject({
    conversation: { viewerUnreadCount: 0, viewerLastRead: null },
  });
});

it('[x10, e31] answers NOT_FOUND for a comment of another ticket, a hidden one and none', async () => {
  const { customer, stranger, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const other = await openTicket(customer, { title: 'Another', body: 'Help' });
  const noted = await say(agent, ticketId, 'They never paid', note);
  const foreign = other.comments.nodes[0]?.id;
  const absent = globalId('Comment', '00000000-0000-4000-8000-000000000000');
  for (const commentId of [foreign, noted.id, absent, ticketId, 'nonsense', '']) {
    expect(await refused(gateway, customer, 'markTicketRead', { ticketId, commentId })).toEqual({
      __typename: 'RequestError',
      code: 'NOT_FOUND',
      message: 'There is no such comment, or you may not see it.',
      path: ['input', 'commentId'],
    });
  }
  expect(await refused(gateway, stranger, 'markTicketRead', { ticketId, commentId: foreign })).toMatchObject({
    code: 'NOT_FOUND',
    path: ['input', 'ticketId'],
  });
});

it('[e30] takes a ticket for read again when what was not read is removed', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const first = await say(agent, ticketId, 'One');
  await done(customer, 'markTicketRead', { ticketId });
  const second = await say(agent, ticketId, 'Two');
  const { ticket } = await done(agent, 'deleteComment', { commentId: second.id });
  expect(ticket.isClientRead).toBe(true);
  expect(lastEvents(ticket, 2).map(({ __typename }) => __typename)).toEqual(['CommentRemoved', 'TicketUpdated']);
  expect(lastChanges(ticket)).toEqual([{ field: 'isClientRead', before: 'false', after: 'true' }]);
  await done(agent, 'deleteComment', { commentId: first.id });
  const last = await read(customer, ticketId);
  expect(last.isClientRead).toBe(true);
  expect(lastEvents(last, 1)[0]?.__typename).toBe('CommentRemoved');
  expect(await lastRead(customer, ticketId)).toBe(first.id);
});
