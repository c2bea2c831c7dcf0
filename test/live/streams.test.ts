import { addComment, followTicket, openTicket, ticketLog } from '../support/documents.js';
import { type Actor, onServer, TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const commentsOf = /* GraphQL */ `
  subscription ($ticketId: ID!, $after: Cursor) {
    commentAdded(ticketId: $ticketId, after: $after) {
      cursor
      comment {
        id
        body
        ticket {
          comments(last: 1) {
            totalCount
          }
        }
      }
    }
  }
`;

async function open(actor: Actor, input: object = {}): Promise<{ id: string; head: string }> {
  const { ticket } = (await actor.run(openTicket, { input: { title: 'Live', ...input } })).createTicket;
  return { id: ticket.id, head: ticket.conversation.headCursor };
}

const say = (actor: Actor, ticketId: string, body: string, input: object = {}): Promise<any> =>
  actor.run(addComment, { input: { ticketId, body, ...input } });

const uuid = (id: string): string => id.slice(4);

it('[a8] sends new comments as they are written, with what hangs on them read anew for each', async () => {
  const { customer, teammate } = await gateway.cast();
  const { id, head } = await open(customer);
  const live = teammate.subscribe(commentsOf, { ticketId: id, after: head });
  for (let n = 1; n <= 3; n++) {
    await say(customer, id, `Word ${n}`);
    const { comment } = (await live.data()).commentAdded;
    expect(comment).toMatchObject({ body: `Word ${n}`, ticket: { comments: { totalCount: n } } });
  }
});

it('replays what came after a position before going on live, without a gap and nothing twice', async () => {
  const { customer, teammate } = await gateway.cast();
  const { id, head } = await open(customer, { body: 'Word 0' });
  for (const n of [1, 2, 3]) await say(customer, id, `Word ${n}`);
  const live = teammate.subscribe(commentsOf, { ticketId: id, after: head });
  const first = (await live.data()).commentAdded;
  expect(first.comment.body).toBe('Word 1');
  const resumed = teammate.subscribe(commentsOf, { ticketId: id, after: first.cursor });
  await say(customer, id, 'Word 4');
  for (const listener of [live, resumed]) {
    for (const n of [2, 3, 4]) expect((await listener.data()).commentAdded.comment.body).toBe(`Word ${n}`);
    expect(listener.pending).toBe(0);
  }
});

it('starts from now on when there is no position', async () => {
  const { customer, teammate } = await gateway.cast();
  const { id } = await open(customer, { body: 'Before' });
  const live = teammate.subscribe(followTicket, { ticketId: id });
  const checkpoint = (await live.data()).conversationEvents;
  expect(checkpoint.__typename).toBe('Checkpoint');
  expect(checkpoint.cursor).toBe((await teammate.run(ticketLog, { id })).ticket.conversation.headCursor);
  await say(customer, id, 'After');
  expect((await live.data()).conversationEvents.comment.body).toBe('After');
});

it('sends a checkpoint once the replay has caught up', async () => {
  const { customer } = await gateway.cast();
  const { id, head } = await open(customer);
  await say(customer, id, 'One');
  await say(customer, id, 'Two');
  const live = customer.subscribe(followTicket, { ticketId: id, after: head });
  const kinds = [await live.data(), await live.data(), await live.data()].map((data) => data.conversationEvents);
  expect(kinds.map(({ __typename }) => __typename)).toEqual(['CommentAdded', 'CommentAdded', 'Checkpoint']);
  expect(kinds[2].cursor).toBe(kinds[1].cursor);
});

it('follows history longer than one read', async () => {
  const { customer } = await gateway.cast();
  const { id, head } = await open(customer);
  for (let n = 0; n < 120; n++) await say(customer, id, `${n}`);
  const live = customer.subscribe(commentsOf, { ticketId: id, after: head });
  for (let n = 0; n < 120; n++) expect((await live.data()).commentAdded.comment.body).toBe(`${n}`);
});

it('delivers a reply that was written through another gateway', async () => {
  const other = await TestGateway.start();
  try {
    const { customer } = await gateway.cast();
    const { agent } = await other.cast();
    const { id } = await open(customer);
    const live = customer.subscribe(followTicket, { ticketId: id });
    await live.data();
    await say(agent, id, 'From elsewhere');
    expect((await live.data()).conversationEvents.__typename).toBe('MemberJoined');
    expect((await live.data()).conversationEvents.comment.body).toBe('From elsewhere');
  } finally {
    await other.stop();
  }
});

it('finds what no hint told of', async () => {
  const { customer } = await gateway.cast();
  const { id } = await open(customer);
  const live = customer.subscribe(followTicket, { ticketId: id });
  await live.data();
  await gateway.app.services.db.query(
    `with moved as (
       update tickets set staff_seq = staff_seq + 1, public_seq = public_seq + 1 where id = $1 returning *
     )
     insert into conversation_log (ticket_id, staff_seq, public_seq, type, at, image_changes)
     select id, staff_seq, public_seq, 'TicketReopened', now(), '{}' from moved`,
    [uuid(id)],
  );
  expect((await live.data()).conversationEvents.__typename).toBe('TicketReopened');
});

describe('refuses to follow', () => {
  const refusal = async (actor: Actor, variables: object): Promise<unknown> => {
    const listener = actor.subscribe(followTicket, variables as Record<string, unknown>);
    const [error] = (await listener.next()).errors ?? [];
    expect(await listener.ended()).toBeUndefined();
    return error?.extensions;
  };

  it('[a12] a ticket that is hidden as if it were not there', async () => {
    const { customer, stranger } = await gateway.cast();
    const { id } = await open(customer);
    const absent = id.replace(/.{12}$/, '000000000000');
    const expected = { code: 'NOT_FOUND', argument: ['ticketId'] };
    expect(await refusal(stranger, { ticketId: id })).toEqual(expected);
    expect(await refusal(stranger, { ticketId: absent })).toEqual(expected);
    expect(await refusal(stranger, { ticketId: 'nonsense' })).toEqual(expected);
  });

  it('positions of another ticket, of the other stream, or ahead of the log', async () => {
    const { customer, agent } = await gateway.cast();
    const { id, head } = await open(customer);
    const other = await open(customer);
    const expected = { code: 'CURSOR_EXPIRED', argument: ['after'] };
    const ahead = Buffer.from(Buffer.from(head, 'base64url').toString().replace(/\d+$/, '99')).toString('base64url');
    expect(await refusal(customer, { ticketId: id, after: other.head })).toEqual(expected);
    expect(await refusal(agent, { ticketId: id, after: head })).toEqual(expected);
    expect(await refusal(customer, { ticketId: id, after: ahead })).toEqual(expected);
  });

  it('positions that no server wrote', async () => {
    const { customer } = await gateway.cast();
    const { id } = await open(customer);
    for (const after of ['', 'nonsense', 'ä', 'x'.repeat(150)]) {
      expect(await refusal(customer, { ticketId: id, after })).toMatchObject({
        code: 'VALIDATION_FAILED',
        argument: ['after'],
      });
    }
  });
});

it('ends a stream whose right is lost before anything more is delivered, and leaves the neighbour’s alone', async () => {
  const { customer, teammate } = await gateway.cast();
  const { id } = await open(customer);
  const lost = teammate.subscribe(followTicket, { ticketId: id });
  const kept = customer.subscribe(followTicket, { ticketId: id });
  await Promise.all([lost.data(), kept.data()]);
  await gateway.app.services.db.query(
    `update tickets set access_level = 'PRIVATE', access_version = access_version + 1 where id = $1`,
    [uuid(id)],
  );
  await say(customer, id, 'For us alone');
  const [error] = (await lost.next()).errors ?? [];
  expect(error?.extensions).toMatchObject({ code: 'NOT_FOUND' });
  expect(await lost.ended()).toBeUndefined();
  expect((await kept.data()).conversationEvents.comment.body).toBe('For us alone');
});

it('ends a stream with CURSOR_EXPIRED when the listener’s own rights change', async () => {
  const { customer, teammate } = await gateway.cast();
  const { id } = await open(customer);
  const live = teammate.subscribe(followTicket, { ticketId: id });
  await live.data();
  const { viewer } = await teammate.run('{ viewer { id } }');
  await gateway.app.services.db.query(
    `update users set role = 'AGENT', access_version = access_version + 1 where id = $1`,
    [uuid(viewer.id)],
  );
  await say(customer, id, 'Hello');
  const [error] = (await live.next()).errors ?? [];
  expect(error?.extensions).toMatchObject({ code: 'CURSOR_EXPIRED' });
});

it('refuses the events of a page by positions of the other stream', async () => {
  const { customer, agent } = await gateway.cast();
  const { id, head } = await open(customer);
  const { errors } = await agent.send(ticketLog, { id, after: head });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'CURSOR_EXPIRED', argument: ['after'] });
});

