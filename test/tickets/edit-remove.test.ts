import { type Actor, TestGateway } from '../support/gateway.js';
import {
  type Comment,
  done,
  idOf,
  lastEvents,
  mine,
  mutate,
  openTicket,
  read,
  refused,
  say,
  story,
} from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const note = { visibility: 'INTERNAL' };

const find = async (actor: Actor, id: string) =>
  (
    await actor.run<{ comment: (Pick<Comment, 'body' | 'deletedAt'> & { vote: unknown }) | null }>(
      `query ($id: ID!) { comment(id: $id) { body deletedAt vote { id } } }`,
      { id },
    )
  ).comment;

it('[d10] lets authors change what they said, and tells so', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer, { title: 'A ticket', body: 'Help' });
  for (const actor of [customer, agent]) {
    const added = await say(actor, ticketId, 'Spoken');
    const before = await read(actor, ticketId);
    const { comment, ticket, cursor } = await done(actor, 'updateComment', { commentId: added.id, body: ' Said ' });
    expect(comment).toMatchObject({
      ...added,
      body: 'Said',
      version: 2,
      editedAt: ticket.updatedAt,
      sentAt: added.sentAt,
    });
    expect(ticket.version).toBe(before.version + 1);
    expect(story(ticket)).toEqual([...story(before), 'CommentEdited']);
    expect(lastEvents(ticket, 1)[0]).toMatchObject({
      ...{ actor: { id: await idOf(actor) }, at: comment?.editedAt, comment: { id: added.id, body: 'Said' } },
    });
    expect(ticket.comments.totalCount).toBe(before.comments.totalCount);
    expect(cursor).not.toBe(ticket.conversation.headCursor);
  }
  expect((await read(customer, ticketId)).comments.nodes.map(({ body }) => body)).toEqual(['Help', 'Said', 'Said']);
});

it('[d10] lets authors and staff remove a comment, of which a tombstone stays in the history', async () => {
  const { customer, agent, admin } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer, { title: 'A ticket', body: 'Help' });
  const removals: [author: Actor, remover: Actor][] = [
    [customer, customer],
    [customer, agent],
    [agent, agent],
    [agent, admin],
  ];
  for (const [author, remover] of removals) {
    const { id: commentId } = await say(author, ticketId, 'Secret words');
    const before = await read(customer, ticketId);
    const { deletedCommentId, ticket, replayed } = await done(remover, 'deleteComment', { commentId });
    expect({ deletedCommentId, replayed }).toEqual({ deletedCommentId: commentId, replayed: false });
    expect(ticket.version).toBe(before.version + 1);
    expect(ticket.comments.nodes.map(({ body }) => body)).toEqual(['Help']);
    expect(ticket.comments.totalCount).toBe(1);
    expect(ticket.lastComment).toEqual({ id: ticket.comments.nodes[0]?.id });
    const events = ticket.conversation.events.nodes;
    const removed = events.find((event) => event.commentId === commentId);
    expect(removed).toMatchObject({ __typename: 'CommentRemoved', actor: { id: await idOf(remover) } });
    expect(removed?.at).toBe(ticket.updatedAt);
    const added = events.find(({ __typename, comment }) => __typename === 'CommentAdded' && comment?.id === commentId);
    expect(added?.comment).toMatchObject({ body: '', deletedAt: removed?.at, version: 2 });
    for (const actor of [customer, agent]) {
      expect(await find(actor, commentId)).toEqual({ body: '', deletedAt: removed?.at, vote: null });
    }
  }
  expect(JSON.stringify(await read(agent, ticketId))).not.toContain('Secret');
  const rows = await gateway.app.services.db.query(
    `select from comments c where ticket_id = $1 and to_jsonb(c)::text ~ 'Secret'
     union all select from conversation_log l where ticket_id = $1 and to_jsonb(l)::text ~ 'Secret'`,
    [ticketId.slice(4)],
  );
  expect(rows).toEqual([]);
});

