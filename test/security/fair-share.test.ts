import { type ClientRequest, request } from 'node:http';
import pg from 'pg';
import { until } from '../files/support.js';
import { post, type RawAnswer, refusalCodes } from '../doors/support.js';
import { type Actor, onServer, TestGateway } from '../support/gateway.js';
import { openTicket, say } from '../tickets/support.js';

const limit = 100_000_000;
const [atOnce, waiting] = [20, 100];
const body = JSON.stringify({ query: '{ __typename }' });

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({ COST_PER_MINUTE: `${limit}` });
});
afterAll(() => gateway.stop());

const ask = ({ url, token }: Actor): Promise<RawAnswer> => post(url, body, { authorization: `Bearer ${token}` });

/** A request of which nothing but the last byte has been sent. */
class Unfinished {
  answer: { status: number | undefined; retryAfter: string | undefined } | undefined;
  private readonly outgoing: ClientRequest;

  constructor({ url, token }: Actor) {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': body.length,
    };
    this.outgoing = request(url, { agent: false, method: 'POST', headers }, (response) => {
      this.answer = { status: response.statusCode, retryAfter: response.headers['retry-after'] };
      response.resume();
    });
    this.outgoing.on('error', () => undefined);
    this.outgoing.write(body.slice(0, -1));
  }

  finish(): void {
    this.outgoing.end(body.slice(-1));
  }

  leave(): void {
    this.outgoing.destroy();
  }
}

/** As many unfinished requests as there is room for, and how the one too many was answered. */
async function crowd(actor: Actor): Promise<{ inside: Unfinished[]; refused: Unfinished['answer'] }> {
  const all = Array.from({ length: atOnce + waiting + 1 }, () => new Unfinished(actor));
  await until(() => Promise.resolve(all.some(({ answer }) => answer)));
  const inside = all.filter(({ answer }) => !answer);
  return { inside, refused: all.find(({ answer }) => answer)?.answer };
}

describe('Somebody who has as many requests under way as one may', () => {
  it('is refused one more at once and for nothing, and nobody else is', async () => {
    const [busy, other] = [await gateway.signIn({ role: 'customer' }), await gateway.signIn({ role: 'customer' })];
    const { inside, refused } = await crowd(busy);
    expect(refused).toEqual({ status: 429, retryAfter: '1' });
    expect(inside).toHaveLength(atOnce + waiting);
    const answer = await ask(busy);
    expect([answer.status, refusalCodes(answer)]).toEqual([429, ['RATE_LIMITED']]);
    expect((await ask(other)).status).toBe(200);
    for (const one of inside) one.finish();
    await until(() => Promise.resolve(inside.every((one) => one.answer)));
    expect(inside.map((one) => one.answer?.status)).toEqual(inside.map(() => 200));
    const { text } = await ask(busy);
    expect(JSON.parse(text)).toMatchObject({ extensions: { cost: { remaining: limit - inside.length - 1 } } });
  });

  it('has all their places again once those who held them are gone, whether they waited or not', async () => {
    const actor = await gateway.signIn({ role: 'customer' });
    for (let round = 0; round < 3; round++) {
      const { inside } = await crowd(actor);
      expect(inside).toHaveLength(atOnce + waiting);
      for (const one of inside) one.leave();
      await until(async () => (await ask(actor)).status === 200);
      // The others that have left are noticed one by one.
      await Promise.all(Array.from({ length: atOnce }, () => ask(actor)));
    }
  });
});

const onServerOnly = onServer() ? it : it.skip;
if (!onServer()) console.warn('Not run without TEST_DATABASE_URL: one person at the whole database');

/** Somebody else at the database, and how many there wait for a lock of theirs. */
async function openHolder(): Promise<{ holder: pg.Client; held: () => Promise<number> }> {
  const { url } = globalThis.testDatabase as { url: string };
  const holder = new pg.Client(url);
  await holder.connect();
  await holder.query('begin');
  const held = async (): Promise<number> => {
    const { rows } = await holder.query<{ count: number }>(
      `select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows[0]?.count ?? 0;
  };
  return { holder, held };
}

onServerOnly('Somebody whose statements all wait has part of the connections, and others are answered', async () => {
  const { customer, agent } = await gateway.cast();
  const { id } = await openTicket(customer);
  const { holder, held } = await openHolder();
  try {
    await holder.query('select from tickets for update');
    const say = `mutation ($input: AddCommentInput!) { addComment(input: $input) { replayed } }`;
    const comments = Array.from({ length: 15 }, (_, n) =>
      customer.send(say, { input: { ticketId: id, body: `${n}` } }),
    );
    await until(async () => (await held()) >= 6);
    await Promise.all(Array.from({ length: 20 }, () => agent.run('{ tickets(first: 1) { totalCount } }')));
    expect(await held()).toBe(6);
    await holder.query('commit');
    for (const { errors } of await Promise.all(comments)) expect(errors).toBeUndefined();
  } finally {
    await holder.end();
  }
});

onServerOnly('Somebody whose subscriptions all wait has part of the connections, and others are answered', async () => {
  const { customer, agent } = await gateway.cast();
  const { id } = await openTicket(customer);
  const { holder, held } = await openHolder();
  try {
    await holder.query('lock table tickets');
    const follow = 'subscription ($id: ID!) { conversationEvents(ticketId: $id) { cursor } }';
    const streams = Array.from({ length: 15 }, () => customer.subscribe(follow, { id }));
    await until(async () => (await held()) >= 6);
    await Promise.all(Array.from({ length: 20 }, () => agent.run('{ viewer { id } }')));
    expect(await held()).toBe(6);
    await holder.query('commit');
    await say(customer, id, 'A word');
    for (const stream of streams) expect((await stream.next()).errors).toBeUndefined();
  } finally {
    await holder.end();
  }
});
