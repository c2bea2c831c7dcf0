import { setTimeout as pause } from 'node:timers/promises';
import { loadConfig } from '../../src/config.js';
import { limits } from '../../src/graphql/limits.js';
import { post, type RawAnswer, RawSocket, refusalCodes, send } from '../doors/support.js';
import { type Actor, TestGateway } from '../support/gateway.js';

const limit = 50_000;
const missing = 'tic_00000000-0000-4000-8000-000000000000';
const dear = `{ tickets(first: 50) { totalCount nodes { comments(first: 100) { nodes { id body sentAt version } } } } }`;
const dearCost = 1 + 100 + 1 + 100 + 1 + 50 + 50 + 4 * 5_000;
const follow = `subscription { commentAdded(ticketId: "${missing}") { cursor } }`;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({ COST_PER_MINUTE: `${limit}` });
});
afterAll(() => gateway.stop());

const customer = (): Promise<Actor> => gateway.signIn({ role: 'customer', organization: 'ORG-1' });
const ask = ({ url, token }: Actor, query: string, operationName?: string): Promise<RawAnswer> =>
  post(url, { query, operationName }, token === undefined ? {} : { authorization: `Bearer ${token}` });
const extensionsOf = ({ text }: RawAnswer): unknown => (JSON.parse(text) as { extensions?: unknown }).extensions;
const leftOf = async (actor: Actor): Promise<number> =>
  (extensionsOf(await ask(actor, '{ viewer { id } }')) as { cost: { remaining: number } }).cost.remaining + 2;

/** Spends all but some 9,300 points. */
async function spendMost(actor: Actor): Promise<void> {
  for (let count = 0; count < 2; count++) expect((await ask(actor, dear)).status).toBe(200);
}

describe('An answer', () => {
  it('tells what its operation cost and what is left', async () => {
    const actor = await customer();
    const cost = (requested: number, remaining: number) => ({ cost: { requested, limit, remaining } });
    expect(extensionsOf(await ask(actor, dear))).toEqual(cost(dearCost, limit - dearCost));
    const two = `query a { viewer { id } } query b { viewer { id name role } }`;
    expect(extensionsOf(await ask(actor, two, 'b'))).toEqual(cost(4, limit - dearCost - 4));
    const failing = `mutation { closeTicket(input: { ticketId: "${missing}" }) { ticket { id } } }`;
    const { text } = await ask(actor, failing);
    expect(JSON.parse(text)).toMatchObject({
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
      extensions: cost(3, limit - dearCost - 7),
    });
  });

  it('tells the same to nobody known, and to staff', async () => {
    const agent = await gateway.signIn({ role: 'agent' });
    expect(await leftOf(agent)).toBe(limit);
    const answer = await ask(gateway.withToken(), '{ __typename }');
    expect(extensionsOf(answer)).toEqual({ cost: { requested: 1, limit, remaining: limit - 1 } });
  });

  it('tells nothing where nothing is counted', async () => {
    const free = await TestGateway.start();
    try {
      const actor = await free.signIn({ role: 'customer' });
      for (let count = 0; count < 4; count++) expect(extensionsOf(await ask(actor, dear))).toBeUndefined();
    } finally {
      await free.stop();
    }
  });
});

