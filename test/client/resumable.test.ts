import { signToken } from '../../src/auth/token.js';
import { ResumableError } from '../../src/client/index.js';
import { followTicket, ticketLog } from '../support/documents.js';
import { type Actor, secret, TestGateway } from '../support/gateway.js';
import { Proxy } from './proxy.js';
import { client, type Event, type Followed, follow, isKept, open, say } from './support.js';

let gateway: TestGateway;
let proxy: Proxy;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
beforeEach(async () => {
  proxy = await Proxy.to(gateway.url);
});
afterEach(() => proxy.close());
afterAll(() => gateway.stop());

const commentsOf = /* GraphQL */ `
  subscription ($ticketId: ID!, $after: Cursor) {
    commentAdded(ticketId: $ticketId, after: $after) {
      cursor
      comment {
        body
      }
    }
  }
`;

/** The next event that is none of the checkpoints. */
async function nextOf(events: AsyncIterator<{ data?: Followed | null | undefined }>): Promise<Event> {
  for (;;) {
    const { done, value } = await events.next();
    if (done) throw new Error('the subscription has ended');
    const event = value.data?.conversationEvents;
    if (event && isKept(event)) return event;
  }
}

const bodyOf = async (events: Parameters<typeof nextOf>[0]): Promise<string | undefined> =>
  (await nextOf(events)).comment?.body;

/** What a subscription ends with. */
async function endOf(events: AsyncIterator<unknown>): Promise<ResumableError> {
  try {
    while (!(await events.next()).done);
  } catch (error) {
    expect(error).toBeInstanceOf(ResumableError);
    return error as ResumableError;
  }
  throw new Error('the subscription has ended without an error');
}

it('goes on as before when the gateway was stopped and another one started in its place', async () => {
  const { customer, teammate } = await gateway.cast();
  const { id, head } = await open(customer);
  const reasons: any[] = [];
  const port = new URL(gateway.url).port;
  const live = client(gateway.url, teammate.token as string, { onRetry: (reason) => reasons.push(reason) });
  const events = live.iterate<Followed>(follow(id, head));
  await say(customer, id, 'Before');
  expect(await bodyOf(events)).toBe('Before');
  await gateway.stop();
  gateway = await TestGateway.start({ PORT: port });
  await say(gateway.withToken(customer.token), id, 'After');
  expect(await bodyOf(events)).toBe('After');
  expect(reasons[0]).toMatchObject({ code: 1012 });
  await live.dispose();
});

it('fetches a new token when the old one has expired', async () => {
  const { customer, agent } = await gateway.cast();
  const { id } = await open(customer);
  const head = (await agent.run(ticketLog, { id })).ticket.conversation.headCursor;
  const short = await signToken(secret, { sub: id, email: `${id}@example.com`, role: 'agent' }, { hours: 0.0003 });
  const tokens = [short, agent.token];
  let renewed = (): void => {};
  const renewal = new Promise<void>((resolve) => (renewed = resolve));
  const reasons: unknown[] = [];
  const token = (): Promise<string> => {
    if (tokens.length === 1) renewed();
    return Promise.resolve(tokens.shift() ?? 'one too many');
  };
  const live = client(proxy.url, token, { onRetry: (reason) => reasons.push(reason) });
  const events = live.iterate<Followed>(follow(id, head));
  await say(customer, id, 'One');
  expect(await bodyOf(events)).toBe('One');
  const next = bodyOf(events);
  await renewal;
  await say(customer, id, 'Two');
  expect(await next).toBe('Two');
  expect(reasons).toEqual([expect.objectContaining({ code: 4403 })]);
  expect(tokens).toEqual([]);
  await live.dispose();
});

it('ends when a new token is refused', async () => {
  const { customer } = await gateway.cast();
  const { id, head } = await open(customer);
  let fetched = 0;
  const refused = client(proxy.url, () => Promise.resolve(`wrong ${++fetched}`));
  expect(await endOf(refused.iterate(follow(id, head)))).toMatchObject({
    code: 'UNAUTHENTICATED',
    closeCode: 4403,
    after: head,
  });
  expect(fetched).toBe(1);
});

