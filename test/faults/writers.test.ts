import { type Event, type Followed, isKept, readLog } from '../client/support.js';
import { followTicket, ticketLog } from '../support/documents.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { timeFor, trials } from '../support/trials.js';
import { openTicket } from '../tickets/support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const write = `mutation ($input: AddCommentInput!) { addComment(input: $input) { replayed } }`;
const writers = 8;
const readers = 12;
const each = trials(12, 300);
const lastWord = 'The end';
const isLast = ({ comment }: Event): boolean => comment?.body === lastWord;

/** Reads up to the last word, each time for a few events, and then from there on again. */
async function readOn(actor: Actor, ticketId: string, from: string): Promise<Event[]> {
  const seen: Event[] = [];
  const isDone = (): boolean => seen.some(isLast);
  for (let stay = 1, after = from; !isDone(); stay = (stay % 7) + 1) {
    const live = actor.subscribe<Followed>(followTicket, { ticketId, after });
    for (let taken = 0; taken < stay && !isDone();) {
      const { conversationEvents: event } = await live.data();
      after = event.cursor;
      if (!isKept(event)) continue;
      seen.push(event);
      taken++;
    }
    live.stop();
  }
  return seen;
}

it(
  'shows 12 readers who keep dropping and resuming an exact run of what 8 writers do to three threads',
  async () => {
    const { customer, teammate, agent, admin } = await gateway.cast();
    const threads = await Promise.all([1, 2, 3].map(async () => (await openTicket(customer)).id));
    const say = (actor: Actor, ticketId: string, body: string, visibility = 'PUBLIC'): Promise<unknown> =>
      actor.run(write, { input: { ticketId, body, visibility } });
    const begun = Array.from({ length: readers }, async (_, n) => {
      const actor = n % 2 ? teammate : admin;
      const id = threads[n % 3] as string;
      return { actor, id, from: (await actor.run(ticketLog, { id })).ticket.conversation.headCursor as string };
    });
    const readings = (await Promise.all(begun)).map(async (reader) => ({
      ...reader,
      seen: await readOn(reader.actor, reader.id, reader.from),
    }));
    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        for (let n = 0; n < each; n++) {
          const id = threads[(writer + n) % 3] as string;
          await say(writer % 2 ? agent : customer, id, `${writer}:${n}`, writer % 4 === 3 ? 'INTERNAL' : 'PUBLIC');
        }
      }),
    );
    for (const id of threads) await say(customer, id, lastWord);
    const bodies = new Set<string | undefined>();
    for (const { actor, id, from, seen } of await Promise.all(readings)) {
      const log = await readLog(actor, id, from);
      expect(seen).toEqual(log.slice(0, log.findIndex(isLast) + 1));
      for (const { comment } of seen) if (comment) bodies.add(comment.body);
    }
    expect(bodies.size).toBe(writers * each + 1);
  },
  timeFor(each * writers),
);
