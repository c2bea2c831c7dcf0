import { addComment, followTicket, openTicket, ticketLog } from '../support/documents.js';
import { type Actor, onServer, TestGateway } from '../support/gateway.js';

interface Event {
  __typename: string;
  cursor: string;
  comment?: { id: string; body: string };
}

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const closeTicket = `mutation ($input: CloseTicketInput!) { closeTicket(input: $input) { userErrors { code } } }`;

async function open(actor: Actor): Promise<string> {
  return (await actor.run(openTicket, { input: { title: 'A race' } })).createTicket.ticket.id;
}

async function readLog(actor: Actor, id: string): Promise<Event[]> {
  const events: Event[] = [];
  for (let after: string | null = null; ;) {
    const { nodes, pageInfo }: any = (await actor.run(ticketLog, { id, after })).ticket.conversation.events;
    events.push(...nodes);
    if (!pageInfo.hasNextPage) return events;
    after = pageInfo.endCursor;
  }
}

const codesOf = (results: any[], mutation: string): string[] =>
  results.map((result) => result[mutation].userErrors[0]?.code ?? 'done').sort();

it('delivers every event of 16 writers to a reader who keeps dropping and resuming, once and in order', async () => {
  const { customer, teammate } = await gateway.cast();
  const id = await open(customer);
  const writers = 16;
  // The embedded engine has its writers stand in one line anyway.
  const each = onServer() ? 8 : 4;
  const seen: Event[] = [];
  const reading = (async () => {
    let after = (await customer.run(ticketLog, { id })).ticket.conversation.headCursor as string;
    while (seen.filter((event) => event.comment).length < writers * each) {
      const live = teammate.subscribe<{ conversationEvents: Event }>(followTicket, { ticketId: id, after });
      for (let taken = 0; taken < 7;) {
        const { conversationEvents: event } = await live.data();
        after = event.cursor;
        if (event.__typename === 'Checkpoint') continue;
        seen.push(event);
        taken++;
        if (seen.filter(({ comment }) => comment).length === writers * each) break;
      }
      live.stop();
    }
  })();
  const writing = Array.from({ length: writers }, async (_, writer) => {
    const agent = await gateway.signIn({ role: 'agent' });
    for (let n = 0; n < each; n++) {
      const { addComment: added } = await agent.run(addComment, { input: { ticketId: id, body: `${writer}:${n}` } });
      expect(added.userErrors).toEqual([]);
    }
  });
  await Promise.all([...writing, reading]);
  const log = (await readLog(teammate, id)).slice(1);
  expect(seen).toEqual(log);
  expect(log.filter(({ __typename }) => __typename === 'MemberJoined')).toHaveLength(writers);
  const bodies = log.flatMap(({ comment }) => (comment ? [comment.body] : []));
  expect(new Set(bodies).size).toBe(writers * each);
  for (let writer = 0; writer < writers; writer++) {
    const own = bodies.filter((body) => body.startsWith(`${writer}:`));
    expect(own).toEqual(Array.from({ length: each }, (_, n) => `${writer}:${n}`));
  }
});

it('numbers the log without holes, and each image follows from the one before', async () => {
  const { customer, agent } = await gateway.cast();
  const id = await open(customer);
  await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      (n % 2 ? agent : customer).run(addComment, {
        input: { ticketId: id, body: `${n}`, visibility: n % 4 === 3 ? 'INTERNAL' : 'PUBLIC' },
      }),
    ),
  );
  await customer.run(closeTicket, { input: { ticketId: id, score: 4 } });
  const rows = await gateway.app.services.db.query<{
    staff: number;
    public: number | null;
    follows: boolean;
    final: boolean;
  }>(
    `select l.staff_seq as staff, l.public_seq as public,
       lag(jsonb_strip_nulls(coalesce(image_before, '{}') || image_changes)) over w is not distinct from image_before as follows,
       lead(l.staff_seq) over w is not null or jsonb_strip_nulls(image_before || image_changes) = ticket_image(t) as final
     from conversation_log l join tickets t on t.id = l.ticket_id
     where l.ticket_id = $1 window w as (order by l.staff_seq) order by l.staff_seq`,
    [id.slice(4)],
  );
  expect(rows.map(({ staff }) => staff)).toEqual(rows.map((_, index) => index + 1));
  const publicNumbers = rows.flatMap((row) => row.public ?? []);
  expect(publicNumbers).toEqual(publicNumbers.map((_, index) => index + 1));
  expect(publicNumbers.length).toBeLessThan(rows.length);
  expect(rows.filter(({ follows, final }) => !follows || !final)).toEqual([]);
});