describe('An operation that costs more than is left', () => {
  const tooDear = `mutation { createTicket(input: { title: "Too dear" }) {
    ticket { comments(first: 100) { nodes { ticket { comments(first: 100) { nodes { id } } } } } }
  } }`;

  it('is refused with 429 and the wait, does nothing and takes nothing', async () => {
    const actor = await customer();
    await spendMost(actor);
    const left = await leftOf(actor);
    const answer = await ask(actor, tooDear);
    expect([answer.status, refusalCodes(answer)]).toEqual([429, ['RATE_LIMITED']]);
    const [{ message, extensions }] = (JSON.parse(answer.text) as { errors: any[] }).errors;
    expect(extensions.retryAfterMs).toBeGreaterThan(0);
    expect(extensions.retryAfterMs).toBeLessThanOrEqual(60_000);
    const seconds = String(Math.ceil(extensions.retryAfterMs / 1000));
    expect(answer.headers['retry-after']).toBe(seconds);
    expect(message).toBe(`The limit of ${limit} points a minute is reached: try again in ${seconds} s.`);
    const { tickets } = await actor.run('{ tickets(first: 1) { totalCount } }');
    expect(tickets.totalCount).toBe(0);
    expect(await leftOf(actor)).toBe(left - 2 - 202);
  });

  it('is refused to all tokens of a person, and to nobody else', async () => {
    const email = 'many-tokens@example.com';
    const [first, second] = [
      await gateway.signIn({ role: 'customer', email, organization: 'ORG-1' }),
      await gateway.signIn({ role: 'customer', email, organization: 'ORG-1', name: 'Again' }),
    ];
    await spendMost(first);
    expect((await ask(second, dear)).status).toBe(429);
    expect((await ask(await customer(), dear)).status).toBe(200);
  });

  it('is refused at either door for what was spent at the other', async () => {
    const actor = await customer();
    const socket = await RawSocket.open(gateway.url, actor.token);
    expect(await socket.ask(follow)).toMatchObject({ payload: { errors: [{ extensions: { code: 'NOT_FOUND' } }] } });
    expect(await socket.next()).toMatchObject({ type: 'complete' });
    expect(await leftOf(actor)).toBe(limit - 2);
    await spendMost(actor);
    const names = Array.from({ length: 2 }, (_, n) => `a${n}: comments(first: 100) { nodes { ...c } }`).join(' ');
    const document = `subscription { commentAdded(ticketId: "${missing}") { comment { ticket { ${names} } } } }
      fragment c on Comment { id ticket { comments(first: 100) { nodes { id } } } }`;
    const { type, payload } = await socket.ask(document);
    expect([type, payload]).toEqual([
      'error',
      [
        {
          message: expect.stringMatching(/^The limit of 50000 points a minute is reached: try again in \d+ s\.$/),
          extensions: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) },
        },
      ],
    ]);
    socket.close();
  });

  it('is taken after the wait that was told', async () => {
    const brisk = await TestGateway.start({ COST_PER_MINUTE: `${limit}` }, undefined, { quotaSeconds: 1 });
    try {
      const actor = await brisk.signIn({ role: 'customer' });
      let answer = await ask(actor, dear);
      while (answer.status === 200) answer = await ask(actor, dear);
      await pause((JSON.parse(answer.text) as { errors: any[] }).errors[0].extensions.retryAfterMs);
      expect(extensionsOf(await ask(actor, dear))).toMatchObject({ cost: { remaining: limit - dearCost } });
    } finally {
      await brisk.stop();
    }
  });
});

it('An operation that costs more than MAX_QUERY_COST is refused at both doors', async () => {
  const strict = await TestGateway.start({ MAX_QUERY_COST: '1000' });
  try {
    const actor = await strict.signIn({ role: 'customer' });
    const comments = (names: number): string =>
      `comments(first: 99) { nodes { ${Array.from({ length: names }, (_, n) => `a${n}: id`).join(' ')} } }`;
    const message = 'The document is too complex: at most 1000 points are allowed.';
    expect(await actor.run(`{ ticket(number: 1) { ${comments(10)} } }`)).toEqual({ ticket: null });
    const answer = await ask(actor, `{ ticket(number: 1) { ${comments(11)} } }`);
    expect(JSON.parse(answer.text)).toMatchObject({ errors: [{ message, extensions: { code: 'QUERY_TOO_COMPLEX' } }] });
    const socket = await RawSocket.open(strict.url, actor.token);
    const told = await socket.ask(
      `subscription { commentAdded(ticketId: "${missing}") { comment { ticket { ${comments(11)} } } } }`,
    );
    expect(told).toMatchObject({ type: 'error', payload: [{ message }] });
    socket.close();
  } finally {
    await strict.stop();
  }
});

