import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { signToken } from '../../../src/auth/token.js';
import type { Resumable } from '../../../src/client/index.js';
import { client, type Event, follow, type Followed, isKept, open, readLog } from '../../client/support.js';
import { feedCursor } from '../../feed/support.js';
import { ticketLog } from '../../support/documents.js';
import { Actor, newHumanId, type Person, secret } from '../../support/gateway.js';
import { addComment, attempt, bearable, rawWords } from './asking.js';
import { Watcher } from './dashboard.js';
import { census, type Figures, flawless } from './figures.js';
import type { Place } from './place.js';

const writers = 8;
const readers = 12;
const lastWord = 'The end';
const isLast = ({ comment }: Event): boolean => comment?.body === lastWord;

/** Which of the readers are customers. */
const roleOf = (reader: number): 'teammate' | 'admin' => (reader % 4 < 2 ? 'teammate' : 'admin');

interface Reading {
  readonly actor: Actor;
  readonly id: string;
  readonly from: string;
  readonly seen: Event[];
}

/** A mutation that was acknowledged, and what with. */
interface Written {
  readonly role: 'customer' | 'agent';
  readonly input: object;
  readonly payload: { readonly comment: { readonly id: string; readonly body: string } };
  readonly isSentAgain: boolean;
}

/** How long somebody waits who was not answered, in milliseconds. */
const pauseMs = 25;
/** How many mutations that were sent again are sent once more in the end, to each gateway. */
const askedTwice = 100;

/**
 * Eight who write in three threads and send again what was not answered, to one gateway after the other; twelve who read them,
 * and two who watch all tickets, while something is broken.
 */
export class Crowd {
  /** How many calls were not answered, by what was told instead. */
  readonly troubles = new Map<string, number>();
  private longestMs = 0;
  private readonly written: Written[] = [];
  /** The codes that sockets were closed with, and those of errors after which clients came back. */
  readonly closeCodes: unknown[] = [];
  /** Bodies of all comments, those that nobody writes as a member of the crowd included. */
  private readonly said: string[] = [];
  private readonly latest = new Map<Place, number>();
  private readonly clients: Resumable[] = [];
  private readonly waiting = new Set<() => void>();
  private readonly watchers: Watcher[] = [];
  private readonly threads: string[] = [];
  private watching: Promise<unknown> = Promise.resolve();
  private reading: Promise<Reading[]> = Promise.resolve([]);
  private writing: Promise<unknown> = Promise.resolve();
  private isOver = false;

  private constructor(
    private readonly places: readonly Place[],
    private readonly tokens: Readonly<Record<'customer' | 'teammate' | 'agent' | 'admin', string>>,
  ) {}

  /** Has everybody begin, spread over the places. */
  static async gather(places: readonly Place[]): Promise<Crowd> {
    const organization = newHumanId('ORG');
    const token = (person: Person): Promise<string> => {
      const email = `${randomUUID()}@example.com`;
      return signToken(secret, { sub: email, email, ...person }, { hours: 1 });
    };
    const crowd = new Crowd(places, {
      customer: await token({ role: 'customer', organization }),
      teammate: await token({ role: 'customer', organization }),
      agent: await token({ role: 'agent' }),
      admin: await token({ role: 'admin' }),
    });
    await crowd.begin();
    return crowd;
  }

  /** How many calls were not answered. */
  get unanswered(): number {
    return [...this.troubles.values()].reduce((sum, count) => sum + count, 0);
  }

  /** How many mutations were acknowledged. */
  get mutations(): number {
    return this.written.length;
  }

  /** The token of one of its people. */
  token(role: keyof Crowd['tokens']): string {
    return this.tokens[role];
  }

  /** Waits until each gateway has acknowledged a mutation that was sent to it from now on; answers how long that took, in milliseconds. */
  async isServed(places = this.places): Promise<number> {
    const from = performance.now();
    await this.until(() => places.every((place) => (this.latest.get(place) ?? 0) >= from));
    return performance.now() - from;
  }

