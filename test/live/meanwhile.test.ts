import { AppError } from '../../src/errors.js';
import type { Doorbell } from '../../src/live/doorbell.js';
import { Threads } from '../../src/live/thread.js';
import { RawSocket } from '../doors/support.js';
import { followTicket } from '../support/documents.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { openTicket } from '../tickets/support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const uuid = (id: string): string => id.slice(4);
/** Part of the statement by which an event loads its comment, and of the one that looks at what is new. */
const execution = 'from comments r';
const look = 'left join lateral';

/** Puts something around each statement with this text; the answer ends it. */
function around(text: string, act: (run: () => Promise<any[]>, values: unknown[]) => Promise<any[]>): () => void {
  const { db } = gateway.app.services;
  const query = db.query.bind(db);
  db.query = (sql, values = []) =>
    sql.includes(text) ? act(() => query(sql, values), [...values]) : query(sql, values);
  return () => (db.query = query);
}

/** Has something happen right before the next statement with this text. */
function meanwhile(text: string, act: () => Promise<unknown>): void {
  const end = around(text, async (run) => {
    end();
    await act();
    return run();
  });
}

/** Answers nothing that would have to be read. */
const say = (actor: Actor, ticketId: string, body: string): Promise<unknown> =>
  actor.run(`mutation ($input: AddCommentInput!) { addComment(input: $input) { replayed } }`, {
    input: { ticketId, body },
  });

const headOf = async (actor: Actor, id: string): Promise<string> =>
  (await actor.run(`query ($id: ID!) { ticket(id: $id) { conversation { headCursor } } }`, { id })).ticket.conversation
    .headCursor;

it('tells that a ticket was deleted also to those whose last event could not be read any more because of it', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const live = customer.subscribe(followTicket, { ticketId });
  await live.data();
  const document = 'mutation ($input: DeleteTicketInput!) { deleteTicket(input: $input) { replayed } }';
  meanwhile(execution, () => agent.run(document, { input: { ticketId } }));
  await say(customer, ticketId, 'Hello');
  expect((await live.data()).conversationEvents.__typename).toBe('TicketDeleted');
  expect(await live.ended()).toBeUndefined();
});

it('has an event read anew when the one with whose rights it was read has lost them and is gone', async () => {
  const { customer, teammate } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const [first, second] = [await RawSocket.open(gateway.url, teammate.token), await RawSocket.open(gateway.url, customer.token)]; // prettier-ignore
  for (const socket of [first, second]) await socket.ask(followTicket, { ticketId });
  meanwhile(execution, async () => {
    const sql = `update tickets set access_level = 'PRIVATE', access_version = access_version + 1 where id = $1`;
    await gateway.app.services.db.query(sql, [uuid(ticketId)]);
    first.send({ id: '1', type: 'complete' });
    first.send({ type: 'ping' });
    await first.next();
  });
  await say(customer, ticketId, 'Hello');
  const { type, payload } = await second.next();
  expect([type, payload?.errors, payload?.data?.conversationEvents.comment]).toMatchObject(['next', undefined, { body: 'Hello' }]); // prettier-ignore
  for (const socket of [first, second]) socket.close();
});

it('keeps no more than a few answers for those who come later, however much somebody is told', async () => {
  const { customer, teammate } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const after = await headOf(customer, ticketId);
  const words = Array.from({ length: 40 }, (_, n) => `Word ${n}`);
  for (const word of words) await say(customer, ticketId, word);
  let executions = 0;
  let goOn: (() => void) | undefined;
  const arrived = new Promise<void>((resolve) => {
    const end = around(execution, async (run) => {
      if (++executions === words.length) {
        end();
        resolve();
        await new Promise<void>((release) => (goOn = release));
      }
      return run();
    });
  });
  const first = customer.subscribe(followTicket, { ticketId, after });
  await arrived;
  const end = around(execution, (run) => {
    executions++;
    return run();
  });
  const second = teammate.subscribe(followTicket, { ticketId, after });
  for (const word of words.slice(0, 20)) {
    expect((await second.data()).conversationEvents.comment.body).toBe(word);
  }
  expect(executions).toBeGreaterThanOrEqual(words.length + 20);
  end();
  goOn?.();
  for (const word of words) expect((await first.data()).conversationEvents.comment.body).toBe(word);
});

it('goes on for somebody who came while an event was confirmed and the database was away for a moment', async () => {
  const { customer, teammate } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const after = await headOf(customer, ticketId);
  const first = customer.subscribe(followTicket, { ticketId });
  await first.data();
  let second: ReturnType<Actor['subscribe']> | undefined;
  let looks = 0;
  meanwhile(execution, () => {
    const end = around(look, async (run, values) => {
      if (!values.includes(uuid(ticketId))) return run();
      if (++looks === 1) await joined();
      if (looks < 3) return run();
      end();
      throw new AppError('SERVICE_UNAVAILABLE', 'away');
    });
    return Promise.resolve();
  });
  const joined = (): Promise<void> =>
    new Promise((resolve) => {
      const end = around('from tickets r', async (run) => {
        end();
        const found = await run();
        setImmediate(resolve);
        return found;
      });
      second = teammate.subscribe(followTicket, { ticketId, after });
    });
  await say(customer, ticketId, 'Hello');
  expect((await first.data()).conversationEvents.comment.body).toBe('Hello');
  expect(await second?.next()).toMatchObject({ data: { conversationEvents: { comment: { body: 'Hello' } } } });
});

it('reads of a thread no further than what was looked at, also what is not kept', async () => {
  const { customer } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  for (const word of ['One', 'Two', 'Three']) await say(customer, ticketId, word);
  const id = uuid(ticketId);
  const silent = { watch: () => () => undefined } as unknown as Doorbell;
  const threads = new Threads(gateway.app.services.db, silent);
  const thread = threads.of({ id, staffSeq: 3, publicSeq: 3, accessVersion: 1 });
  for (const numbering of ['staffSeq', 'publicSeq'] as const) {
    expect((await thread.after(numbering, 1)).map((entry) => entry[numbering])).toEqual([2, 3]);
  }
});