it('[d10] forbids to change what others said, and customers to remove it', async () => {
  const { customer, teammate, agent, admin } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const mineIs = await say(customer, ticketId, 'Mine');
  const theirs = await say(agent, ticketId, 'Theirs');
  const forbidden = { __typename: 'RequestError', code: 'FORBIDDEN', path: ['input', 'commentId'] };
  const edits: [Actor, Comment][] = [
    [teammate, mineIs],
    [agent, mineIs],
    [customer, theirs],
    [admin, theirs],
  ];
  for (const [actor, { id: commentId }] of edits) {
    expect(await refused(gateway, actor, 'updateComment', { commentId, body: 'Changed' })).toMatchObject(forbidden);
  }
  for (const [actor, { id: commentId }] of [edits[0], edits[2]] as [Actor, Comment][]) {
    expect(await refused(gateway, actor, 'deleteComment', { commentId })).toMatchObject(forbidden);
  }
});

it('[x3, d10] changes and removes nothing on a closed ticket, for nobody', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const [own, noted] = [await say(customer, ticketId, 'Mine'), await say(agent, ticketId, 'Noted', note)];
  await done(agent, 'closeTicket', { ticketId });
  const closed = {
    __typename: 'TicketStateError',
    code: 'TICKET_CLOSED',
    path: ['input', 'commentId'],
    ticket: { id: ticketId, isOpen: false },
  };
  for (const [actor, { id: commentId }] of [[customer, own] as const, [agent, noted] as const]) {
    const input = { commentId, body: 'Changed', expectedVersion: 7 };
    expect(await refused(gateway, actor, 'updateComment', input)).toMatchObject(closed);
    expect(await refused(gateway, actor, 'deleteComment', { commentId })).toMatchObject(closed);
  }
});

it('[x10] answers the same for a comment that is hidden, removed, absent or none at all', async () => {
  const { customer, stranger, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const spoken = await say(customer, ticketId, 'Spoken');
  const noted = await say(agent, ticketId, 'Noted', note);
  const gone = await say(customer, ticketId, 'Gone');
  await done(customer, 'deleteComment', { commentId: gone.id });
  const cases: [Actor, string][] = [
    [stranger, spoken.id],
    [customer, noted.id],
    [customer, gone.id],
    [agent, gone.id],
    [customer, ticketId],
    [customer, spoken.id.replace(/.{12}$/, '000000000000')],
    [customer, ''],
  ];
  for (const [actor, commentId] of cases) {
    for (const [mutation, input] of [
      ['updateComment', { commentId, body: 'Changed' }],
      ['deleteComment', { commentId }],
    ] as const) {
      expect(await refused(gateway, actor, mutation, input)).toEqual({
        __typename: 'RequestError',
        code: 'NOT_FOUND',
        message: 'There is no such comment, or you may not see it.',
        path: ['input', 'commentId'],
      });
    }
  }
});

it('[e3, e31] wants a body of 1..50000 characters', async () => {
  const { customer } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const { id: commentId } = await say(customer, ticketId, 'Spoken');
  for (const body of ['', ' \n', 'x'.repeat(50_001)]) {
    expect(await refused(gateway, customer, 'updateComment', { commentId, body })).toMatchObject({
      code: 'VALIDATION_FAILED',
      path: ['input', 'body'],
    });
  }
});

it('shows the comment as it is now to whoever expects another version of it', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const { id: commentId } = await say(customer, ticketId, 'One');
  await say(agent, ticketId, 'The ticket’s version is another thing');
  const edit = (body: string, expectedVersion?: number) => ({ commentId, body, expectedVersion });
  expect((await done(customer, 'updateComment', edit('Two', 1))).comment).toMatchObject({ version: 2 });
  for (const expectedVersion of [1, 3]) {
    expect(await refused(gateway, customer, 'updateComment', edit('Three', expectedVersion))).toEqual({
      __typename: 'VersionConflictError',
      code: 'VERSION_CONFLICT',
      message: expect.stringContaining('comment'),
      path: ['input', 'expectedVersion'],
      currentVersion: 2,
      current: { id: commentId, version: 2, body: 'Two' },
    });
  }
  expect((await done(customer, 'updateComment', edit('Three'))).comment).toMatchObject({ version: 3 });
});

