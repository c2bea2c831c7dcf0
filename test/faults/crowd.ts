import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { signToken } from '../../src/auth/token.js';
import type { Resumable } from '../../src/client/index.js';
import { client, type Event, follow, type Followed, isKept, open, readLog } from '../client/support.js';
import { feedCursor } from '../feed/support.js';
import { addComment, ticketLog } from '../support/documents.js';
import { Actor, newHumanId, type Person, secret } from '../support/gateway.js';
import { Watcher } from './dashboard.js';
import type { Place } from './place.js';

const writers = 8;
const readers = 12;
const lastWord = 'The end';
const isLast = ({ comment }: Event): boolean => comment?.body === lastWord;

interface Reading {
  readonly actor: Actor;
  readonly id: string;
  readonly from: string;
  readonly seen: Event[];
}

/**
 * Eight who write in three threads and send again what was not answered, twelve who read them, and two who watch all tickets,
 * while gateways come and go.
 */
export class Crowd {
  /** How many calls were not answered. */
  unanswered = 0;
  /** The codes that sockets were closed with, and those of errors after which clients came back. */
  readonly closeCodes: unknown[] = [];
  private readonly said: string[] = [];
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

  /** Has everybody come to an end, and compares what they saw with what there is. */
  async leave(): Promise<void> {
    this.isOver = true;
    await this.writing;
    for (let n = 0; n < 3; n++) await this.say('customer', n, lastWord);
    const readings = await this.reading;
    await this.watchersCatchUp();
    for (const live of this.clients) await live.dispose();
    await this.watching;
    for (const { actor, id, from, seen } of readings) {
      const log = await readLog(actor, id, from);
      expect(seen).toEqual(log.slice(0, log.findIndex(isLast) + 1));
    }
    const admin = this.actor('admin');
    const logs = await Promise.all(this.threads.map((id) => readLog(admin, id, null)));
    const written = logs.flat().flatMap(({ comment }) => (comment ? [comment.body] : []));
    expect(written.sort()).toEqual(this.said.sort());
    const events = logs.map(({ length }) => length);
    for (const { told } of this.watchers) expect(this.threads.map((id) => told.get(id))).toEqual(events);
  }

  private async begin(): Promise<void> {
    const start = await feedCursor(this.actor('admin'));
    for (let n = 0; n < 3; n++) {
      this.threads.push((await open(this.actor('customer'))).id);
      this.said.push('First');
    }
    for (let n = 0; n < 2; n++) this.watchers.push(new Watcher(this.client(n, 'admin'), start));
    this.watching = Promise.all(this.watchers.map((watcher) => watcher.follow()));
    this.reading = Promise.all(Array.from({ length: readers }, (_, n) => this.read(n)));
    this.writing = Promise.all(Array.from({ length: writers }, (_, n) => this.write(n)));
  }

  private async read(number: number): Promise<Reading> {
    const role = number % 4 < 2 ? 'teammate' : 'admin';
    const actor = this.actor(role, this.placeOf(number));
    const id = this.threads[number % 3] as string;
    const from = (await actor.run(ticketLog, { id })).ticket.conversation.headCursor as string;
    const seen: Event[] = [];
    for await (const { data } of this.client(number, role).iterate<Followed>(follow(id, from))) {
      const event = data!.conversationEvents;
      if (isKept(event)) seen.push(event);
      if (isLast(event)) break;
    }
    return { actor, id, from, seen };
  }

  /** Adds a comment: it is sent as often as it takes until it is answered. */
  private async say(role: 'customer' | 'agent', number: number, body: string, visibility = 'PUBLIC'): Promise<void> {
    const place = this.placeOf(number);
    const input = { ticketId: this.threads[number % 3], body, visibility, idempotencyKey: randomUUID() };
    for (;;) {
      const answer = await this.actor(role, place)
        .send(addComment, { input })
        .catch(() => null);
      if (answer?.data) {
        expect(answer.data.addComment.userErrors).toEqual([]);
        break;
      }
      expect(answer?.errors?.map(({ extensions }) => extensions.code) ?? []).not.toContain('INTERNAL');
      this.unanswered++;
      await place.ready;
    }
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
    while (!holds()) await new Promise<void>((resolve) => this.waiting.add(resolve));
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
