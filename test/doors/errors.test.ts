import pg from 'pg';
import { Tickets } from '../../src/services/tickets.js';
import { type Actor, onServer, TestGateway } from '../support/gateway.js';
import { memoryLog, post, RawSocket, type RawAnswer, refusalCodes, send } from './support.js';

const log = memoryLog();
let gateway: TestGateway;
let customer: Actor;
let agent: Actor;
beforeAll(async () => {
  gateway = await TestGateway.start({}, log.logger);
  ({ customer, agent } = await gateway.cast());
});
afterAll(() => gateway.stop());
beforeEach(() => log.entries.splice(0));
afterEach(() => jest.restoreAllMocks());

const loud = (): typeof log.entries => log.entries.filter(({ level }) => level >= 40);
const ask = (query: string, variables?: unknown, who = customer): Promise<RawAnswer> =>
  post(gateway.url, { query, variables }, { authorization: `Bearer ${who.token}` });

async function closedTicket(): Promise<string> {
  const { createTicket } = await customer.run('mutation { createTicket(input: { title: "Mine" }) { ticket { id } } }');
  const { id } = createTicket.ticket;
  await customer.run('mutation ($id: ID!) { closeTicket(input: { ticketId: $id }) { replayed } }', { id });
  return id;
}

const secretFault = new Error('relation "users" of postgres://postgres:hunter2@db does not exist');
const writtenDown = { message: 'relation "users" of postgres://<credentials>@db does not exist' };
const masked = {
  message: expect.stringMatching(/^Something went wrong on our side\. Report this id: [0-9a-f]{32}$/),
  extensions: { code: 'INTERNAL', id: expect.stringMatching(/^[0-9a-f]{32}$/) },
};
function expectLoggedOnce(errors: { message: string; extensions: any }[]): void {
  const [{ message, extensions }, ...others] = errors as [{ message: string; extensions: { id: string } }];
  expect(others).toEqual([]);
  expect(message).toContain(extensions.id);
  expect(log.entries.filter(({ level }) => level >= 50)).toEqual([
    expect.objectContaining({ level: 50, requestId: extensions.id, error: expect.objectContaining(writtenDown) }),
  ]);
}

it.each([
  ['no operation has', { query: '{ viewer { id } }', operationName: 'Other' }],
  ['is empty', { query: '{ viewer { id } }', operationName: '' }],
  ['is missing where there are two', { query: 'query A { viewer { id } } query B { viewer { name } }' }],
])('A name of an operation that %s is an error of the client', async (_, body) => {
  const answer = await post(gateway.url, body, { authorization: `Bearer ${customer.token}` });
  expect([answer.status, refusalCodes(answer)]).toEqual([400, ['OPERATION_RESOLUTION_FAILURE']]);
  expect(loud()).toEqual([]);
});

