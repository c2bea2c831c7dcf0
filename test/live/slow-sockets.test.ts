import { memoryLog, RawSocket } from '../doors/support.js';
import { follow } from '../feed/support.js';
import { until } from '../files/support.js';
import { followTicket } from '../support/documents.js';
import { TestGateway } from '../support/gateway.js';
import { openTicket } from '../tickets/support.js';

const comments = 12;
const longest = 50_000;
const repeated = Array.from({ length: 80 }, (_, n) => `b${n}: body`).join(' ');
/** An event of four megabytes: no connection takes many of them before somebody reads. */
const followAtLength = /* GraphQL */ `
  subscription ($ticketId: ID!, $after: Cursor) {
    conversationEvents(ticketId: $ticketId, after: $after) {
      __typename cursor ... on CommentAdded { comment { id ${repeated} } }
    }
  }`;

it('closes a socket that takes nothing with 1013 and keeps nothing for it; it resumes with exactly what it missed', async () => {
  const { logger, entries } = memoryLog();
  const { info } = logger;
  const stalled = new Promise<void>((resolve) => {
    logger.info = (...said: unknown[]) => {
      Reflect.apply(info, logger, said);
      if (said.includes('a socket took nothing and was closed')) resolve();
    };
  });
  const gateway = await TestGateway.start({}, logger, { sockets: { stalledMs: 1_000 } });
  try {
    const { customer, teammate } = await gateway.cast();
    const { id: ticketId } = await openTicket(customer);
    const slow = await RawSocket.open(gateway.url, teammate.token);
    const subscribe = (socket: RawSocket, after?: string): void =>
      socket.send({ id: '1', type: 'subscribe', payload: { query: followAtLength, variables: { ticketId, after } } });
    subscribe(slow);
    let cursor: string = (await slow.next()).payload.data.conversationEvents.cursor;
    slow.pause();
    const neighbour = customer.subscribe(followTicket, { ticketId });
    await neighbour.data();

    gateway.statements.take();
    const write = `mutation ($input: AddCommentInput!) { addComment(input: $input) { replayed } }`;
    for (let n = 0; n < comments; n++) {
      await customer.run(write, { input: { ticketId, body: `${n} ${'x'.repeat(longest - 10)}` } });
      expect((await neighbour.data()).conversationEvents.comment.body).toMatch(new RegExp(`^${n} x`));
    }
    await stalled;
    // Each is executed once for the neighbour; for the slow one only those that the connection had room for.
    const executions = gateway.statements.take().filter((sql) => sql.includes('from comments r')).length;
    expect(executions).toBeGreaterThan(comments);
    expect(executions).toBeLessThan(comments + 8);

    slow.resume();
    expect(await slow.closed).toEqual({ code: 1013, reason: 'Too slow' });
    const seen: string[] = [];
    const note = (messages: { type: string; payload?: any }[]): void => {
      for (const { type, payload } of messages) {
        const event = type === 'next' && payload.data.conversationEvents;
        if (event?.__typename !== 'CommentAdded') continue;
        seen.push(event.comment.b0.split(' ')[0]);
        cursor = event.cursor;
      }
    };
    note(slow.take());
    expect(seen.length).toBeLessThan(comments);
    const again = await RawSocket.open(gateway.url, teammate.token);
    subscribe(again, cursor);
    while (seen.length < comments) note([await again.next()]);
    expect(seen).toEqual(Array.from({ length: comments }, (_, n) => `${n}`));
    expect((await again.next()).payload.data.conversationEvents.__typename).toBe('Checkpoint');
    expect(entries.filter(({ level }) => level > 30)).toEqual([]);
    again.close();
  } finally {
    await gateway.stop();
  }
});

const followAllAtLength = /* GraphQL */ `
  subscription ($after: Cursor) {
    ticketFeed(after: $after) { change ticketId cursor ticket { id ${repeated.replaceAll('body', 'description')} } }
  }`;

it('tells of no fault when a client is gone in the middle of what it gets', async () => {
  const { logger, entries } = memoryLog();
  const printed = jest.spyOn(console, 'error').mockImplementation();
  const gateway = await TestGateway.start({}, logger);
  try {
    const { customer, agent } = await gateway.cast();
    const socket = await RawSocket.open(gateway.url, agent.token);
    await socket.ask(followAllAtLength);
    socket.pause();
    const { next } = follow(agent);
    await next();
    for (let n = 0; n < 4; n++) {
      const { id } = await openTicket(customer, { title: 'Long', description: 'x'.repeat(longest) });
      while ((await next()).ticketId !== id);
    }
    // The answer stands behind what the client does not take.
    socket.send({ type: 'ping' });
    socket.reset();
    await until(() => Promise.resolve(entries.length > 0));
  } finally {
    await gateway.stop();
  }
  const logged = entries.filter(({ level }) => level > 40);
  expect({ logged, printed: printed.mock.calls }).toEqual({ logged: [], printed: [] });
  printed.mockRestore();
});

it('ends a socket whose client is gone without a word, and none whose client is there and silent', async () => {
  const gateway = await TestGateway.start({}, undefined, { sockets: { keepAliveMs: 100 } });
  try {
    const { customer } = await gateway.cast();
    const { id: ticketId } = await openTicket(customer);
    const silent = await RawSocket.open(gateway.url, customer.token);
    const authorization = `Bearer ${customer.token}`;
    const gone = await RawSocket.init(gateway.url, { authorization }, { autoPong: false });
    expect((await gone.closed).code).toBe(1006);
    expect(await silent.ask(followTicket, { ticketId })).toMatchObject({ type: 'next' });
    silent.close();
  } finally {
    await gateway.stop();
  }
});

it('refuses one subscription too many over a socket', async () => {
  const gateway = await TestGateway.start();
  try {
    const { customer } = await gateway.cast();
    const { id } = await openTicket(customer);
    const socket = await RawSocket.open(gateway.url, customer.token);
    const query = `subscription { commentAdded(ticketId: "${id}") { cursor } }`;
    for (let n = 0; n <= 50; n++) socket.send({ id: `${n}`, type: 'subscribe', payload: { query } });
    expect(await socket.next()).toMatchObject({
      id: '50',
      type: 'error',
      payload: [
        { message: 'Too many subscriptions: at most 50 run over one socket.', extensions: { code: 'BAD_REQUEST' } },
      ],
    });
    socket.close();
  } finally {
    await gateway.stop();
  }
});
