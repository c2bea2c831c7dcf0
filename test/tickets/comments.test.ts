import { globalId, uuidOf } from '../../src/global-id.js';
import { TestGateway } from '../support/gateway.js';
import { deactivate, done, idOf, look, membersOf, openTicket, read, refused, say, story } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const note = { visibility: 'INTERNAL' };

it('[c6, c9, e42] lets a customer reply, and shows who said what and when', async () => {
  const { customer, teammate } = await gateway.cast();
  const { id, createdAt } = await openTicket(customer, { title: 'Account Issue', body: 'My first comment' });
  const payload = await done(teammate, 'addComment', { ticketId: id, body: 'I want to add more details' });
  const { comment, ticket, replayed, cursor } = payload;
  expect(replayed).toBe(false);
  expect(comment).toEqual({
    id: expect.stringMatching(/^com_/),
    body: 'I want to add more details',
    visibility: 'PUBLIC',
    isClientAuthor: true,
    version: 1,
    sentAt: ticket.updatedAt,
    editedAt: null,
    deletedAt: null,
    author: { id: await idOf(teammate), name: 'Teammate' },
    ticket: { id },
    vote: null,
  });
  expect(Date.parse(comment?.sentAt ?? '')).toBeGreaterThanOrEqual(Date.parse(createdAt));
  expect(cursor).toBe(ticket.conversation.headCursor);
  expect(ticket.comments.nodes.map(({ body }) => body)).toEqual(['My first comment', 'I want to add more details']);
  expect(await read(customer, id)).toEqual(ticket);
});

it('[c8, d9, e37] lets agents and admins reply without joining first', async () => {
  const { customer, agent, admin } = await gateway.cast();
  const { id } = await openTicket(customer);
  for (const staff of [agent, admin]) {
    expect(await say(staff, id, 'We will look into it')).toMatchObject({ isClientAuthor: false });
  }
  expect((await read(customer, id)).comments.nodes.map(({ author }) => author.name)).toEqual(['Agent', 'Admin']);
});

it('[c10] raises version and updatedAt with each public comment, by one', async () => {
  const { customer, agent } = await gateway.cast();
  const { id, version, updatedAt } = await openTicket(customer);
  expect(version).toBe(1);
  const first = await done(agent, 'addComment', { ticketId: id, body: 'one', mentionIds: [await idOf(customer)] });
  expect(first.ticket.version).toBe(2);
  const second = await done(customer, 'addComment', { ticketId: id, body: 'two' });
  expect(second.ticket.version).toBe(3);
  const times = [updatedAt, first.ticket.updatedAt, second.ticket.updatedAt].map((time) => Date.parse(time));
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(second.ticket.updatedAt).toBe(second.comment?.sentAt);
});

it('[x14] lets whoever writes in public into the conversation, once and before the comment', async () => {
  const { customer, teammate, agent } = await gateway.cast();
  const { id } = await openTicket(customer);
  const [me, mate, staff] = [await idOf(customer), await idOf(teammate), await idOf(agent)];
  for (const actor of [agent, teammate, agent, customer, teammate]) await say(actor, id, 'A word');
  const ticket = await read(customer, id);
  expect(membersOf(ticket)).toEqual([me, staff, mate]);
  expect(story(ticket)).toEqual([
    'TicketOpened',
    ...['MemberJoined', 'CommentAdded', 'TicketUpdated'],
    ...['MemberJoined', 'CommentAdded', 'TicketUpdated'],
    ...['CommentAdded', 'TicketUpdated', 'CommentAdded', 'TicketUpdated', 'CommentAdded'],
  ]);
  const [, joined, added] = ticket.conversation.events.nodes;
  expect(joined).toMatchObject({ actor: { id: staff }, user: { id: staff }, at: added?.at });
  expect(ticket.conversation.members[1]?.joinedAt).toBe(joined?.at);
});

it('[x14] hides notes from customers, counts included, and lets nobody in by them', async () => {
  const { customer, agent, admin } = await gateway.cast();
  const { id } = await openTicket(customer, { title: 'A ticket', body: 'Help' });
  const before = await read(customer, id);
  const { comment, ticket, cursor } = await done(agent, 'addComment', {
    ticketId: id,
    body: 'They never paid',
    ...note,
    mentionIds: [await idOf(admin)],
  });
  expect(comment).toMatchObject({ visibility: 'INTERNAL', isClientAuthor: false });
  expect(await read(customer, id)).toEqual(before);
  expect(ticket).toMatchObject({ version: before.version, updatedAt: before.updatedAt });
  expect(membersOf(ticket)).toEqual(membersOf(before));
  expect(story(ticket)).toEqual([...story(before), 'CommentAdded']);
  expect(ticket.lastComment).toEqual({ id: comment?.id });
  expect(ticket.comments.totalCount).toBe(before.comments.totalCount + 1);
  expect(cursor).toBe(ticket.conversation.headCursor);
  expect(await look(admin, id)).toMatchObject({ lastComment: { id: comment?.id } });
});