describe('A fault that nobody expected', () => {
  it('in a mutation is masked, also where userErrors are selected, and logged once under its id', async () => {
    jest.spyOn(Tickets.prototype, 'join').mockRejectedValue(secretFault);
    const { data, errors } = await agent.send(
      'mutation { joinTicket(input: { ticketId: "x" }) { userErrors { code } } }',
    );
    expect([data, errors]).toEqual([
      { joinTicket: null },
      [{ ...masked, path: ['joinTicket'], locations: expect.any(Array) }],
    ]);
    expectLoggedOnce(errors ?? []);
  });

  it('in a query is masked and logged once under its id', async () => {
    await customer.run('{ viewer { id } }');
    const { db } = gateway.app.services;
    const query = db.query.bind(db);
    jest
      .spyOn(db, 'query')
      .mockImplementation((sql, values) =>
        sql.includes('from topics') ? Promise.reject(secretFault) : query(sql, values),
      );
    const { data, errors } = await customer.send('{ topics { id } }');
    expect([data, errors]).toEqual([null, [{ ...masked, path: ['topics'], locations: expect.any(Array) }]]);
    expectLoggedOnce(errors ?? []);
  });

  it('in whoever recognises people is masked at both doors', async () => {
    jest.spyOn(gateway.app.services.people, 'recognise').mockRejectedValue(secretFault);
    const answer = await ask('{ viewer { id } }');
    expect([answer.status, refusalCodes(answer)]).toEqual([500, ['INTERNAL']]);
    expect(answer.text).not.toContain('hunter2');
    const socket = await RawSocket.init(gateway.url, { authorization: `Bearer ${customer.token}` });
    expect(await socket.closed).toEqual({ code: 1012, reason: 'Try again' });
  });

  it('at the beginning of a subscription is masked and logged once under its id', async () => {
    const { createTicket } = await customer.run('mutation { createTicket(input: { title: "x" }) { ticket { id } } }');
    const socket = await RawSocket.open(gateway.url, customer.token);
    jest.spyOn(gateway.app.services.db, 'query').mockRejectedValue(secretFault);
    const { payload } = await socket.ask(
      'subscription ($id: ID!) { commentAdded(ticketId: $id) { cursor } }',
      createTicket.ticket,
    );
    const errors = (payload.errors ?? payload) as { message: string; extensions: any }[];
    expect(errors).toEqual([expect.objectContaining(masked)]);
    expectLoggedOnce(errors);
    socket.close();
  });

  it('amid the events of a subscription is masked and logged under its id', async () => {
    const { createTicket } = await customer.run('mutation { createTicket(input: { title: "x" }) { ticket { id } } }');
    const { id } = createTicket.ticket;
    const live = customer.subscribe(
      'subscription ($id: ID!) { conversationEvents(ticketId: $id) { __typename actor { name } } }',
      { id },
    );
    await live.data();
    const { db } = gateway.app.services;
    const query = db.query.bind(db);
    jest
      .spyOn(db, 'query')
      .mockImplementation((sql, values) =>
        sql.includes('from conversation_log') ? Promise.reject(secretFault) : query(sql, values),
      );
    await agent.run('mutation ($id: ID!) { addComment(input: { ticketId: $id, body: "x" }) { replayed } }', { id });
    const { errors } = await live.next();
    expect(errors).toEqual([expect.objectContaining(masked)]);
    expect(loud()).toContainEqual(expect.objectContaining({ level: 50, requestId: errors?.[0]?.extensions?.['id'] }));
  });
});

describe('[d30] A variable of the wrong type', () => {
  it.each([
    ['query ($n: Int!) { ticket(number: $n) { id } }', { n: 'INC-1' }],
    ['query ($n: Int!) { ticket(number: $n) { id } }', {}],
    ['query ($n: Int!) { ticket(number: $n) { id } }', { n: 2 ** 40 }],
    ['query ($t: StateType) { states(type: $t) { id } }', { t: 'NONE' }],
    [
      'mutation ($i: CreateTicketInput!) { createTicket(input: $i) { replayed userErrors { code } } }',
      { i: { colour: 'red' } },
    ],
    [
      'mutation ($i: CreateTicketInput!) { createTicket(input: $i) { replayed userErrors { code } } }',
      { i: { title: 5 } },
    ],
  ])('is VALIDATION_FAILED with HTTP 400: %s %j', async (query, variables) => {
    const answer = await ask(query, variables);
    expect([answer.status, refusalCodes(answer)]).toEqual([400, ['VALIDATION_FAILED']]);
    expect(answer.text).toMatch(/Variable \\"\$[nti]\\"/);
    expect(loud()).toEqual([]);
  });

  it.each([
    [{ after: 5 }, 'A cursor is a string'],
    [{ id: {} }, 'ID cannot represent'],
    [{ id: null }, 'of non-null type'],
  ])('is VALIDATION_FAILED over the socket: %j', async (wrong, words) => {
    const socket = await RawSocket.open(gateway.url, customer.token);
    const query = 'subscription ($id: ID!, $after: Cursor) { commentAdded(ticketId: $id, after: $after) { cursor } }';
    const { payload } = await socket.ask(query, { id: 'x', ...wrong });
    const message = expect.stringContaining(words);
    expect(payload.errors ?? payload).toEqual([
      expect.objectContaining({ message, extensions: { code: 'VALIDATION_FAILED' } }),
    ]);
    expect(loud()).toEqual([]);
    socket.close();
  });
});

