import { type Actor, TestGateway } from '../support/gateway.js';
import { done, openTicket, read, say } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

interface Page {
  edges: { cursor: string; node: { id: string } }[];
  nodes: { id: string }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

const connection = `edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;
const note = { visibility: 'INTERNAL' };

/** A thread of public comments with notes before, among and after them. */
async function thread(): Promise<{ customer: Actor; agent: Actor; id: string }> {
  const { customer, agent } = await gateway.cast();
  const { id } = await openTicket(customer);
  await say(agent, id, 'note before', note);
  for (const body of ['one', 'two', 'three', 'four']) {
    await say(customer, id, body);
    if (body === 'two') await say(agent, id, 'note among', note);
  }
  await say(agent, id, 'note after', note);
  return { customer, agent, id };
}

async function pageOf(actor: Actor, id: string, args = ''): Promise<Page> {
  const document = `query ($id: ID!) { ticket(id: $id) { comments${args} { ${connection} } } }`;
  return (await actor.run<{ ticket: { comments: Page } }>(document, { id })).ticket.comments;
}

/** What the arguments of a connection have to answer, worked out on the whole list. */
function expectedPage(all: Page['edges'], from: 'first' | 'last', limit: number, after: number, before: number): Page {
  const between = all.slice(after + 1, before);
  const edges = from === 'first' ? between.slice(0, limit) : between.slice(Math.max(0, between.length - limit));
  const start = from === 'first' ? after + 1 : before - edges.length;
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: start + edges.length < all.length,
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

it.each(['customer', 'agent'] as const)('[d27] pages a thread exactly in both directions for the %s', async (who) => {
  const { [who]: actor, id } = await thread();
  const { edges: all } = await pageOf(actor, id);
  expect(all).toHaveLength(who === 'agent' ? 7 : 4);
  for (let after = -1; after < all.length; after++) {
    const windows: { alias: string; args: string; page: Page }[] = [];
    for (let before = after + 1; before <= all.length; before++) {
      for (const from of ['first', 'last'] as const) {
        for (const limit of [0, 1, 3, 100]) {
          const bounds = [
            ...(after < 0 ? [] : [`after: "${all[after]?.cursor}"`]),
            ...(before === all.length ? [] : [`before: "${all[before]?.cursor}"`]),
          ];
          const args = `(${[`${from}: ${limit}`, ...bounds].join()})`;
          windows.push({ alias: `w${windows.length}`, args, page: expectedPage(all, from, limit, after, before) });
        }
      }
    }
    const fields = windows.map(({ alias, args }) => `${alias}: comments${args} { ...page }`);
    const document = `query ($id: ID!) { ticket(id: $id) { ${fields.join(' ')} } } fragment page on CommentConnection { ${connection} }`;
    const { ticket } = await actor.run<{ ticket: Record<string, Page> }>(document, { id });
    for (const { alias, args, page } of windows) expect({ args, page: ticket[alias] }).toEqual({ args, page });
  }
});

it('answers 50 comments when nothing is said, and all that are left on the next page', async () => {
  const { customer } = await gateway.cast();
  const { id } = await openTicket(customer);
  const fields = Array.from(
    { length: 50 },
    (_, i) => `c${i}: addComment(input: { ticketId: $id, body: "${i}" }) { replayed }`,
  );
  for (let times = 0; times < 2; times++) await customer.run(`mutation ($id: ID!) { ${fields.join(' ')} }`, { id });
  await say(customer, id, 'the last');
  const first = await pageOf(customer, id);
  expect(first.nodes).toHaveLength(50);
  expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  const hundred = await pageOf(customer, id, '(first: 100)');
  expect(hundred.nodes).toHaveLength(100);
  expect(hundred.pageInfo.hasNextPage).toBe(true);
  const rest = await pageOf(customer, id, `(after: "${hundred.pageInfo.endCursor}")`);
  expect(rest.nodes).toHaveLength(1);
  expect(rest.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  const document = `query ($id: ID!) { ticket(id: $id) { comments(first: 0) { totalCount nodes { id } } } }`;
  expect(await customer.run(document, { id })).toEqual({ ticket: { comments: { totalCount: 101, nodes: [] } } });
});

it('takes `first` or `last`, 0..100, and not both', async () => {
  const { customer, id } = await thread();
  for (const field of ['comments', 'conversation { events']) {
    const send = (args: string) =>
      customer.send(
        `query ($id: ID!) { ticket(id: $id) { ${field}${args} { nodes { __typename } } ${'}'.repeat(field.split('{').length)} }`,
        { id },
      );
    for (const [args, argument] of [
      ['(first: -1)', 'first'],
      ['(first: 101)', 'first'],
      ['(last: -1)', 'last'],
      ['(last: 101)', 'last'],
      ['(first: 1, last: 1)', 'last'],
    ] as const) {
      expect(await send(args)).toMatchObject({
        data: { ticket: null },
        errors: [{ extensions: { code: 'VALIDATION_FAILED', argument: [argument] } }],
      });
    }
    expect((await send('(first: null, last: 1, after: null)')).errors).toBeUndefined();
  }
});

it('[a11] pages history before and after a known event', async () => {
  const { customer, agent, id } = await thread();
  await done(agent, 'addComment', { ticketId: id, body: 'five' });
  for (const actor of [customer, agent]) {
    const { conversation } = await read(actor, id);
    const all = conversation.events.nodes;
    const known = all[3]?.cursor;
    const document = `query ($id: ID!, $known: Cursor) { ticket(id: $id) { conversation {
      after: events(first: 2, after: $known) { nodes { cursor } pageInfo { hasNextPage hasPreviousPage } }
      before: events(last: 2, before: $known) { nodes { cursor } pageInfo { hasNextPage hasPreviousPage } }
      newest: events(last: 1) { nodes { cursor } pageInfo { hasNextPage hasPreviousPage } }
      nothing: events(after: "${conversation.headCursor}") { nodes { cursor } pageInfo { hasNextPage hasPreviousPage } }
    } } }`;
    const cursors = (from: number, to?: number) => all.slice(from, to).map(({ cursor }) => ({ cursor }));
    const both = { hasNextPage: true, hasPreviousPage: true };
    expect(await actor.run(document, { id, known })).toEqual({
      ticket: {
        conversation: {
          after: { nodes: cursors(4, 6), pageInfo: { ...both, hasNextPage: all.length > 6 } },
          before: { nodes: cursors(1, 3), pageInfo: both },
          newest: { nodes: cursors(-1), pageInfo: { hasNextPage: false, hasPreviousPage: true } },
          nothing: { nodes: [], pageInfo: { hasNextPage: false, hasPreviousPage: true } },
        },
      },
    });
  }
});

it('lets the cursors of one conversation stand for one another', async () => {
  const { customer, id } = await thread();
  const { comment, cursor, ticket } = await done(customer, 'addComment', { ticketId: id, body: 'five' });
  expect((await pageOf(customer, id)).pageInfo.endCursor).toBe(cursor);
  expect(ticket.conversation.events.nodes.at(-1)).toMatchObject({ cursor, comment: { id: comment?.id } });
  const opened = ticket.conversation.events.nodes[0];
  expect((await pageOf(customer, id, `(first: 1, after: "${opened?.cursor}")`)).pageInfo).toMatchObject({
    hasPreviousPage: false,
    hasNextPage: true,
  });
  expect((await pageOf(customer, id, `(after: "${ticket.conversation.headCursor}")`)).nodes).toEqual([]);
});

it('refuses cursors of another conversation, another stream or the future, and what no server wrote', async () => {
  const { customer, agent, id } = await thread();
  const other = await openTicket(customer, { title: 'Another', body: 'Help' });
  const mine = (await read(customer, id)).conversation.headCursor;
  const staffs = (await read(agent, id)).conversation.headCursor;
  const edited = (change: (text: string) => string) =>
    Buffer.from(change(Buffer.from(mine, 'base64url').toString())).toString('base64url');
  const expired = [
    other.conversation.headCursor,
    staffs,
    edited((text) => text.replace(/\d+$/, '9999')),
    edited((text) => text.replace(/^[0-9a-f]{8}/, '00000000')),
  ];
  const garbage = ['', 'nonsense', `${mine.slice(0, 20)}`, edited((text) => `${text}x`), `${mine}AAAA`, 'ж', '\0'];
  for (const field of ['comments', 'events'] as const) {
    for (const argument of ['after', 'before']) {
      const selection = `${field}(${argument}: $cursor) { nodes { __typename } }`;
      const document = `query ($id: ID!, $cursor: Cursor) { ticket(id: $id) { ${field === 'events' ? `conversation { ${selection} }` : selection} } }`;
      const codes = async (actor: Actor, cursor: string) =>
        (await actor.send(document, { id, cursor })).errors?.map(({ extensions }) => [
          extensions.code,
          extensions.argument,
        ]);
      for (const cursor of expired) expect(await codes(customer, cursor)).toEqual([['CURSOR_EXPIRED', [argument]]]);
      for (const cursor of garbage) expect(await codes(customer, cursor)).toEqual([['VALIDATION_FAILED', [argument]]]);
      expect(await codes(agent, mine)).toEqual([['CURSOR_EXPIRED', [argument]]]);
      expect(await codes(agent, staffs)).toBeUndefined();
    }
  }
  const long = await customer.send(
    `query ($id: ID!, $c: Cursor) { ticket(id: $id) { comments(after: $c) { nodes { id } } } }`,
    {
      id,
      c: 'a'.repeat(100_000),
    },
  );
  expect(long.errors).toMatchObject([{ extensions: { code: 'VALIDATION_FAILED' } }]);
});
