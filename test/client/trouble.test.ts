import { type Resumable, ResumableError, type ResumableOptions } from '../../src/client/index.js';
import { followTicket } from '../support/documents.js';
import { Proxy } from './proxy.js';
import { type Admit, type Arrival, ScriptedServer } from './scripted-server.js';
import { client, type Followed } from './support.js';

let server: ScriptedServer;
let live: Resumable;
async function start(
  script: (arrival: Arrival) => void,
  { admit, ...options }: Partial<ResumableOptions> & { admit?: Admit } = {},
): Promise<void> {
  server = await ScriptedServer.start(script, admit);
  live = client(server.url, 'a token', options);
}
afterEach(async () => {
  await live.dispose();
  await server.stop();
});

const payload = { query: followTicket, variables: { ticketId: 'tic_1', after: 'c0' } };
const event = (cursor: string) => ({ data: { conversationEvents: { __typename: 'CommentAdded', cursor } } });
const never = { waits: { firstMs: 1e9, longestMs: 1e9 } };

/** The cursors that arrive until the server says that this was all. */
async function cursorsOf(): Promise<unknown[]> {
  const cursors: unknown[] = [];
  for await (const { data } of live.iterate<Followed>(payload)) cursors.push(data?.conversationEvents.cursor);
  return cursors;
}

/** What a subscription ends with. */
const endOf = (): Promise<unknown> =>
  cursorsOf().then(
    () => {
      throw new Error('the subscription has ended without an error');
    },
    (error: unknown) => error,
  );

/** Something to wait for. */
function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give = (): void => {};
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give };
}

/** Delivers an event and is away; then another one, and that was all. */
const interrupted = ({ index, next, close, complete }: Arrival): void => {
  next(event(`c${index + 1}`));
  if (index === 0) close(1012);
  else complete();
};

describe('the application', () => {
  it('may leave out what it has nothing to say about', async () => {
    await start(interrupted, { onRetry: undefined, waits: undefined, silenceMs: undefined, bufferedEvents: undefined });
    expect(await cursorsOf()).toEqual(['c1', 'c2']);
  });

  it('breaks nothing when what it wants to be told by throws', async () => {
    const schedule = queueMicrotask;
    const reported: unknown[] = [];
    const watch = (task: () => void): void =>
      schedule(() => {
        try {
          task();
        } catch (error) {
          reported.push(error);
        }
      });
    const spy = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation(watch);
    const fail = (message: string) => (): never => {
      throw new Error(message);
    };
    const arrivals: Arrival[] = [];
    await start(
      (arrival) => {
        arrivals.push(arrival);
        if (arrival.index === 0) arrival.close(1012);
      },
      { onRetry: fail('onRetry') },
    );
    const other = cursorsOf();
    await server.until(() => arrivals.length === 2);
    const sink = { next: fail('next'), error: fail('error'), complete: fail('complete') };
    live.subscribe(payload, sink);
    live.subscribe(payload, sink);
    await server.until(() => arrivals.length === 4);
    arrivals[2]?.next({ data: null, errors: [] });
    arrivals[3]?.complete();
    arrivals[1]?.next(event('c1'));
    arrivals[1]?.complete();
    expect(await other).toEqual(['c1']);
    expect(server.connections).toBe(2);
    expect(reported).toEqual([new Error('onRetry'), new Error('error'), new Error('complete')]);
    spy.mockRestore();
  });
});