describe('a position that can not be followed any more', () => {
  const promote = async (actor: Actor): Promise<void> => {
    const { viewer } = await actor.run('{ viewer { id } }');
    await gateway.app.services.db.query(
      `update users set role = 'AGENT', access_version = access_version + 1 where id = $1`,
      [viewer.id.slice(4)],
    );
  };

  it('ends the subscription with CURSOR_EXPIRED', async () => {
    const { customer, teammate } = await gateway.cast();
    const { id, head } = await open(customer);
    const live = client(proxy.url, teammate.token as string);
    const events = live.iterate<Followed>(follow(id, head));
    await say(customer, id, 'One');
    const { cursor } = await nextOf(events);
    await promote(teammate);
    await say(customer, id, 'Two');
    expect(await endOf(events)).toMatchObject({ code: 'CURSOR_EXPIRED', after: cursor });
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  it('is replaced by the one that the application read when it fetched anew', async () => {
    const { customer, teammate } = await gateway.cast();
    const { id, head } = await open(customer);
    const live = client(proxy.url, teammate.token as string);
    let told = (_error: ResumableError): void => {};
    const expired = new Promise<ResumableError>((resolve) => (told = resolve));
    const onExpired = async (error: ResumableError): Promise<string> => {
      told(error);
      return (await teammate.run(ticketLog, { id })).ticket.conversation.headCursor;
    };
    const events = live.iterate<Followed>(follow(id, head), { onExpired });
    await say(customer, id, 'One');
    const { cursor } = await nextOf(events);
    await promote(teammate);
    await say(customer, id, 'Two');
    const next = bodyOf(events);
    expect(await expired).toMatchObject({ code: 'CURSOR_EXPIRED', after: cursor });
    await say(customer, id, 'Three');
    const first = await next;
    expect(first === 'Two' ? await bodyOf(events) : first).toBe('Three');
    await live.dispose();
  });

  it('ends with what kept the application from fetching anew', async () => {
    const { customer, teammate } = await gateway.cast();
    const { id } = await open(customer);
    const other = await open(customer);
    const live = client(proxy.url, teammate.token as string);
    const cause = new Error('offline');
    const events = live.iterate(follow(id, other.head), { onExpired: () => Promise.reject(cause) });
    expect(await endOf(events)).toMatchObject({ code: 'CURSOR_EXPIRED', after: other.head, cause });
  });
});

it('ends with NOT_FOUND when the right is lost', async () => {
  const { customer, teammate } = await gateway.cast();
  const { id, head } = await open(customer);
  const live = client(proxy.url, teammate.token as string);
  const events = live.iterate<Followed>(follow(id, head));
  await events.next();
  await gateway.app.services.db.query(
    `update tickets set access_level = 'PRIVATE', access_version = access_version + 1 where id = $1`,
    [id.slice(4)],
  );
  await say(customer, id, 'For us alone');
  expect(await endOf(events)).toMatchObject({ code: 'NOT_FOUND', after: head, errors: [expect.anything()] });
});

it('unsubscribes at once, also while it connects', async () => {
  const { customer } = await gateway.cast();
  const { id, head } = await open(customer);
  proxy.hold();
  const live = client(proxy.url, customer.token as string);
  const events = live.iterate<Followed>(follow(id, head));
  const next = events.next();
  await proxy.until(() => proxy.width === 1);
  expect(await events.return?.()).toEqual({ done: true, value: undefined });
  expect(await next).toEqual({ done: true, value: undefined });
  proxy.thaw();
  await proxy.until(() => proxy.width === 0);
  expect([proxy.connections, proxy.cuts]).toEqual([1, 0]);
});

it('holds no more than it may for a slow reader, who misses nothing', async () => {
  const { customer } = await gateway.cast();
  const { id, head } = await open(customer);
  for (let n = 0; n < 30; n++) await say(customer, id, `${n}`);
  const live = client(proxy.url, customer.token as string, { bufferedEvents: 7 });
  const events = live.iterate<Followed>(follow(id, head));
  expect(await bodyOf(events)).toBe('0');
  // It has unsubscribed, and with nothing else under way closed the socket.
  await proxy.until(() => proxy.width === 0);
  for (let n = 30; n < 40; n++) await say(customer, id, `${n}`);
  for (let n = 1; n < 40; n++) expect(await bodyOf(events)).toBe(`${n}`);
  expect(proxy.connections).toBeGreaterThan(1);
  await events.return?.();
});

it('finds a connection that died without a word, and makes another', async () => {
  const { customer } = await gateway.cast();
  const { id, head } = await open(customer);
  const live = client(proxy.url, customer.token as string, { silenceMs: 100 });
  const events = live.iterate<Followed>(
    follow(id, head, commentsOf.replace('commentAdded(', 'conversationEvents: commentAdded(')),
  );
  await say(customer, id, 'One');
  expect(await bodyOf(events)).toBe('One');
  proxy.freeze();
  await say(customer, id, 'Two');
  expect(await bodyOf(events)).toBe('Two');
  expect(proxy.connections).toBeGreaterThan(1);
  await live.dispose();
});

it('ends every subscription when it is disposed of, and takes no other', async () => {
  const { customer } = await gateway.cast();
  const { id, head } = await open(customer);
  const live = client(proxy.url, customer.token as string);
  const running = live.iterate<Followed>(follow(id, head));
  const idle = live.iterate<Followed>(follow(id, head));
  await running.next();
  const next = running.next();
  await live.dispose();
  expect([await next, await idle.next()]).toEqual(Array(2).fill({ done: true, value: undefined }));
  await proxy.until(() => proxy.width === 0);
  expect(() => live.iterate(follow(id, head))).toThrow('disposed of');
});

it('says at once what keeps a subscription from being resumed', () => {
  const live = client(proxy.url, 'a token');
  const start = (query: string, variables: Record<string, unknown>) => () => live.iterate({ query, variables });
  const unread = followTicket.replace('cursor', 'at');
  const unmoved = followTicket.replace(', after: $after', '');
  expect(start(unread, { after: 'x' })).toThrow('selects the `cursor`');
  expect(start(unmoved, { after: 'x' })).toThrow('`after: $after`');
  expect(start(followTicket, {})).toThrow('`variables.after`');
  expect(() => client('/graphql', 'a token')).toThrow('`url`');
});
