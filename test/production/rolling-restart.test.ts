import { randomUUID } from 'node:crypto';
import { signToken } from '../../src/auth/token.js';
import type { Resumable } from '../../src/client/index.js';
import { client, type Event, follow, type Followed, isKept, readLog } from '../client/support.js';
import { Place } from '../faults/support/place.js';
import { cleanUp, temporaryFolder } from '../lifecycle/process.js';
import { addComment, openTicket, ticketLog } from '../support/documents.js';
import { freePort } from '../support/free-port.js';
import { Actor, onServer, secret } from '../support/gateway.js';
import { timeFor, trials } from '../support/trials.js';
import { missing, Nginx } from './nginx.js';

if (missing.length > 0) console.warn(`Not run: a rolling restart behind nginx. Install ${missing.join(' and ')}.`);
if (!onServer()) console.warn('Not run without TEST_DATABASE_URL: a rolling restart of two gateways on one database');
const describeBehindNginx = missing.length > 0 || !onServer() ? describe.skip : describe;

const lastWord = 'The end';
const isLast = ({ comment }: Event): boolean => comment?.body === lastWord;
const titleQuery = 'query ($id: ID!) { ticket(id: $id) { id title } }';
/** The first four write, the others ask. */
const workers = [0, 1, 2, 3, 4, 5, 6];
const rounds = trials(1, 10);

describeBehindNginx('While both gateways are restarted one after the other', () => {
  const clients: Resumable[] = [];
  let places: Place[];
  let nginx: Nginx;
  let token: string;
  beforeAll(async () => {
    const address = globalThis.testDatabase;
    const variables = { DATABASE_URL: 'url' in address ? address.url : '', COST_PER_MINUTE: 'off' };
    places = await Promise.all([Place.open(variables), Place.open(variables)]);
    const [first = '', second = ''] = places.map(({ url }) => new URL(url).host);
    nginx = await Nginx.start(temporaryFolder(), await freePort(), [first, second]);
    token = await signToken(secret, { sub: 'agent', email: 'a@example.com', role: 'agent' }, { hours: 1 });
  }, 60_000);
  afterEach(async () => {
    for (const live of clients.splice(0)) await live.dispose();
  });
  afterAll(async () => {
    await nginx.stop();
    await cleanUp();
  });

  /** Sends an operation that has to be answered with data and 200. */
  async function run(query: string, variables: object): Promise<any> {
    const { status, answer } = await nginx.post(token, query, variables);
    expect([status, answer]).toEqual([200, { data: expect.anything() }]);
    return answer.data;
  }

  /** Follows a ticket to its last word. */
  async function read(id: string, from: string): Promise<Event[]> {
    const live = client(`${nginx.origin}/graphql`, token, { webSocketImpl: nginx.webSocket });
    clients.push(live);
    const seen: Event[] = [];
    for await (const { data } of live.iterate<Followed>(follow(id, from))) {
      const event = data!.conversationEvents;
      if (isKept(event)) seen.push(event);
      if (isLast(event)) break;
    }
    return seen;
  }

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'by %s, every query and every mutation is answered and right, and subscribers miss nothing and see nothing twice',
    async (signal) => {
      const { ticket } = (await run(openTicket, { input: { title: 'Restarted', body: 'First' } })).createTicket;
      const id = ticket.id as string;
      const head = (await run(ticketLog, { id })).ticket.conversation.headCursor as string;
      const reading = Promise.all([1, 2, 3, 4].map(() => read(id, head)));
      const said = ['First'];
      let isOver = false;
      const busy = new Set<number>();
      let wake = (): void => undefined;
      const done = (worker: number): void => {
        busy.delete(worker);
        if (busy.size === 0) wake();
      };
      /** What was under way is done: a gateway that refused it once is not asked again. */
      const allMoveOn = (): Promise<void> =>
        new Promise((resolve) => {
          workers.forEach((worker) => busy.add(worker));
          wake = resolve;
        });
      const say = async (body: string, more: object = {}): Promise<void> => {
        const { comment, userErrors } = (await run(addComment, { input: { ticketId: id, body, ...more } })).addComment;
        expect([comment.body, userErrors]).toEqual([body, []]);
        said.push(body);
      };
      const write = async (writer: number): Promise<void> => {
        // Every second one has no key of its own: by that alone nobody could tell whether it was sent before.
        for (let n = 0; !isOver; n++) {
          await say(`${writer}:${n}`, n % 2 === 0 ? {} : { idempotencyKey: randomUUID() });
          done(writer);
        }
      };
      const ask = async (reader: number): Promise<void> => {
        while (!isOver) {
          expect((await run(titleQuery, { id })).ticket).toEqual({ id, title: 'Restarted' });
          done(reader);
        }
      };
      const restart = async (): Promise<void> => {
        for (const place of Array.from({ length: rounds }, () => places).flat()) {
          expect(await place.restart(signal)).toBe(signal === 'SIGTERM' ? 0 : signal);
          await place.ready;
          await allMoveOn();
        }
      };
      const working = Promise.all(workers.map((worker) => (worker < 4 ? write(worker) : ask(worker))));
      await Promise.race([working, restart()]).finally(() => (isOver = true));
      await working;
      await say(lastWord);
      const streams = await reading;

      const direct = new Actor(places[0]!.url, token);
      const log = await readLog(direct, id, null);
      expect(log.flatMap(({ comment }) => (comment ? [comment.body] : [])).sort()).toEqual(said.sort());
      const after = await readLog(direct, id, head);
      for (const seen of streams) expect(seen).toEqual(after);
      for (const { output } of places) expect(output).not.toContain('"level":50');
    },
    timeFor(rounds * 20),
  );
});