describe('a token', () => {
  it('that can not be fetched now is asked for again', async () => {
    const reasons: unknown[] = [];
    const failure = new TypeError('Failed to fetch');
    const answers = [Promise.reject(failure), Promise.resolve('a token')];
    const token = (): Promise<string> => answers.shift() as Promise<string>;
    await start(({ complete }) => complete(), { token, onRetry: (reason) => reasons.push(reason) });
    expect(await cursorsOf()).toEqual([]);
    expect(reasons).toEqual([failure]);
    expect(server.connections).toBe(1);
  });

  it('that there is none of any more ends every subscription, and nothing is connected', async () => {
    await start(({ complete }) => complete(), { token: () => Promise.resolve(null) });
    const ends = await Promise.all([endOf(), endOf()]);
    for (const end of ends) {
      expect(end).toBeInstanceOf(ResumableError);
      expect(end).toMatchObject({ code: 'UNAUTHENTICATED', after: 'c0', closeCode: undefined });
    }
    expect(server.connections).toBe(0);
  });

  it('that there is again later is good for whoever subscribes then', async () => {
    const answers = [null, 'a token'];
    await start(({ complete }) => complete(), { token: () => Promise.resolve(answers.shift() ?? null) });
    expect(await endOf()).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await cursorsOf()).toEqual([]);
  });

  it('that takes for ever keeps nobody from leaving, and connects nobody when it comes', async () => {
    const asked = signal();
    let answer = (_token: string): void => {};
    const token = (): Promise<string> => {
      asked.give();
      return new Promise((resolve) => (answer = resolve));
    };
    await start(({ complete }) => complete(), { token });
    const first = cursorsOf();
    await asked.given;
    await live.dispose();
    expect(await first).toEqual([]);
    answer('a token');
    await new Promise(setImmediate);
    expect(server.connections).toBe(0);
  });

  it('that waited while nobody answered is fetched anew when it is refused then', async () => {
    const refused: unknown[] = [];
    const tokens = ['too old', 'a new one'];
    const token = (old?: string): Promise<string> => {
      refused.push(old);
      return Promise.resolve(tokens.shift() ?? 'one too many');
    };
    const admit: Admit = (given, index) => (index === 0 ? 1012 : given === 'Bearer too old' ? 4403 : undefined);
    await start(({ complete }) => complete(), { token, admit });
    expect(await cursorsOf()).toEqual([]);
    expect(refused).toEqual([undefined, 'too old']);
    expect(server.connections).toBe(3);
  });
});

describe('a connection', () => {
  it('is closed when the last subscription leaves, also after one was given up', async () => {
    await start(({ index, close }) => index === 0 && close(4400));
    expect(await endOf()).toMatchObject({ closeCode: 4400 });
    const next = live.iterate(payload);
    const event = next.next();
    await server.until(() => server.starts.length === 2);
    await next.return?.();
    await event;
    await server.until(() => server.width === 0);
    expect(server.connections).toBe(2);
  });

  it('that is never answered is given up for another one', async () => {
    await start(({ complete }) => complete());
    const proxy = await Proxy.to(server.url);
    await live.dispose();
    live = client(proxy.url, 'a token', { silenceMs: 100 });
    proxy.hold();
    const all = cursorsOf();
    await proxy.until(() => proxy.connections === 2);
    proxy.thaw();
    expect(await all).toEqual([]);
    await proxy.close();
  });

  it('that is never answered can be left', async () => {
    await start(({ complete }) => complete());
    const proxy = await Proxy.to(server.url);
    await live.dispose();
    live = client(proxy.url, 'a token');
    proxy.hold();
    const all = cursorsOf();
    await proxy.until(() => proxy.width === 1);
    await live.dispose();
    expect(await all).toEqual([]);
    await proxy.until(() => proxy.width === 0);
    await proxy.close();
  });

  it('that has died is found also when an event came after it was asked for a sign of life', async () => {
    const arrivals: Arrival[] = [];
    const script = (arrival: Arrival): void => {
      arrivals.push(arrival);
      if (arrival.index === 0) arrival.deafen();
      else arrival.complete();
    };
    await start(script, { silenceMs: 100 });
    live.on('ping', (isReceived) => {
      if (!isReceived && arrivals.length === 1) arrivals[0]?.next(event('c1'));
    });
    expect(await cursorsOf()).toEqual(['c1']);
    expect(server.starts).toEqual(['c0', 'c1']);
  });

  it('that was given up for dead has nothing more to say', async () => {
    const arrivals: Arrival[] = [];
    const script = (arrival: Arrival): void => {
      arrivals.push(arrival);
      if (arrival.index === 0) return arrival.deafen();
      arrivals[0]?.next(event('c1'));
      setTimeout(() => {
        arrival.next(event('c1'));
        arrival.complete();
      }, 50);
    };
    await start(script, { silenceMs: 100 });
    expect(await cursorsOf()).toEqual(['c1']);
    expect(server.starts).toEqual(['c0', 'c0']);
  });

  it('is tried again at once when the browser is online again', async () => {
    const page = new EventTarget();
    Object.assign(globalThis, {
      addEventListener: page.addEventListener.bind(page),
      removeEventListener: page.removeEventListener.bind(page),
    });
    const retried = signal();
    await start(interrupted, { ...never, onRetry: retried.give });
    const all = cursorsOf();
    await retried.given;
    page.dispatchEvent(new Event('online'));
    expect(await all).toEqual(['c1', 'c2']);
    Object.assign(globalThis, { addEventListener: undefined, removeEventListener: undefined });
  });
});