  /** So many who read a list at a gateway at once; answers for each what was told, ANSWERED where nothing stood in the way. */
  ask(place: Place, count: number): Promise<string>[] {
    // One person alone does not get all connections.
    const people = ['admin', 'agent', 'customer', 'teammate'] as const;
    return Array.from({ length: count }, async (_, n) => {
      const { trouble } = await attempt(
        this.actor(people[n % people.length]!, place),
        '{ tickets(first: 1) { nodes { id } } }',
      );
      if (trouble) expect(trouble.message).not.toMatch(rawWords);
      return trouble?.code ?? 'ANSWERED';
    });
  }

  /** Waits until so many more comments have been written. */
  async writes(more: number): Promise<void> {
    const goal = this.said.length + more;
    await this.until(() => this.said.length >= goal);
  }

  /** Waits until one more client has come back because its socket was closed with this code. */
  async sentAwayWith(code: number): Promise<void> {
    const before = this.closeCodes.length;
    await this.until(() => this.closeCodes.includes(code, before));
  }

  /** Begins a comment of the customer, of which the gateway at a place gets the last byte when the answer is called. */
  async beginToSay(body: string, place: Place): Promise<() => Promise<void>> {
    const text = JSON.stringify({ query: addComment, variables: { input: { ticketId: this.threads[0], body } } });
    const authorization = `Bearer ${this.tokens.customer}`;
    const headers = { authorization, 'content-type': 'application/json', 'content-length': text.length };
    const call = request(place.url, { method: 'POST', headers: { ...headers, expect: '100-continue' } });
    // Whoever waits for the answer hears of it, too.
    call.on('error', () => undefined);
    call.flushHeaders();
    await once(call, 'continue');
    return async () => {
      call.end(text);
      const [response] = (await once(call, 'response')) as [IncomingMessage];
      expect(JSON.parse(await readText(response))).toMatchObject({ data: { addComment: { comment: { body } } } });
      this.said.push(body);
    };
  }

  /**
   * Has everybody come to an end, and compares what they saw and were answered with what there is: by the doors, and in the
   * tables where the database can be reached.
   */
  async leave(database?: string): Promise<Figures> {
    this.isOver = true;
    await this.writing;
    for (let n = 0; n < 3; n++) await this.say('customer', n, lastWord);
    const readings = await this.reading;
    await this.watchersCatchUp();
    for (const live of this.clients) await live.dispose();
    await this.watching;
    const readers = await this.compareReadings(readings);
    const admin = this.actor('admin');
    const logs = await Promise.all(this.threads.map((id) => readLog(admin, id, null)));
    const written = logs.flat().flatMap(({ comment }) => (comment ? [comment.body] : []));
    expect(written.sort()).toEqual(this.said.sort());
    const events = logs.map(({ length }) => length);
    for (const { told } of this.watchers) expect(this.threads.map((id) => told.get(id))).toEqual(events);
    const answeredAlike = await this.askTwice();
    const ids = this.written.map(({ payload }) => payload.comment.id);
    const tables = database ? await census(database, this.threads, ids) : { lost: 0, twice: 0, unknown: 0, holes: 0 };
    expect({ ...tables, ...readers }).toEqual(flawless);
    expect([...this.troubles.keys()].filter((code) => !bearable.includes(code))).toEqual([]);
    const { mutations, unanswered: sentAgain, longestMs } = this;
    return { mutations, sentAgain, answeredAlike, longestMs, ...tables, ...readers };
  }

  private async compareReadings(readings: readonly Reading[]): Promise<Pick<Figures, 'outOfOrder'>> {
    for (const { actor, id, from, seen } of readings) {
      const log = await readLog(actor, id, from);
      expect(seen).toEqual(log.slice(0, log.findIndex(isLast) + 1));
    }
    return { outOfOrder: 0 };
  }

  /** Whatever was sent again brings back what it was answered with, at whichever gateway; answers how much that was. */
  private async askTwice(): Promise<number> {
    const again = this.written.filter(({ isSentAgain }) => isSentAgain).slice(-askedTwice);
    for (const { role, input, payload } of again) {
      for (const place of this.places) {
        const told = await attempt(this.actor(role, place), addComment, input);
        expect(told).toEqual({ payload: { ...payload, replayed: true } });
      }
    }
    return again.length;
  }