it('forbids customers to write notes, also where they are authors', async () => {
  const { customer, teammate, stranger } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const input = { ticketId, body: 'A note', ...note };
  for (const actor of [customer, teammate]) {
    expect(await refused(gateway, actor, 'addComment', input)).toMatchObject({
      code: 'FORBIDDEN',
      path: ['input', 'visibility'],
    });
  }
  expect(await refused(gateway, stranger, 'addComment', input)).toMatchObject({ code: 'NOT_FOUND' });
});

it('[e24, e29, x3] takes no comment on a closed ticket, and still shows those that are there', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer, { title: 'A ticket', body: 'Help' });
  await done(agent, 'closeTicket', { ticketId, message: 'Done' });
  for (const [actor, more] of [[customer, {}] as const, [agent, {}] as const, [agent, note] as const]) {
    expect(await refused(gateway, actor, 'addComment', { ticketId, body: 'Wait', ...more })).toEqual({
      __typename: 'TicketStateError',
      code: 'TICKET_CLOSED',
      message: expect.stringContaining('closed'),
      path: ['input', 'ticketId'],
      ticket: { id: ticketId, isOpen: false },
    });
  }
  expect((await read(customer, ticketId)).comments.nodes.map(({ body }) => body)).toEqual(['Help', 'Done']);
});

it('[e24] takes comments on a resolved ticket', async () => {
  const { customer } = await gateway.cast();
  const { id } = await openTicket(customer);
  const resolve = `update tickets set status_id = (select id from states where type = 'STATE' and key = 'resolved') where id = $1`;
  await gateway.app.services.db.query(resolve, [uuidOf('Ticket', id)]);
  expect(await read(customer, id)).toMatchObject({ isOpen: true, isResolved: true, viewerCanComment: true });
  expect(await say(customer, id, 'Not yet')).toMatchObject({ body: 'Not yet' });
});

it('wants a body', async () => {
  const { customer } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  for (const input of [{ ticketId }, { ticketId, body: null }]) {
    expect(await refused(gateway, customer, 'addComment', input)).toMatchObject({
      __typename: 'ValidationError',
      constraint: 'required',
      path: ['input', 'body'],
    });
  }
});

it('[x10] answers the same for a ticket that is hidden, absent or no ticket at all', async () => {
  const { customer, stranger } = await gateway.cast();
  const { id } = await openTicket(customer);
  const absent = globalId('Ticket', '00000000-0000-4000-8000-000000000000');
  for (const ticketId of [id, absent, id.replace('tic', 'com'), id.toUpperCase(), 'INC-1', '', '\0']) {
    expect(await refused(gateway, stranger, 'addComment', { ticketId, body: 'Hello' })).toEqual({
      __typename: 'RequestError',
      code: 'NOT_FOUND',
      message: 'There is no such ticket, or you may not see it.',
      path: ['input', 'ticketId'],
    });
  }
});

it('[a14] lets staff mention anybody, who from then on reads the whole thread', async () => {
  const { customer, stranger, agent, admin } = await gateway.cast();
  const { id } = await openTicket(customer, { title: 'A ticket', body: 'Help', accessLevel: 'PRIVATE' });
  expect(await look(stranger, id)).toBeNull();
  const [guest, chief, staff] = [await idOf(stranger), await idOf(admin), await idOf(agent)];
  await say(agent, id, 'A note', note);
  await say(agent, id, 'You two, please', { mentionIds: [guest, chief, staff] });
  const ticket = await read(stranger, id);
  expect(ticket.comments.nodes.map(({ body }) => body)).toEqual(['Help', 'You two, please']);
  expect(story(ticket)).toEqual([
    'TicketOpened',
    'CommentAdded',
    ...Array<string>(3).fill('MemberJoined'),
    'CommentAdded',
    'TicketUpdated',
  ]);
  expect(membersOf(ticket)).toEqual([await idOf(customer), staff, guest, chief]);
  const joined = ticket.conversation.events.nodes.filter((event) => event.__typename === 'MemberJoined');
  expect(joined.map(({ actor, user }) => [actor?.id, user?.id])).toEqual([
    [staff, staff],
    [staff, guest],
    [staff, chief],
  ]);
  expect(await say(stranger, id, 'Here I am')).toMatchObject({ author: { id: guest } });
  expect(story(await read(stranger, id)).filter((name) => name === 'MemberJoined')).toHaveLength(3);
});

it('[a14] lets customers mention staff and those who could see the ticket anyway, and nobody else', async () => {
  const { customer, teammate, stranger, agent } = await gateway.cast();
  const [mate, foreigner, staff] = [await idOf(teammate), await idOf(stranger), await idOf(agent)];
  const shared = await openTicket(customer);
  const { ticket } = await done(customer, 'addComment', {
    ticketId: shared.id,
    body: 'Look',
    mentionIds: [mate, staff],
  });
  expect(membersOf(ticket)).toEqual([await idOf(customer), mate, staff]);

  const secret = await openTicket(customer, { title: 'Mine alone', accessLevel: 'PRIVATE' });
  for (const [ticketId, person] of [
    [shared.id, foreigner],
    [secret.id, mate],
  ] as const) {
    const mentionIds = [staff, person];
    expect(await refused(gateway, customer, 'addComment', { ticketId, body: 'Look', mentionIds })).toEqual({
      __typename: 'RequestError',
      code: 'NOT_FOUND',
      message: 'There is no such user, or you may not see it.',
      path: ['input', 'mentionIds', '1'],
    });
  }
});

