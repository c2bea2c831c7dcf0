import { setTimeout as pause } from 'node:timers/promises';
import { Role, type SignedInViewer } from '../../src/auth/viewer.js';
import { limits } from '../../src/graphql/limits.js';
import { Quotas } from '../../src/services/quotas.js';
import { post, send } from '../doors/support.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { done, type Input, mutate, openTicket, say } from '../tickets/support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({ RATE_LIMITS: 'tickets=3,comments=4,uploads=2' });
});
afterAll(() => gateway.stop());

const newCustomer = (): Promise<Actor> => gateway.signIn({ role: 'customer', organization: 'ORG-quotas' });

interface Bucket {
  name: string;
  limit: number;
  remaining: number;
  resetAt: string;
}

const bucketsOf = async (actor: Actor): Promise<Bucket[]> =>
  (await actor.run<{ rateLimit: { buckets: Bucket[] } }>('{ rateLimit { buckets { name limit remaining resetAt } } }'))
    .rateLimit.buckets;

/** How much is left in each bucket. */
const left = async (actor: Actor): Promise<Record<string, number>> =>
  Object.fromEntries((await bucketsOf(actor)).map(({ name, remaining }) => [name, remaining]));

interface Refusal {
  __typename: string;
  code: string;
  message: string;
  path: string[] | null;
  retryAfterMs?: number;
}

const refusalFields = 'userErrors { __typename code message path ... on RateLimitError { retryAfterMs } }';

/** Announces a file; answers why it may not be. */
async function announce(actor: Actor, size = 1): Promise<Refusal[]> {
  const document = `mutation ($input: CreateUploadInput!) { createUpload(input: $input) { ${refusalFields} } }`;
  const input = { name: 'a.txt', size, contentType: 'text/plain' };
  return (await actor.run<{ createUpload: { userErrors: Refusal[] } }>(document, { input })).createUpload.userErrors;
}

/** Opens a ticket over raw HTTP. */
async function openRaw(actor: Actor, selection: string, input: Input = { title: 'A ticket' }) {
  const query = `mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ${selection} } }`;
  const { status, headers, text } = await post(
    gateway.url,
    { query, variables: { input } },
    { authorization: `Bearer ${actor.token}` },
  );
  return { status, retryAfter: headers['retry-after'], answer: JSON.parse(text) };
}

const codesOf = (errors: { code: string }[]): string[] => errors.map(({ code }) => code);