it('[e24] lets no comment through after a close that it races with', async () => {
  const { customer, agent } = await gateway.cast();
  for (let round = 0; round < 15; round++) {
    const id = await open(customer);
    const comments = Array.from({ length: 6 }, (_, n) =>
      agent.run(addComment, { input: { ticketId: id, body: `comment ${n}` } }),
    );
    const close = customer.run(closeTicket, { input: { ticketId: id } });
    const added = await Promise.all(comments);
    expect((await close).closeTicket.userErrors).toEqual([]);
    const kinds = (await readLog(agent, id)).map(({ __typename }) => __typename);
    expect(kinds.at(-1)).toBe('TicketClosed');
    const done = codesOf(added, 'addComment').filter((code) => code === 'done').length;
    expect(kinds.filter((kind) => kind === 'CommentAdded')).toHaveLength(done);
    expect(codesOf(added, 'addComment').filter((code) => code !== 'done' && code !== 'TICKET_CLOSED')).toEqual([]);
  }
});

it('[x15] closes a ticket once when several close it at the same time', async () => {
  const { customer, teammate, agent } = await gateway.cast();
  for (let round = 0; round < 15; round++) {
    const id = await open(customer);
    const closers = [customer, teammate, agent, customer, agent];
    const results = await Promise.all(closers.map((actor) => actor.run(closeTicket, { input: { ticketId: id } })));
    expect(codesOf(results, 'closeTicket')).toEqual([
      'TICKET_CLOSED',
      'TICKET_CLOSED',
      'TICKET_CLOSED',
      'TICKET_CLOSED',
      'done',
    ]);
    const kinds = (await readLog(agent, id)).map(({ __typename }) => __typename);
    expect(kinds).toEqual(['TicketOpened', 'TicketClosed']);
  }
});

it('applies a mutation once when the same idempotency key comes 50 times at once', async () => {
  const { customer } = await gateway.cast();
  const id = await open(customer);
  const input = { ticketId: id, body: 'Only once', idempotencyKey: 'k' };
  const results = await Promise.all(Array.from({ length: 50 }, () => customer.run(addComment, { input })));
  expect(new Set(results.map(({ addComment: { comment, cursor } }) => `${comment.id} ${cursor}`)).size).toBe(1);
  expect(results.filter(({ addComment: { replayed } }) => !replayed)).toHaveLength(1);
  expect((await customer.run(ticketLog, { id })).ticket.comments.totalCount).toBe(1);
});

it('opens one ticket when the same opening comes 20 times at once', async () => {
  const { customer } = await gateway.cast();
  const input = { title: 'Only once', idempotencyKey: 'opening' };
  const results = await Promise.all(Array.from({ length: 20 }, () => customer.run(openTicket, { input })));
  expect(new Set(results.map(({ createTicket }) => createTicket.ticket.id)).size).toBe(1);
});

it('lets a member of staff join once when they write, join and write at the same time', async () => {
  const { customer, agent } = await gateway.cast();
  const id = await open(customer);
  const join = `mutation ($input: JoinTicketInput!) { joinTicket(input: $input) { userErrors { code } } }`;
  await Promise.all([
    ...Array.from({ length: 5 }, () => agent.run(addComment, { input: { ticketId: id, body: 'word' } })),
    ...Array.from({ length: 5 }, () => agent.run(join, { input: { ticketId: id } })),
  ]);
  const kinds = (await readLog(customer, id)).map(({ __typename }) => __typename);
  expect(kinds.slice(0, 2)).toEqual(['TicketOpened', 'MemberJoined']);
  expect(kinds.filter((kind) => kind === 'MemberJoined')).toHaveLength(1);
});

it('lets one of two writers through who expect the same version', async () => {
  const { customer, teammate } = await gateway.cast();
  for (let round = 0; round < 10; round++) {
    const { ticket } = (await customer.run(openTicket, { input: { title: 'Versions' } })).createTicket;
    const input = { ticketId: ticket.id, expectedVersion: ticket.version };
    const results = await Promise.all([customer, teammate].map((actor) => actor.run(closeTicket, { input })));
    expect(codesOf(results, 'closeTicket')[1]).toBe('done');
    expect(['TICKET_CLOSED', 'VERSION_CONFLICT']).toContain(codesOf(results, 'closeTicket')[0]);
  }
});