  private async begin(): Promise<void> {
    const start = await feedCursor(this.actor('admin'));
    for (let n = 0; n < 3; n++) {
      this.threads.push((await open(this.actor('customer'))).id);
      this.said.push('First');
    }
    for (let n = 0; n < 2; n++) this.watchers.push(new Watcher(this.client(n, 'admin'), start));
    this.watching = Promise.all(this.watchers.map((watcher) => watcher.follow()));
    // Nothing is broken before everybody knows where to begin.
    const begun = await Promise.all(Array.from({ length: readers }, (_, n) => this.beginReading(n)));
    this.reading = Promise.all(begun.map((reading, n) => this.read(n, reading)));
    this.writing = Promise.all(Array.from({ length: writers }, (_, n) => this.write(n)));
  }

  private async beginReading(number: number): Promise<Reading> {
    const actor = this.actor(roleOf(number), this.placeOf(number));
    const id = this.threads[number % 3] as string;
    const from = (await actor.run(ticketLog, { id })).ticket.conversation.headCursor as string;
    return { actor, id, from, seen: [] };
  }

  private async read(number: number, reading: Reading): Promise<Reading> {
    const { id, from, seen } = reading;
    for await (const { data } of this.client(number, roleOf(number)).iterate<Followed>(follow(id, from))) {
      const event = data!.conversationEvents;
      if (isKept(event)) seen.push(event);
      if (isLast(event)) break;
    }
    return reading;
  }

  /** Adds a comment: it is sent as often as it takes until it is answered, to one gateway after the other. */
  private async say(role: 'customer' | 'agent', number: number, body: string, visibility = 'PUBLIC'): Promise<void> {
    const input = { ticketId: this.threads[number % 3], body, visibility, idempotencyKey: randomUUID() };
    const from = performance.now();
    for (let sent = 0; ; sent++) {
      const place = this.placeOf(number + sent);
      const sentAt = performance.now();
      const { trouble, ...told } = await attempt(this.actor(role, place), addComment, input);
      if (!trouble) {
        const { payload } = told as Pick<Written, 'payload'>;
        this.written.push({ role, input, payload, isSentAgain: sent > 0 });
        this.latest.set(place, sentAt);
        break;
      }
      expect(trouble.message).not.toMatch(rawWords);
      this.troubles.set(trouble.code, (this.troubles.get(trouble.code) ?? 0) + 1);
      await wait(pauseMs);
    }
    this.longestMs = Math.max(this.longestMs, performance.now() - from);
    this.said.push(body);
    this.wake();
  }

  private async write(writer: number): Promise<void> {
    const role = writer % 4 < 2 ? 'customer' : 'agent';
    const visibility = writer % 4 === 3 ? 'INTERNAL' : 'PUBLIC';
    // A step of four keeps each at one place, and leads through all threads.
    for (let n = 0; !this.isOver; n++) await this.say(role, writer + 4 * n, `${writer}:${n}`, visibility);
  }

  /** What was written before the first mark has its place in the feed when that has: all of it is before the second. */
  private async watchersCatchUp(): Promise<void> {
    for (let n = 0; n < 2; n++) {
      const { id } = await open(this.actor('customer'));
      await Promise.all(this.watchers.map((watcher) => watcher.sees(id)));
    }
  }

  private client(number: number, role: keyof Crowd['tokens']): Resumable {
    const onRetry = (reason: unknown): void => {
      const { code } = reason as { code?: unknown };
      // A gateway that is not there yet closes nothing.
      if (code !== undefined) this.closeCodes.push(code);
      this.wake();
    };
    const live = client(this.placeOf(number).url, this.tokens[role], { onRetry });
    this.clients.push(live);
    return live;
  }

  private async until(holds: () => boolean): Promise<void> {
    // Nothing more would come once a writer has failed.
    while (!holds()) await Promise.race([new Promise<void>((resolve) => this.waiting.add(resolve)), this.writing]);
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }

  private actor(role: keyof Crowd['tokens'], place = this.placeOf(0)): Actor {
    return new Actor(place.url, this.tokens[role]);
  }

  private placeOf(number: number): Place {
    return this.places[number % this.places.length] as Place;
  }
}