it('[e9] tells the limits and what is left of them, full again now where nothing was done', async () => {
  const customer = await newCustomer();
  const before = Date.now();
  const buckets = await bucketsOf(customer);
  expect(buckets.map(({ name, limit, remaining }) => [name, limit, remaining])).toEqual([
    ['tickets', 3, 3],
    ['comments', 4, 4],
    ['uploads', 2, 2],
  ]);
  for (const { resetAt } of buckets) {
    expect(Date.parse(resetAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(resetAt)).toBeLessThanOrEqual(Date.now());
  }
});

it('[e9] counts tickets, comments with reopenings, and uploads, each in a bucket of its own', async () => {
  const customer = await newCustomer();
  const before = Date.now();
  const { id: ticketId } = await openTicket(customer);
  const [tickets] = await bucketsOf(customer);
  expect(tickets).toMatchObject({ name: 'tickets', remaining: 2 });
  expect(Date.parse(tickets?.resetAt ?? '')).toBeGreaterThanOrEqual(before + 59_000);
  expect(Date.parse(tickets?.resetAt ?? '')).toBeLessThanOrEqual(Date.now() + 60_000);
  await say(customer, ticketId, 'A word');
  await done(customer, 'closeTicket', { ticketId });
  await done(customer, 'reopenTicket', { ticketId, body: 'Again' });
  expect(await announce(customer)).toEqual([]);
  expect(await left(customer)).toEqual({ tickets: 2, comments: 2, uploads: 1 });
});

it('[e9] refuses what is over the limit and names the bucket, the limit and the wait', async () => {
  const customer = await newCustomer();
  const { id: ticketId } = await openTicket(customer);
  await openTicket(customer);
  await openTicket(customer);
  for (const body of ['1', '2', '3', '4']) await say(customer, ticketId, body);
  await announce(customer);
  await announce(customer);
  expect(await left(customer)).toEqual({ tickets: 0, comments: 0, uploads: 0 });
  await done(customer, 'closeTicket', { ticketId });
  const [ticket] = (await mutate(customer, 'createTicket', { title: 'A ticket' })).userErrors;
  const [comment] = (await mutate(customer, 'addComment', { ticketId, body: 'A word' })).userErrors;
  const [reopening] = (await mutate(customer, 'reopenTicket', { ticketId, body: 'Again' })).userErrors;
  const [upload] = await announce(customer);
  const common = { __typename: 'RateLimitError', code: 'RATE_LIMITED', path: null };
  expect(ticket).toMatchObject({ ...common, message: expect.stringMatching(/^The limit of 3 tickets a minute/) });
  expect(comment).toMatchObject({ ...common, message: expect.stringMatching(/^The limit of 4 comments a minute/) });
  expect(reopening).toMatchObject({ ...common, message: expect.stringMatching(/^The limit of 4 comments a minute/) });
  expect(upload).toMatchObject({ ...common, message: expect.stringMatching(/^The limit of 2 uploads a minute/) });
});

it('[e9] lets exactly as many through as are left when 20 come at once', async () => {
  const customer = await gateway.signIn({ role: 'customer' });
  await openTicket(customer);
  const payloads = await Promise.all(
    Array.from({ length: 20 }, (_, index) => mutate(customer, 'createTicket', { title: `${index}` })),
  );
  const codes = payloads.flatMap(({ userErrors }) => codesOf(userErrors));
  expect(codes).toEqual(Array<string>(18).fill('RATE_LIMITED'));
  expect(payloads.filter(({ ticket }) => ticket)).toHaveLength(2);
  const { tickets } = await customer.run<{ tickets: { totalCount: number } }>('{ tickets { totalCount } }');
  expect(tickets.totalCount).toBe(3);
});

it('[e9] counts neither what is refused, nor what fails, nor what is replayed', async () => {
  const customer = await newCustomer();
  const { id: ticketId } = await openTicket(customer, { title: 'A ticket', idempotencyKey: 'k' });
  const untouched = { tickets: 2, comments: 4, uploads: 2 };
  expect(await left(customer)).toEqual(untouched);
  for (let round = 0; round < 4; round++) {
    const again = await done(customer, 'createTicket', { title: 'A ticket', idempotencyKey: 'k' });
    expect(again).toMatchObject({ replayed: true, ticket: { id: ticketId } });
    const blank = await mutate(customer, 'createTicket', { title: ' ' });
    expect(codesOf(blank.userErrors)).toEqual(['VALIDATION_FAILED']);
    const { answer } = await openRaw(customer, 'replayed', { title: ' ' });
    expect(answer.errors[0].extensions.code).toBe('VALIDATION_FAILED');
    const reused = await mutate(customer, 'createTicket', { title: 'Another', idempotencyKey: 'k' });
    expect(codesOf(reused.userErrors)).toEqual(['IDEMPOTENCY_KEY_REUSED']);
    const note = await mutate(customer, 'addComment', { ticketId, body: 'A note', visibility: 'INTERNAL' });
    expect(codesOf(note.userErrors)).toEqual(['FORBIDDEN']);
    const open = await mutate(customer, 'reopenTicket', { ticketId, body: 'Again' });
    expect(codesOf(open.userErrors)).toEqual(['TICKET_NOT_CLOSED']);
    expect(codesOf(await announce(customer, 1e9))).toEqual(['VALIDATION_FAILED']);
  }
  expect(await left(customer)).toEqual(untouched);
});

it('[e9, x15] brings back what was done under a key also when nothing is left', async () => {
  const customer = await newCustomer();
  const input = { title: 'A ticket', idempotencyKey: 'k' };
  const { id: ticketId } = await openTicket(customer, input);
  await openTicket(customer);
  await openTicket(customer);
  const again = await done(customer, 'createTicket', input);
  expect(again).toMatchObject({ replayed: true, ticket: { id: ticketId } });
  const reused = await mutate(customer, 'createTicket', { ...input, title: 'Another' });
  expect(codesOf(reused.userErrors)).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  const other = await mutate(customer, 'createTicket', { ...input, idempotencyKey: 'l' });
  expect(codesOf(other.userErrors)).toEqual(['RATE_LIMITED']);
});

it('[e9] does not make it longer for those who try again too early', async () => {
  const customer = await newCustomer();
  for (let count = 0; count < 3; count++) await openTicket(customer);
  const resetAt = async () => Date.parse((await bucketsOf(customer))[0]?.resetAt ?? '');
  const before = await resetAt();
  for (let count = 0; count < 5; count++) await mutate(customer, 'createTicket', { title: 'Too early' });
  expect(Math.abs((await resetAt()) - before)).toBeLessThan(50);
});

it('[e9] limits neither staff nor a customer because of another', async () => {
  const customer = await newCustomer();
  const teammate = await newCustomer();
  for (let count = 0; count < 4; count++) await mutate(customer, 'createTicket', { title: 'A ticket' });
  expect(await left(customer)).toMatchObject({ tickets: 0 });
  expect(await left(teammate)).toMatchObject({ tickets: 3 });
  const { id } = await openTicket(teammate);
  const { agent, admin } = await gateway.cast();
  for (const staff of [agent, admin]) {
    for (let count = 0; count < 6; count++) {
      await openTicket(staff);
      await say(staff, id, 'A word');
      expect(await announce(staff)).toEqual([]);
    }
    expect(await bucketsOf(staff)).toEqual([]);
  }
});

describe('[e9] Over HTTP a refusal', () => {
  let customer: Actor;
  beforeAll(async () => {
    customer = await newCustomer();
    for (let count = 0; count < 3; count++) {
      expect((await openRaw(customer, 'replayed')).retryAfter).toBeUndefined();
    }
  });

  it('says in a header how many seconds to wait, rounded up, and in its data how many milliseconds', async () => {
    const { status, retryAfter, answer } = await openRaw(customer, `replayed ticket { id } ${refusalFields}`);
    expect(status).toBe(200);
    const { userErrors, ...payload } = answer.data.createTicket;
    expect(payload).toEqual({ replayed: false, ticket: null });
    expect(userErrors).toHaveLength(1);
    const { retryAfterMs, ...error } = userErrors[0];
    expect(error).toMatchObject({ __typename: 'RateLimitError', code: 'RATE_LIMITED', path: null });
    expect(retryAfterMs).toBeGreaterThanOrEqual(1);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
    expect(retryAfter).toBe(String(Math.ceil(retryAfterMs / 1000)));
    expect(error.message).toBe(`The limit of 3 tickets a minute is reached: try again in ${retryAfter} s.`);
  });

  it('says the same as a GraphQL error where userErrors are not selected', async () => {
    const { status, retryAfter, answer } = await openRaw(customer, 'replayed');
    expect(status).toBe(200);
    expect(answer.data).toEqual({ createTicket: null });
    const [{ extensions, message }] = answer.errors;
    expect(extensions).toEqual({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    expect(retryAfter).toBe(String(Math.ceil(extensions.retryAfterMs / 1000)));
    expect(message).toBe(`The limit of 3 tickets a minute is reached: try again in ${retryAfter} s.`);
  });

  it('lets pages of other origins read the header', async () => {
    const origin = 'https://support.example.com';
    const open = await TestGateway.start({ CORS_ORIGINS: origin });
    const { headers } = await send(`${open.url}?query={__typename}`, { headers: { origin } });
    expect(headers['access-control-expose-headers']?.split(',')).toContain('retry-after');
    await open.stop();
  });
});

it('[e9] tells the longest wait of an operation in the header', async () => {
  const customer = await newCustomer();
  for (let count = 0; count < 3; count++) await openTicket(customer);
  await pause(1_100);
  for (let count = 0; count < 2; count++) await announce(customer);
  const query = `mutation {
    createUpload(input: { name: "a.txt", size: 1, contentType: "text/plain" }) { ${refusalFields} }
    createTicket(input: { title: "A ticket" }) { ${refusalFields} }
  }`;
  const { headers, text } = await post(gateway.url, { query }, { authorization: `Bearer ${customer.token}` });
  const { data } = JSON.parse(text) as { data: Record<string, { userErrors: [Required<Refusal>] }> };
  const [upload, ticket] = ['createUpload', 'createTicket'].map((name) => data[name]?.userErrors[0].retryAfterMs ?? 0);
  expect(upload).toBeGreaterThan(ticket ?? 0);
  expect(headers['retry-after']).toBe(String(Math.ceil((upload ?? 0) / 1000)));
});

it('[e9] lets customers go on after the wait that it told, as often as before', async () => {
  const brisk = await TestGateway.start({ RATE_LIMITS: 'uploads=2' }, undefined, { quotaSeconds: 2 });
  try {
    const customer = await brisk.signIn({ role: 'customer' });
    for (let round = 0; round < 2; round++) {
      expect(await announce(customer)).toEqual([]);
      expect(await announce(customer)).toEqual([]);
      const [refusal] = await announce(customer);
      expect(refusal).toMatchObject({ code: 'RATE_LIMITED' });
      expect(refusal?.retryAfterMs).toBeLessThanOrEqual(2_000);
      await pause(refusal?.retryAfterMs);
      expect(await left(customer)).toEqual({ tickets: 2, comments: 60, uploads: 2 });
    }
  } finally {
    await brisk.stop();
  }
});

it('[e9] gives nothing back after its minute, which would be one too many for the next', async () => {
  const quotas = new Quotas({ tickets: 1, comments: 1, uploads: 1 }, undefined, 0.2);
  const viewer = { id: 'a customer', role: Role.CUSTOMER } as SignedInViewer;
  const open = (act = () => Promise.resolve(true)) =>
    quotas.spend(viewer, 'tickets', act, { isDone: (is) => is, wasDone: () => Promise.resolve(false) });
  expect(await open(() => pause(300, false))).toBe(false);
  expect(await quotas.bucketsOf(viewer)).toContainEqual(expect.objectContaining({ name: 'tickets', remaining: 1 }));
  expect(await open()).toBe(true);
  await expect(open()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
});

it('[e9] limits nobody when it is switched off', async () => {
  const free = await TestGateway.start({ RATE_LIMITS: 'off' });
  try {
    const customer = await free.signIn({ role: 'customer' });
    for (let count = 0; count < 25; count++) expect(await announce(customer)).toEqual([]);
    expect(await bucketsOf(customer)).toEqual([]);
  } finally {
    await free.stop();
  }
});

describe('The cost of an operation', () => {
  const costOf = async (actor: Actor, document: string, operationName?: string, variables?: object) => {
    const body = { query: document, operationName, variables };
    const { text } = await post(gateway.url, body, { authorization: `Bearer ${actor.token}` });
    return (JSON.parse(text) as { data: { rateLimit: { cost: number } } }).data.rateLimit.cost;
  };
  const rest = 'rateLimit { cost }';

  it.each([
    ['its fields', `{ ${rest} viewer { id name } }`, 5],
    ['a page as long as it is asked for', `{ ${rest} tickets(first: 10) { totalCount nodes { id } } }`, 215],
    ['a page as long as one may be', `query ($n: Int) { ${rest} tickets(first: $n) { nodes { id } } }`, 204],
    ['a page as long as pages are', `{ ${rest} tickets { nodes { id } } }`, 154],
    ['its fragments as often as they are used', `{ ...a ...a } fragment a on Query { ${rest} viewer { id } }`, 8],
  ])('is that of %s', async (_what, document, cost) => {
    expect(await costOf(await newCustomer(), document)).toBe(cost);
  });

  it('is that of the one that runs, whatever else is in the document', async () => {
    const document = `query a { ${rest} } query b { ${rest} tickets { nodes { id } } }`;
    const customer = await newCustomer();
    expect([await costOf(customer, document, 'a'), await costOf(customer, document, 'b')]).toEqual([2, 154]);
  });

  it('comes with the most that one may cost, for staff too', async () => {
    const { agent } = await gateway.cast();
    expect(await agent.run('{ rateLimit { cost maxCost buckets { name } } }')).toEqual({
      rateLimit: { cost: 5, maxCost: limits.answers, buckets: [] },
    });
  });
});