it('pages events backward and forward to the same list', async () => {
  const { customer } = await gateway.cast();
  const { id } = await open(customer);
  for (let n = 0; n < 7; n++) await say(customer, id, `${n}`);
  const page = `query ($id: ID!, $first: Int, $after: Cursor, $last: Int, $before: Cursor) {
    ticket(id: $id) { conversation { events(first: $first, after: $after, last: $last, before: $before) {
      edges { cursor node { __typename } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    } } }
  }`;
  const load = async (variables: object): Promise<any> =>
    (await customer.run(page, { id, ...variables })).ticket.conversation.events;
  const all = (await load({ first: 100 })).edges.map(({ cursor }: any) => cursor);
  expect(all).toHaveLength(8);
  const forward: string[] = [];
  for (let after: string | null = null, more = true; more;) {
    const { edges, pageInfo }: any = await load({ first: 3, after });
    expect(pageInfo.hasPreviousPage).toBe(after !== null);
    forward.push(...edges.map(({ cursor }: any) => cursor));
    after = pageInfo.endCursor;
    more = pageInfo.hasNextPage;
  }
  const backward: string[] = [];
  for (let before: string | null = null, more = true; more;) {
    const { edges, pageInfo }: any = await load({ last: 3, before });
    expect(pageInfo.hasNextPage).toBe(before !== null);
    backward.unshift(...edges.map(({ cursor }: any) => cursor));
    before = pageInfo.startCursor;
    more = pageInfo.hasPreviousPage;
  }
  expect([forward, backward]).toEqual([all, all]);
});

const itOnServer = onServer() ? it : it.skip;
if (!onServer()) console.warn('Not run without TEST_DATABASE_URL: hints between gateways, a lost listener');

itOnServer('makes the listener’s connection anew when it is lost, and delivers meanwhile all the same', async () => {
  const { customer } = await gateway.cast();
  const { id, head } = await open(customer);
  const live = customer.subscribe(commentsOf, { ticketId: id, after: head });
  await gateway.app.services.db.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name like '%listener'`,
  );
  for (const n of [1, 2, 3]) {
    await say(customer, id, `Word ${n}`);
    expect((await live.data()).commentAdded.comment.body).toBe(`Word ${n}`);
  }
});