it('[x15] edits and removes once for one key, and brings the result back as it is now', async () => {
  const { customer } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const { id: commentId } = await say(customer, ticketId, 'One');
  const edit = { commentId, body: 'Two', idempotencyKey: 'k' };
  await done(customer, 'updateComment', edit);
  const removal = { commentId, idempotencyKey: 'k' };
  const first = await done(customer, 'deleteComment', removal);
  expect(await mutate(customer, 'deleteComment', removal)).toEqual({ ...first, replayed: true });
  expect(await mutate(customer, 'updateComment', edit)).toMatchObject({
    ...{ replayed: true, comment: { id: commentId, body: '', version: 3 } },
  });
  expect(await refused(gateway, customer, 'updateComment', { ...edit, body: 'Three' })).toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  });
});

it('[e30, d10] knows who wrote last once the newest comment is removed', async () => {
  const { customer, agent } = await gateway.cast();
  const { id } = await openTicket(customer, { title: 'A ticket', body: 'Help' });
  const columns = async () => {
    const sql = `select last_comment_role as "all", last_public_comment_role as "public", last_support_seq as "seq"
      from tickets where id = $1`;
    return (await gateway.app.services.db.query(sql, [id.slice(4)]))[0];
  };
  const first = await say(agent, id, 'One');
  const firstSeq = ((await columns()) as { seq: number }).seq;
  const second = await say(agent, id, 'Two');
  const noted = await say(agent, id, 'Noted', note);
  const reply = await say(customer, id, 'Reply');
  const remove = (actor: Actor, commentId: string) => done(actor, 'deleteComment', { commentId });
  await remove(customer, reply.id);
  expect(await columns()).toMatchObject({ all: 'AGENT', public: 'AGENT' });
  await remove(agent, second.id);
  expect(await columns()).toEqual({ all: 'AGENT', public: 'AGENT', seq: firstSeq });
  const { ticket } = await remove(agent, first.id);
  expect(await columns()).toEqual({ all: 'AGENT', public: 'CUSTOMER', seq: 0 });
  expect(ticket.isClientRead).toBe(true);
  await remove(agent, noted.id);
  expect(await columns()).toEqual({ all: 'CUSTOMER', public: 'CUSTOMER', seq: 0 });
  await remove(agent, ticket.comments.nodes[0]?.id ?? '');
  expect(await columns()).toEqual({ all: null, public: null, seq: 0 });
  expect(await read(customer, id)).toMatchObject({ lastComment: null, comments: { totalCount: 0 } });
});

it('[x14] changes not a byte for customers when notes are changed or removed', async () => {
  const { customer, agent, admin } = await gateway.cast();
  const { id } = await openTicket(customer, { title: 'A ticket', body: 'Help' });
  const seen = async () => JSON.stringify([await read(customer, id), await mine(customer, id)]);
  const { id: commentId } = await say(agent, id, 'They never paid', note);
  const before = await seen();
  const { ticket, comment } = await done(agent, 'updateComment', { commentId, body: 'They have paid' });
  expect(comment).toMatchObject({ body: 'They have paid', version: 2, visibility: 'INTERNAL' });
  expect(story(ticket)).toEqual(['TicketOpened', 'CommentAdded', 'CommentAdded', 'CommentEdited']);
  expect(await seen()).toBe(before);
  const removed = await done(admin, 'deleteComment', { commentId });
  expect(story(removed.ticket).at(-1)).toBe('CommentRemoved');
  expect(removed.ticket.version).toBe(ticket.version);
  expect(await seen()).toBe(before);
  expect(await find(customer, commentId)).toBeNull();
});
