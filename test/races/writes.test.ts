import { type Actor, TestGateway } from '../support/gateway.js';
import { done, idOf, mutate, openTicket, type Payload, read, say, story, type Ticket } from '../tickets/support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const rounds = 6;
const codes = (payloads: Payload[]): string[] =>
  payloads.map(({ userErrors }) => userErrors.map(({ code }) => code).join() || 'done').sort();
const count = (ticket: Ticket, type: string): number => story(ticket).filter((name) => name === type).length;

/** What a ticket's row says of its comments, and the same found out from the comments. */
async function newest(id: string): Promise<{ kept: unknown; found: unknown }> {
  const [row] = await gateway.app.services.db.query<{ kept: unknown; found: unknown }>(
    `with c as (select * from comments where ticket_id = $1 and deleted_at is null)
     select jsonb_build_array(last_comment_role, last_public_comment_role, last_support_seq) as kept,
       jsonb_build_array(
         (select author_role from c order by staff_seq desc limit 1),
         (select author_role from c where public_seq is not null order by public_seq desc limit 1),
         coalesce((select max(public_seq) from c where author_role <> 'CUSTOMER'), 0)) as found
     from tickets where id = $1`,
    [id.slice(4)],
  );
  return row as { kept: unknown; found: unknown };
}

async function expectRecomputed(id: string): Promise<void> {
  const { kept, found } = await newest(id);
  expect(kept).toEqual(found);
}

/** Both streams count 1, 2, 3 without a hole. */
async function expectDense(id: string): Promise<void> {
  const [row] = await gateway.app.services.db.query<{ holes: number }>(
    `select count(*)::int as holes from (
       select staff_seq <> row_number() over (order by staff_seq) as a,
         public_seq <> count(public_seq) over (order by staff_seq) as b
       from conversation_log where ticket_id = $1) l where a or b`,
    [id.slice(4)],
  );
  expect(row).toEqual({ holes: 0 });
}

it('[d10] lets an edit and a removal of one comment follow one another, and no edit follow a removal', async () => {
  const { customer, agent } = await gateway.cast();
  for (let round = 0; round < rounds; round++) {
    const { id } = await openTicket(customer);
    const { id: commentId } = await say(customer, id, 'Spoken');
    const edit = (body: string) => mutate(customer, 'updateComment', { commentId, body });
    const remove = (actor: Actor) => mutate(actor, 'deleteComment', { commentId });
    const [first, one, two, last] = await Promise.all([edit('A'), remove(customer), remove(agent), edit('B')]);
    expect(codes([one, two])).toEqual(['NOT_FOUND', 'done']);
    const edits = codes([first, last]);
    expect(edits.filter((code) => code !== 'done' && code !== 'NOT_FOUND')).toEqual([]);
    const ticket = await read(customer, id);
    const told = story(ticket).slice(2);
    expect(told).toEqual([...edits.filter((code) => code === 'done').map(() => 'CommentEdited'), 'CommentRemoved']);
    expect(ticket.conversation.events.nodes[1]?.comment).toMatchObject({ body: '', version: told.length + 1 });
  }
});

it('[d10, e30] knows the newest comment and the newest answer after removals raced with new comments', async () => {
  const { customer, agent } = await gateway.cast();
  for (let round = 0; round < rounds; round++) {
    const { id: ticketId } = await openTicket(customer);
    const said: string[] = [];
    for (const actor of [agent, customer, agent]) said.push((await say(actor, ticketId, 'A word')).id);
    const results = await Promise.all([
      ...said.map((commentId) => mutate(agent, 'deleteComment', { commentId })),
      mutate(agent, 'addComment', { ticketId, body: 'An answer' }),
      mutate(customer, 'addComment', { ticketId, body: 'A reply' }),
      mutate(agent, 'addComment', { ticketId, body: 'A note', visibility: 'INTERNAL' }),
      mutate(customer, 'markTicketRead', { ticketId }),
    ]);
    expect(codes(results)).toEqual(Array(7).fill('done'));
    await expectRecomputed(ticketId);
    await expectDense(ticketId);
    const { nodes } = (await read(customer, ticketId)).conversation.events;
    const flips = nodes.flatMap(({ changes = [] }) => changes.filter(({ field }) => field === 'isClientRead'));
    for (const [index, { before }] of flips.entries()) expect(before).toBe(flips[index - 1]?.after ?? 'true');
    expect(flips.at(-1)?.after).toBe(String((await read(customer, ticketId)).isClientRead));
  }
});

it('[x3, x16] lets no edit, removal or change of the title through after a close that it races with', async () => {
  const { customer, agent } = await gateway.cast();
  for (let round = 0; round < rounds; round++) {
    const { id: ticketId } = await openTicket(customer);
    const [first, second] = [await say(customer, ticketId, 'One'), await say(agent, ticketId, 'Two')];
    const [close, ...others] = await Promise.all([
      mutate(customer, 'closeTicket', { ticketId }),
      mutate(customer, 'updateComment', { commentId: first.id, body: 'Changed' }),
      mutate(agent, 'deleteComment', { commentId: second.id }),
      mutate(agent, 'updateTicket', { ticketId, title: 'Changed' }),
    ]);
    expect(close.userErrors).toEqual([]);
    expect(codes(others).filter((code) => code !== 'done' && code !== 'TICKET_CLOSED')).toEqual([]);
    const ticket = await read(agent, ticketId);
    expect(story(ticket).at(-1)).toBe('TicketClosed');
    const done = codes(others).filter((code) => code === 'done').length;
    const told = count(ticket, 'CommentEdited') + count(ticket, 'CommentRemoved') + Number(ticket.title === 'Changed');
    expect(told).toBe(done);
  }
});