it('[a14] lets a note mention staff alone', async () => {
  const { customer, agent, admin } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const mentionIds = [await idOf(admin), await idOf(customer)];
  expect(await refused(gateway, agent, 'addComment', { ticketId, body: 'A note', ...note, mentionIds })).toMatchObject({
    code: 'NOT_FOUND',
    path: ['input', 'mentionIds', '1'],
  });
});

it('[a14] refuses mentions of nobody', async () => {
  const { customer, agent, teammate } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const gone = await idOf(teammate);
  await deactivate(gateway, gone);
  const nobody = globalId('User', '00000000-0000-4000-8000-000000000000');
  const known = await idOf(customer);
  for (const id of [gone, nobody, ticketId, known.slice(4), `${known} `, known.toUpperCase(), 'Customer', '', '\0']) {
    for (const actor of [customer, agent]) {
      const input = { ticketId, body: 'Look', mentionIds: [known, id] };
      expect(await refused(gateway, actor, 'addComment', input)).toMatchObject({
        code: 'NOT_FOUND',
        path: ['input', 'mentionIds', '1'],
      });
    }
  }
  for (const mentionIds of [[], [known, known], Array<string>(51).fill(known)]) {
    expect(await refused(gateway, agent, 'addComment', { ticketId, body: 'Look', mentionIds })).toMatchObject({
      code: 'VALIDATION_FAILED',
      path: ['input', 'mentionIds'],
    });
  }
  expect(await say(agent, ticketId, 'Look', { mentionIds: null })).toMatchObject({ body: 'Look' });
});

it('[a14] lets in who was mentioned, once, when the same person is mentioned again', async () => {
  const { customer, agent, stranger } = await gateway.cast();
  const { id } = await openTicket(customer);
  const mentionIds = [await idOf(stranger)];
  for (const body of ['one', 'two']) await say(agent, id, body, { mentionIds });
  const ticket = await read(stranger, id);
  expect(story(ticket).filter((name) => name === 'MemberJoined')).toHaveLength(2);
  expect(membersOf(ticket)).toEqual([await idOf(customer), await idOf(agent), mentionIds[0]]);
});

it('[b12, d27, e25] keeps comments in the order in which they were sent', async () => {
  const { customer, agent } = await gateway.cast();
  const { id } = await openTicket(customer);
  const bodies = Array.from({ length: 8 }, (_, index) => `comment ${index}`);
  for (const [index, body] of bodies.entries()) {
    await say(index % 2 ? agent : customer, id, body, index % 4 === 3 ? note : {});
  }
  const { comments, isOpen } = await read(agent, id);
  expect(isOpen).toBe(true);
  expect(comments.nodes.map(({ body }) => body)).toEqual(bodies);
  const times = comments.nodes.map(({ sentAt }) => sentAt);
  expect(times).toEqual([...times].sort());
  const seen = (await read(customer, id)).comments;
  expect(seen).toMatchObject({ totalCount: 6 });
  expect(seen.nodes.map(({ body }) => body)).toEqual(bodies.filter((_, index) => index % 4 !== 3));
});

it('[e41, d29] finds a comment by its id, and its ticket from there, for whoever may read it', async () => {
  const { customer, teammate, stranger, agent } = await gateway.cast();
  const { id } = await openTicket(customer);
  const spoken = (await say(agent, id, 'Spoken')).id;
  const noted = (await say(agent, id, 'Noted', note)).id;
  const find = async (actor: typeof agent, commentId: string) =>
    (
      await actor.run<{ comment: unknown }>(`query ($id: ID!) { comment(id: $id) { body ticket { id } } }`, {
        id: commentId,
      })
    ).comment;
  for (const actor of [customer, teammate, agent]) {
    expect(await find(actor, spoken)).toEqual({ body: 'Spoken', ticket: { id } });
  }
  expect(await find(agent, noted)).toEqual({ body: 'Noted', ticket: { id } });
  for (const actor of [customer, teammate, stranger]) expect(await find(actor, noted)).toBeNull();
  expect(await find(stranger, spoken)).toBeNull();
  for (const other of [id, spoken.replace('com', 'tic'), spoken.slice(4), 'nonsense', '']) {
    expect(await find(agent, other)).toBeNull();
  }
});

it('[a7] tells each viewer the newest comment that they may see', async () => {
  const { customer, agent } = await gateway.cast();
  const { id, lastComment } = await openTicket(customer);
  expect(lastComment).toBeNull();
  const spoken = await say(customer, id, 'Spoken');
  const noted = await say(agent, id, 'Noted', note);
  expect((await read(customer, id)).lastComment).toEqual({ id: spoken.id });
  expect((await read(agent, id)).lastComment).toEqual({ id: noted.id });
});
