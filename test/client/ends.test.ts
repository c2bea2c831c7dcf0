import { type Resumable, ResumableError, type ResumableOptions } from '../../src/client/index.js';
import { retryDelayOf, toldError } from '../../src/client/errors.js';
import { followTicket } from '../support/documents.js';
import { type Arrival, ScriptedServer } from './scripted-server.js';
import { client, type Followed } from './support.js';

let server: ScriptedServer;
let live: Resumable;
async function start(script: (arrival: Arrival) => void, options: Partial<ResumableOptions> = {}): Promise<void> {
  server = await ScriptedServer.start(script);
  live = client(server.url, 'a token', options);
}
afterEach(async () => {
  await live.dispose();
  await server.stop();
});

const payload = { query: followTicket, variables: { ticketId: 'tic_1', after: 'c0' } };
const event = (cursor?: string) => ({ data: { conversationEvents: { __typename: 'CommentAdded', cursor } } });
const told = (...codes: string[]) => codes.map((code) => ({ message: `It is ${code}`, extensions: { code } }));

/** The cursors that arrive, and what the subscription ends with. */
async function outcome(): Promise<{ cursors: unknown[]; error?: unknown }> {
  const cursors: unknown[] = [];
  try {
    for await (const { data } of live.iterate<Followed>(payload)) cursors.push(data?.conversationEvents.cursor);
  } catch (error) {
    expect(error).toBeInstanceOf(ResumableError);
    return { cursors, error };
  }
  return { cursors };
}

it.each([4400, 4401, 4406, 4409, 4429, 4500, 1011])('gives up when the socket is closed with %d', async (closeCode) => {
  await start(({ next, close }) => {
    next(event('c1'));
    close(closeCode);
  });
  const error: unknown = expect.objectContaining({ code: 'CONNECTION_REFUSED', closeCode, after: 'c1' });
  expect(await outcome()).toEqual({ cursors: ['c1'], error });
  expect(server.connections).toBe(1);
});

it.each([undefined, 1000, 1001, 1012, 1013, 4403, 4408])('comes back when it is closed with %p', async (closeCode) => {
  await start(({ index, next, close, complete }) => {
    next(event(`c${index + 1}`));
    if (index < 3) close(closeCode);
    else complete();
  });
  expect(await outcome()).toEqual({ cursors: ['c1', 'c2', 'c3', 'c4'] });
  expect(server.starts).toEqual(['c0', 'c1', 'c2', 'c3']);
  expect(server.connections).toBe(4);
});

it.each(['SERVICE_UNAVAILABLE', 'RATE_LIMITED'])('tries again after %s, from where it was', async (code) => {
  const reasons: unknown[] = [];
  const script = ({ index, next, complete }: Arrival): void => {
    next(event(`c${index + 1}`));
    if (index === 0) next({ data: null, errors: told(code) });
    else complete();
  };
  await start(script, { onRetry: (reason) => reasons.push(reason) });
  expect(await outcome()).toEqual({ cursors: ['c1', 'c2'] });
  expect(server.starts).toEqual(['c0', 'c1']);
  expect(reasons).toEqual([expect.objectContaining({ code, after: 'c1' })]);
});

it('waits as long as the server asks to', () => {
  const [busy, limited] = told('SERVICE_UNAVAILABLE', 'RATE_LIMITED') as [object, object];
  const errors = [busy, { ...limited, extensions: { code: 'RATE_LIMITED', retryAfterMs: 700 } }];
  expect(retryDelayOf(toldError(errors as [], 'c0'))).toBe(700);
  expect(retryDelayOf(toldError(told('SERVICE_UNAVAILABLE'), 'c0'))).toBe(0);
  expect(retryDelayOf(toldError(told('SERVICE_UNAVAILABLE', 'FORBIDDEN'), 'c0'))).toBeUndefined();
});

it.each(['NOT_FOUND', 'FORBIDDEN', 'UNAUTHENTICATED', 'INTERNAL'])('ends with %s', async (code) => {
  await start(({ next }) => {
    next(event('c1'));
    next({ data: null, errors: told('SERVICE_UNAVAILABLE', code) });
    next(event('c3'));
  });
  const error: unknown = expect.objectContaining({ code, message: `It is ${code}`, after: 'c1' });
  expect(await outcome()).toEqual({ cursors: ['c1'], error });
  expect(server.starts).toHaveLength(1);
});

it('ends with what is wrong with the document', async () => {
  await start(({ error }) => error(told('GRAPHQL_VALIDATION_FAILED')));
  expect(await outcome()).toMatchObject({ cursors: [], error: { code: 'GRAPHQL_VALIDATION_FAILED', after: 'c0' } });
});

it('ends at an event without a cursor, since it could not go on from there', async () => {
  await start(({ next }) => {
    next(event('c1'));
    next(event());
  });
  expect(await outcome()).toMatchObject({ cursors: ['c1'], error: { code: 'NO_CURSOR', after: 'c1' } });
});

it('delivers an event of which some field failed', async () => {
  await start(({ next, complete }) => {
    next({ ...event('c1'), errors: told('FORBIDDEN') });
    complete();
  });
  expect(await outcome()).toEqual({ cursors: ['c1'] });
});

it('ends the subscription whose sink throws, and no other', async () => {
  const arrivals: Arrival[] = [];
  await start((arrival) => {
    arrivals.push(arrival);
    arrival.next(event('c1'));
  });
  const other = live.iterate<Followed>(payload);
  await other.next();
  const cause = new Error('no room');
  const fail = (): never => {
    throw cause;
  };
  const error = await new Promise((resolve) => {
    live.subscribe(payload, { next: fail, error: resolve, complete: fail });
  });
  expect(error).toMatchObject({ code: 'SINK_FAILED', after: 'c0', cause });
  arrivals[0]?.next(event('c2'));
  expect((await other.next()).value?.data?.conversationEvents.cursor).toBe('c2');
  expect(server.connections).toBe(1);
});

it('goes on with the others when one is left at the very event that the server ends it with', async () => {
  const arrivals: Arrival[] = [];
  await start((arrival) => {
    arrivals.push(arrival);
    arrival.next(event('c1'));
    if (arrival.index > 0) arrival.complete();
  });
  const other = live.iterate<Followed>(payload);
  await other.next();
  await new Promise<void>((resolve) => {
    const leave = live.subscribe(payload, {
      next: () => {
        leave();
        resolve();
      },
      error: () => {},
      complete: () => {},
    });
  });
  arrivals[0]?.next(event('c2'));
  expect((await other.next()).value?.data?.conversationEvents.cursor).toBe('c2');
  expect(server.connections).toBe(1);
  await Promise.all([other.return?.(), live.iterate<Followed>(payload).next()]);
  expect(server.starts).toHaveLength(3);
});

it('stops waiting to try again when nobody wants it any more', async () => {
  let retried = (): void => {};
  const retrying = new Promise<void>((resolve) => (retried = resolve));
  const waits = { firstMs: 1e9, longestMs: 1e9 };
  await start(({ close }) => close(1012), { waits, onRetry: () => retried() });
  const events = live.iterate(payload);
  const next = events.next();
  await retrying;
  await live.dispose();
  expect(await next).toEqual({ done: true, value: undefined });
  expect(server.connections).toBe(1);
});