describe('What is refused', () => {
  const wrong = [
    '{ nothing }',
    '{',
    '{ viewer { id } } fragment a on Query { ...a }',
    'query a { viewer { id } } query a { viewer { id } }',
  ];

  it.each<[string, (actor: Actor, index: number) => Promise<unknown>]>([
    ['over HTTP', (actor, index) => ask(actor, wrong[index % wrong.length] ?? '')],
    ['in its body', (actor) => post(gateway.url, '{', { authorization: `Bearer ${actor.token}` })],
    [
      'in its variables',
      (actor) => {
        const variables = { a: Array.from({ length: limits.variables + 1 }, () => ({})) };
        return post(gateway.url, { query: '{ viewer { id } }', variables }, { authorization: `Bearer ${actor.token}` });
      },
    ],
    [
      'over the socket',
      async (actor, index) => {
        const socket = await RawSocket.open(gateway.url, actor.token);
        await socket.ask(wrong[index % wrong.length] ?? '');
        socket.close();
      },
    ],
  ])('%s costs 5,000 points, and whoever has none left is read no more', async (_where, refuse) => {
    const actor = await customer();
    for (let count = 1; count < 10; count++) await refuse(actor, count);
    expect(await leftOf(actor)).toBe(limit - 45_000);
    await refuse(actor, 0);
    for (const query of ['{ __typename }', '{ nothing }']) {
      const answer = await ask(actor, query);
      expect([answer.status, refusalCodes(answer)]).toEqual([429, ['RATE_LIMITED']]);
      expect(answer.headers['retry-after']).toMatch(/^\d+$/);
    }
    const unread = await send(gateway.url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${actor.token}`,
        'content-type': 'application/json',
        'content-length': 1_000_000,
      },
      body: '{',
    }).catch((error: NodeJS.ErrnoException) => ({ status: error.code, headers: {} }));
    expect([429, 'ECONNRESET', 'EPIPE']).toContain(unread.status);
    const socket = await RawSocket.open(gateway.url, actor.token);
    expect(await socket.ask(follow)).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'RATE_LIMITED' } }],
    });
    socket.close();
  });

  it('because its variables are of other types than it says costs as much, at both doors', async () => {
    const typed = 'query ($type: StateType!) { states(type: $type) { id } }';
    const actor = await customer();
    const headers = { authorization: `Bearer ${actor.token}` };
    const answer = await post(gateway.url, { query: typed, variables: { type: 'NONE' } }, headers);
    expect([answer.status, refusalCodes(answer)]).toEqual([400, ['VALIDATION_FAILED']]);
    const left = await leftOf(actor);
    expect(left).toBeLessThanOrEqual(limit - 5_000);
    const socket = await RawSocket.open(gateway.url, actor.token);
    const query = 'subscription ($id: ID!, $after: Cursor) { commentAdded(ticketId: $id, after: $after) { cursor } }';
    expect(await socket.ask(query, { id: 'x', after: {} })).toMatchObject({
      type: 'error',
      payload: [{ message: expect.stringContaining('"$after"'), extensions: { code: 'VALIDATION_FAILED' } }],
    });
    socket.close();
    expect(await leftOf(actor)).toBe(left - 2 - 5_000);
  });

  it('costs nothing where it is not the fault of whoever asks, or nothing was read for it', async () => {
    const actor = await customer();
    await ask(actor, '{ node(id: "1") { id } }');
    const persistedQuery = { version: 1, sha256Hash: 'a'.repeat(64) };
    await post(gateway.url, { extensions: { persistedQuery } }, { authorization: `Bearer ${actor.token}` });
    expect(await leftOf(actor)).toBe(limit - 2);
  });
});

describe('What the database has to go through', () => {
  it.each([
    ['a list', '{ tickets(first: 1) { nodes { id } } }', 1 + 1 + 1 + 100],
    ['a list by page numbers', '{ ticketsPage(itemsPerPage: 1) { items { id } } }', 1 + 1 + 1 + 100],
    ['a list of people', '{ users(first: 1) { nodes { id } } }', 1 + 1 + 1 + 100],
    ['a list with how long it is', '{ a: tickets { ...T } } fragment T on TicketConnection { b: totalCount }', 202],
    ['a search', '{ tickets(query: "printer", first: 1) { totalCount } }', 1 + 1 + 500 + 100],
    ['a search for what a variable says', 'query ($q: String) { tickets(query: $q) { totalCount } }', 602],
    ['a search for nothing', '{ tickets(query: null) { totalCount } }', 1 + 1 + 100 + 100],
    ['how many comments a ticket has', '{ ticket(number: 1) { comments { totalCount } } }', 3],
  ])('has its price: %s', async (_what, query, cost) => {
    expect(extensionsOf(await ask(await customer(), query))).toMatchObject({ cost: { requested: cost } });
  });

  it('is refused when it is a hundred searches in one operation', async () => {
    const searches = Array.from({ length: 100 }, (_, n) => `a${n}: tickets(query: "word${n}") { totalCount }`).join(
      ' ',
    );
    expect(refusalCodes(await ask(await customer(), `{ ${searches} }`))).toEqual(['QUERY_TOO_COMPLEX']);
  });
});

it('Without another setting fifty of the dearest operations can run in a minute', () => {
  expect(loadConfig({}).costPerMinute).toBe(50 * limits.answers);
});