describe('[c11,e31] An expected error', () => {
  const close = (selection: string, rest = ''): string =>
    `mutation ($id: ID!, $yes: Boolean = true, $no: Boolean = false) {
      __typename @include(if: $yes) @skip(if: $no)
      closeTicket(input: { ticketId: $id }) { replayed ${selection} }
    } ${rest}`;
  const fragment = 'fragment Errors on TicketPayload { ticket { id } ... { userErrors { code } } }';

  it.each([
    ['selected', close('userErrors { code }')],
    ['selected under another name', close('mistakes: userErrors { code }')],
    ['selected in a fragment', close('...Errors', fragment)],
    ['selected in a nameless fragment', close('... on TicketPayload { userErrors { code } }')],
    ['selected on a condition that holds', close('userErrors @include(if: $yes) { code }')],
    ['not skipped', close('... @skip(if: $no) { userErrors { code } }')],
    [
      'selected in a fragment on a condition that holds',
      close('...Errors @include(if: $yes) @skip(if: $no)', fragment),
    ],
    ['skipped once and selected once', close('userErrors @skip(if: $yes) { code } ...Errors', fragment)],
  ])('is data where userErrors are %s', async (_how, mutation) => {
    const { status, text } = await ask(mutation, { id: await closedTicket() });
    const { data, errors } = JSON.parse(text) as { data: { closeTicket: Record<string, unknown> }; errors?: unknown };
    expect([status, errors]).toEqual([200, undefined]);
    const { userErrors, mistakes, ...rest } = data.closeTicket;
    expect(userErrors ?? mistakes).toEqual([{ code: 'TICKET_CLOSED' }]);
    expect(rest).toMatchObject({ replayed: false });
  });

  it.each([
    ['not selected', close('')],
    ['only the name of something else', close('userErrors: replayed')],
    ['skipped', close('userErrors @skip(if: $yes) { code }')],
    ['selected on a condition that does not hold', close('... @include(if: $no) { userErrors { code } }')],
    ['in a fragment that is skipped', close('...Errors @skip(if: $yes)', fragment)],
    ['skipped in a fragment', close('... on TicketPayload { ... @include(if: $no) { userErrors { code } } }')],
  ])('rises with the same code where userErrors are %s', async (_how, mutation) => {
    const { text } = await ask(mutation.replace('replayed ', _how.startsWith('only') ? '' : 'replayed '), {
      id: await closedTicket(),
    });
    expect(JSON.parse(text)).toMatchObject({
      data: { closeTicket: null },
      errors: [{ path: ['closeTicket'], extensions: { code: 'TICKET_CLOSED' } }],
    });
    expect(loud()).toEqual([]);
  });

  it('[d30] names the argument and the rule that it breaks, as data and as an error', async () => {
    const input = { title: 'x'.repeat(256) };
    const { createTicket } = await customer.run(
      `mutation ($input: CreateTicketInput!) {
        createTicket(input: $input) { ticket { id } userErrors { __typename code message path ... on ValidationError { constraint } } }
      }`,
      { input },
    );
    const [userError] = createTicket.userErrors;
    expect(createTicket.ticket).toBeNull();
    expect(userError).toMatchObject({
      __typename: 'ValidationError',
      code: 'VALIDATION_FAILED',
      path: ['input', 'title'],
      constraint: 'length',
    });
    const { errors } = await customer.send(
      'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { replayed } }',
      { input },
    );
    expect(errors).toEqual([
      expect.objectContaining({
        message: userError.message,
        path: ['createTicket'],
        extensions: { code: 'VALIDATION_FAILED', argument: ['input', 'title'], constraint: 'length' },
      }),
    ]);
  });

  it('leaves the other mutations of the operation as they are', async () => {
    const id = await closedTicket();
    const { data, errors } = await customer.send(
      `mutation ($id: ID!) {
        first: createTicket(input: { title: "First" }) { ticket { title } }
        second: closeTicket(input: { ticketId: $id }) { ticket { id } }
        third: createTicket(input: { title: "Third" }) { ticket { title } }
      }`,
      { id },
    );
    expect(data).toEqual({
      first: { ticket: { title: 'First' } },
      second: null,
      third: { ticket: { title: 'Third' } },
    });
    expect(errors).toMatchObject([{ path: ['second'], extensions: { code: 'TICKET_CLOSED' } }]);
  });
});