it('[x4] keeps each of ten scores that are given at once, and shows the newest of the log', async () => {
  const { customer, teammate, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const { id: commentId } = await say(agent, ticketId, 'Try again');
  const results = await Promise.all(
    Array.from({ length: 10 }, (_, n) => [
      mutate(n % 2 ? customer : teammate, 'rateTicket', { ticketId, score: n + 1 }),
      mutate(n % 2 ? customer : teammate, 'rateComment', { commentId, score: n % 3 ? 1 : -1 }),
    ]).flat(),
  );
  expect(codes(results)).toEqual(Array(20).fill('done'));
  const ticket = await read(agent, ticketId);
  for (const [subject, shown] of [
    [ticketId, ticket.vote],
    [commentId, ticket.comments.nodes[0]?.vote],
  ] as const) {
    const votes = ticket.conversation.events.nodes.filter((event) => event.subject?.id === subject);
    expect(new Set(votes.map(({ vote }) => vote?.id)).size).toBe(10);
    expect(votes.at(-1)?.vote).toEqual(shown);
  }
  const [row] = await gateway.app.services.db.query('select vote_normalized as score from tickets where id = $1', [
    ticketId.slice(4),
  ]);
  expect(row).toEqual({ score: ticket.vote?.normalized });
});

it('[d25] loses none of many changes at once, each told with what the one before it left', async () => {
  const { customer, agent, admin } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const inputs = [
    ...['A', 'B', 'C', 'D'].map((title) => ({ title })),
    ...['high', 'urgent', 'normal'].map((priorityKey) => ({ priorityKey })),
    ...['PRIVATE', 'ALL_USERS', 'ACCOUNT_USERS'].map((accessLevel) => ({ accessLevel })),
    { description: 'At length', externalSubjectId: 'p-1' },
    { assigneeId: await idOf(agent), typeKey: 'incident' },
    { reporterId: await idOf(admin) },
  ];
  const results = await Promise.all(
    inputs.map((input, n) => mutate(n % 2 ? agent : admin, 'updateTicket', { ticketId, ...input })),
  );
  expect(codes(results)).toEqual(Array(inputs.length).fill('done'));
  const ticket = await read(agent, ticketId);
  const now: Record<string, string | null> = { title: 'A ticket', priority: 'low', accessLevel: 'ACCOUNT_USERS' };
  now['reporter'] = await idOf(customer);
  for (const { changes = [] } of ticket.conversation.events.nodes) {
    for (const { field, before, after } of changes) {
      expect({ field, before }).toEqual({ field, before: now[field] ?? null });
      now[field] = after;
    }
  }
  expect(now).toEqual({
    title: ticket.title,
    priority: ticket.priority.key,
    accessLevel: ticket.accessLevel,
    description: 'At length',
    externalSubjectId: 'p-1',
    assignee: ticket.assignee?.id,
    type: 'incident',
    reporter: await idOf(admin),
  });
  await expectDense(ticketId);
});

it('lets one of several updates through that expect the same version', async () => {
  const { customer, agent, admin } = await gateway.cast();
  for (let round = 0; round < rounds; round++) {
    const { id: ticketId, version } = await openTicket(customer);
    const results = await Promise.all(
      [agent, admin, agent].map((actor, n) =>
        mutate(actor, 'updateTicket', { ticketId, title: `Title ${n}`, expectedVersion: version }),
      ),
    );
    expect(codes(results)).toEqual(['VERSION_CONFLICT', 'VERSION_CONFLICT', 'done']);
    expect((await read(agent, ticketId)).version).toBe(version + 1);
  }
});

it('[e30] never takes a ticket for read while an answer after the mark is there', async () => {
  const { customer, teammate, agent } = await gateway.cast();
  for (let round = 0; round < rounds; round++) {
    const { id: ticketId } = await openTicket(customer);
    await Promise.all([
      ...[customer, teammate, customer].map((actor) => done(actor, 'markTicketRead', { ticketId })),
      ...['One', 'Two'].map((body) => say(agent, ticketId, body)),
      done(teammate, 'markTicketRead', { ticketId }),
    ]);
    const [row] = await gateway.app.services.db.query<{ isRead: boolean; isMarked: boolean }>(
      `select last_support_seq <= client_read_seq as "isRead", exists (
         select from read_marks m join comments c on c.id = m.comment_id
         where m.ticket_id = t.id and c.public_seq >= t.last_support_seq) as "isMarked"
       from tickets t where id = $1`,
      [ticketId.slice(4)],
    );
    expect(row?.isRead).toBe(row?.isMarked);
    expect((await read(customer, ticketId)).isClientRead).toBe(row?.isRead);
    expect((await done(customer, 'markTicketRead', { ticketId })).ticket.isClientRead).toBe(true);
    await expectDense(ticketId);
  }
});