const onServerOnly = onServer() ? describe : describe.skip;
if (!onServer()) console.warn('Not run without TEST_DATABASE_URL: killed connections, an exhausted pool');
onServerOnly('When the database', () => {
  let admin: pg.Client;
  beforeEach(async () => {
    const { url } = globalThis.testDatabase as { url: string };
    admin = new pg.Client({ connectionString: url });
    await admin.connect();
  });
  afterEach(() => admin.end());

  const sessions = `from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
  /** Holds up everybody who reads tickets and waits until so many do. */
  async function holdUp(readers: number): Promise<Promise<RawAnswer>[]> {
    // One person alone does not get all connections.
    const people = [agent, await gateway.signIn({ role: 'agent', name: 'Colleague' })];
    await Promise.all(people.map((actor) => actor.run('{ viewer { id } }')));
    await admin.query('begin');
    await admin.query('lock table tickets in access exclusive mode');
    const answers = Array.from({ length: readers }, (_, n) =>
      ask('{ ticket(number: 1) { id } }', undefined, people[n % 2]),
    );
    let waiting = 0;
    while (waiting < readers) {
      // Statistics are frozen within a transaction unless asked anew.
      await admin.query('select pg_stat_clear_snapshot()');
      const { rows } = await admin.query<{ n: number }>(
        `select count(*)::int as n ${sessions} and wait_event_type = 'Lock'`,
      );
      waiting = rows[0]?.n ?? 0;
    }
    return answers;
  }
  const expectUnavailable = (text: string): void => {
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] });
    expect(text).not.toMatch(/terminat|administrator|timeout|connection|ECONN|57P0|pool/i);
  };

  /** Sessions that are gone may be noticed one by one. */
  async function servedAgain(): Promise<void> {
    let answer = await ask('{ viewer { name } }', undefined, agent);
    for (; answer.status !== 200; answer = await ask('{ viewer { name } }', undefined, agent))
      expectUnavailable(answer.text);
    expect(JSON.parse(answer.text)).toEqual({ data: { viewer: { name: 'Agent' } } });
  }

  it('ends all sessions, whoever was waiting is told to try again, and the next is served', async () => {
    const answers = await holdUp(3);
    await admin.query(`select pg_terminate_backend(pid) ${sessions}`);
    for (const { text } of await Promise.all(answers)) expectUnavailable(text);
    await admin.query('rollback');
    await servedAgain();
    expect(loud().every(({ level }) => level === 40)).toBe(true);
  });

  it('ends sessions that nobody uses, it is served by new ones', async () => {
    await Promise.all(Array.from({ length: 10 }, () => agent.run('{ viewer { id } }')));
    await admin.query(`select pg_terminate_backend(pid) ${sessions}`);
    await servedAgain();
  });

  it('keeps all connections busy, others are told to try again, and readiness says so until it is over', async () => {
    const answers = await holdUp(10);
    const [answer, health] = await Promise.all([
      ask('{ viewer { id } }'),
      send(new URL('/health/ready', gateway.url).href),
    ]);
    expect(answer.status).toBe(503);
    expectUnavailable(answer.text);
    expect(health).toMatchObject({ status: 503, text: '{"status":"unavailable"}\n' });
    await admin.query('rollback');
    for (const { status } of await Promise.all(answers)) expect(status).toBe(200);
    expect(await send(new URL('/health/ready', gateway.url).href)).toMatchObject({ status: 200 });
    await servedAgain();
  });
});
