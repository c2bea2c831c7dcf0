import WebSocket from 'ws';
import { AppError, ErrorCode } from '../../src/errors.js';
import { Tickets } from '../../src/services/tickets.js';
import { createLogger } from '../../src/logger.js';
import { memoryLog, post, RawSocket, send, upgradeStatus } from '../doors/support.js';
import { linkTo, put, upload } from '../files/support.js';
import { confirm, impatient, MailServer, quick } from '../mail/support.js';
import { secret, TestGateway } from '../support/gateway.js';
import { openTicket, say } from '../tickets/support.js';

afterEach(() => jest.restoreAllMocks());

describe('A request', () => {
  const log = memoryLog();
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await TestGateway.start({}, log.logger);
  });
  afterAll(() => gateway.stop());
  beforeEach(() => log.entries.splice(0));

  const idOf = async (headers: Record<string, string>, path = '/health/live'): Promise<unknown> =>
    (await send(new URL(path, gateway.url).href, { headers })).headers['x-request-id'];
  const served = (): unknown[] => log.entries.filter(({ msg }) => msg === 'served').map(({ requestId }) => requestId);

  it.each(['abcdefgh', '6f1c.a-b_c', 'a'.repeat(128), '0b0d9f9e-5f6d-4a4b-9f0e-0d9b0c0a0f0e'])(
    'is known by the id that it brings: %s',
    async (id) => {
      expect(await idOf({ 'x-request-id': id })).toBe(id);
      expect(served()).toEqual([id]);
    },
  );

  it.each(['', 'short', 'a'.repeat(129), 'two words here', '<script>alert</script>', 'a;b,c:d/e"f', 'naïve-request'])(
    'gets another id than %j, which is no plain name',
    async (id) => {
      const given = await idOf({ 'x-request-id': Buffer.from(id).toString('latin1') });
      expect(given).toMatch(/^[0-9a-f]{32}$/);
      expect(served()).toEqual([given]);
    },
  );

  it.each(['/graphql', '/nothing', '/uploads/x', '/files/x', '/reports/tickets.csv', '/health/ready'])(
    'to %s gets an id of its own, whatever comes of it',
    async (path) => {
      const ids = [await idOf({}, path), await idOf({}, path)];
      for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
      expect(new Set(ids).size).toBe(2);
      expect(served()).toEqual(ids);
    },
  );

  it('is told of in one line, without its address, its words or its variables', async () => {
    const { customer } = await gateway.cast();
    await customer.run('{ viewer { id } }');
    gateway.statements.take();
    log.entries.splice(0);
    await customer.run('query SecretName($text: String!) { ticketsPage(query: $text) { items { id } } }', {
      text: 'secret words',
    });
    expect(log.entries).toEqual([
      {
        ...{ level: 30, time: expect.any(Number), pid: process.pid, hostname: expect.any(String) },
        ...{ requestId: expect.any(String), msg: 'served', route: 'graphql', method: 'POST', status: 200 },
        ...{
          outcome: 'ok',
          ms: expect.any(Number),
          statements: gateway.statements.take().length,
          field: 'ticketsPage',
          operation: 'other',
        },
      },
    ]);
    expect(JSON.stringify(log.entries)).not.toMatch(/secret/i);
  });

  it('that fails is known by one id: in the answer, its header and every line about it', async () => {
    jest.spyOn(Tickets.prototype, 'join').mockRejectedValue(new Error('out of order'));
    const { agent } = await gateway.cast();
    log.entries.splice(0);
    const query = 'mutation { a: joinTicket(input: { ticketId: "x" }) { replayed } }';
    const headers = { authorization: `Bearer ${agent.token}`, 'x-request-id': 'of-the-proxy.1' };
    const answer = await post(gateway.url, { query }, headers);
    expect(answer.headers['x-request-id']).toBe('of-the-proxy.1');
    const { errors } = JSON.parse(answer.text) as { errors: { message: string; extensions: object }[] };
    expect(errors).toEqual([
      expect.objectContaining({
        message: 'Something went wrong on our side. Report this id: of-the-proxy.1',
        extensions: { code: 'INTERNAL', id: 'of-the-proxy.1' },
      }),
    ]);
    expect(log.entries.map(({ msg, requestId }) => [msg, requestId])).toEqual([
      ['an operation failed unexpectedly', 'of-the-proxy.1'],
      ['served', 'of-the-proxy.1'],
    ]);
    expect(log.entries.at(-1)).toMatchObject({ outcome: 'fault', status: 200 });
  });

  it('that opens a socket lends it its id', async () => {
    const opening = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws', {
      headers: { 'x-request-id': 'of-the-socket' },
    });
    const id = await new Promise((resolve) =>
      opening.once('upgrade', ({ headers }) => resolve(headers['x-request-id'])),
    );
    expect(id).toBe('of-the-socket');
    opening.terminate();

    const { customer } = await gateway.cast();
    const socket = await RawSocket.init(
      gateway.url,
      { authorization: `Bearer ${customer.token}` },
      { headers: { 'x-request-id': 'of-another' } },
    );
    await socket.next();
    jest.spyOn(gateway.app.services.people, 'recognise').mockRejectedValue(new Error('out of order'));
    const { payload } = await socket.ask('subscription { commentAdded(ticketId: "x") { cursor } }');
    expect(payload).toMatchObject([{ extensions: { code: 'INTERNAL', id: 'of-another' } }]);
    expect(log.entries).toContainEqual(
      expect.objectContaining({ msg: 'an operation failed unexpectedly', requestId: 'of-another' }),
    );
    socket.close();
  });

  it('that becomes a socket, or may not, is told of like any other', async () => {
    const headers = { 'x-request-id': 'of-the-offer' };
    const told = {
      level: 30,
      msg: 'served',
      requestId: 'of-the-offer',
      method: 'GET',
      statements: 0,
      ms: expect.any(Number),
    };
    expect(await upgradeStatus(gateway.url, { headers })).toBe(101);
    expect(log.entries).toEqual([expect.objectContaining({ ...told, route: 'graphql', status: 101, outcome: 'ok' })]);
    log.entries.splice(0);
    expect(await upgradeStatus(gateway.url, { headers: { ...headers, origin: 'https://evil.example' } })).toBe(403);
    expect(await upgradeStatus(gateway.url.replace('graphql', 'files'), { headers })).toBe(404);
    expect(log.entries).toEqual([
      expect.objectContaining({ ...told, route: 'graphql', status: 403, outcome: 'refused' }),
      expect.objectContaining({ ...told, route: 'files', status: 404, outcome: 'refused' }),
    ]);
  });

  it('has its id in the lines of whoever notes something for it', async () => {
    const cause = new Error('out of order');
    const away = new AppError(ErrorCode.SERVICE_UNAVAILABLE, 'Try again.', undefined, {}, { cause });
    jest.spyOn(Tickets.prototype, 'join').mockRejectedValue(away);
    const { agent } = await gateway.cast();
    const headers = { authorization: `Bearer ${agent.token}`, 'x-request-id': 'of-the-proxy.2' };
    for (const errors of ['replayed', 'userErrors { code }']) {
      log.entries.splice(0);
      await post(gateway.url, { query: `mutation { joinTicket(input: { ticketId: "x" }) { ${errors} } }` }, headers);
      expect(log.entries.map(({ msg, requestId }) => [msg, requestId])).toEqual([
        ['Try again.', 'of-the-proxy.2'],
        ['served', 'of-the-proxy.2'],
      ]);
    }
  });

  it('does not count what its news has others read', async () => {
    const { customer, agent } = await gateway.cast();
    const { id } = await openTicket(customer);
    await say(customer, id, 'A word');
    log.entries.splice(0);
    await say(customer, id, 'To nobody');
    const live = agent.subscribe('subscription ($id: ID!) { conversationEvents(ticketId: $id) { cursor } }', { id });
    await live.data();
    await say(customer, id, 'To somebody');
    await live.data();
    const [alone, heard] = log.entries
      .filter(({ field }) => field === 'addComment')
      .map(({ statements }) => statements as number);
    expect(alone).toBeGreaterThan(1);
    expect(heard).toBe(alone);
    live.stop();
  });
});

describe('The log of a busy gateway', () => {
  const lines: string[] = [];
  const logger = createLogger('trace', { write: (line) => void lines.push(line) });
  const server = new MailServer();
  let gateway: TestGateway;
  beforeAll(async () => {
    await server.start();
    const options = { jobs: quick, mailLimits: impatient };
    gateway = await TestGateway.start({ SMTP_URL: server.url, LOG_LEVEL: 'trace' }, logger, options);
  });
  afterAll(async () => {
    await gateway.stop();
    await server.stop();
  });

  it('holds no token, key, address, link or word of anybody', async () => {
    const secrets = {
      key: secret,
      title: 'Zephyr is the title',
      body: 'Quokka is the body',
      search: 'Walrus is looked for',
      name: 'Persephone Private',
      address: 'persephone.private@example.com',
      contact: 'unknown.mailbox@example.com',
      phone: '+15005550006',
      file: 'Narwhal in a file',
      fileName: 'narwhal-name.txt',
      parameter: 'gnu-of-the-socket',
      variable: 'Ocelot in a variable',
      parameterOfStatement: 'Tapir of a statement',
    };
    const { agent, admin } = await gateway.cast();
    const customer = await gateway.signIn({ role: 'customer', name: secrets.name, email: secrets.address });
    server.unknown.add(secrets.contact);

    const contact = { mainEmail: secrets.contact, preferredContactMethod: 'email' };
    const { id } = await openTicket(customer, { title: secrets.title, body: secrets.body, contact });
    await say(agent, id, secrets.body);
    await agent.run('query ($query: String!) { ticketsPage(query: $query) { items { id } } }', {
      query: secrets.search,
    });
    await agent.send('query ($id: ID!) { ticket(id: $id) { nonsense } }', { id: secrets.variable });
    await agent.send('{ ticket(id: 5, number: "Ocelot in a variable") { id } }');
    const { viewer } = await customer.run<{ viewer: { id: string } }>('{ viewer { id } }');
    const input = { userId: viewer.id, phoneNumber: secrets.phone };
    await admin.run('mutation ($input: UpdateUserInput!) { updateUser(input: $input) { replayed } }', { input });

    const file = await upload(customer, secrets.file, { name: secrets.fileName });
    const link = await linkTo(customer, file);
    await send(link);
    await put(link, secrets.file);
    const live = customer.subscribe('subscription ($id: ID!) { conversationEvents(ticketId: $id) { cursor } }', { id });
    await live.data();
    const socket = await RawSocket.init(gateway.url, { authorization: `Bearer ${secrets.parameter}`, secrets });
    await socket.closed;
    const broken = await RawSocket.open(gateway.url, customer.token);
    broken.send(`{ "${secrets.variable}"`);
    await broken.closed;

    // Faults tell the most: of a statement that PostgreSQL refuses, and of a letter that a mail server does.
    const { db } = gateway.app.services;
    const query = db.query.bind(db);
    for (const sql of [`select $1::timestamptz`, `select $1::int`, `select $1::jsonb`, `select $1::uuid`]) {
      const spy = jest
        .spyOn(db, 'query')
        .mockImplementation((text, values) =>
          text.includes('from topics')
            ? query(sql, [`${secrets.parameterOfStatement} ${customer.token}`])
            : query(text, values),
        );
      expect(await customer.send('{ topics { id } }')).toMatchObject({
        errors: [{ extensions: { code: 'INTERNAL' } }],
      });
      spy.mockRestore();
    }
    const refused = `550 ${secrets.contact} is not known to postgres://me:${secret}@db, says Bearer ${customer.token}`;
    const spy = jest.spyOn(db, 'query').mockRejectedValue(new Error(refused, { cause: new Error(refused) }));
    await customer.send('{ topics { id } }');
    spy.mockRestore();
    await confirm(agent, id);
    await server.until(() => server.refused > 0 && lines.some((line) => line.includes('a job has failed')));

    const text = lines.join('');
    const tokens = [customer, agent, admin].map(({ token }) => token ?? '');
    const found = [
      ...Object.values(secrets),
      ...tokens,
      ...tokens.map((token) => token.split('.')[2] ?? ''),
      new URL(link).search,
    ];
    expect(found.filter((what) => text.toLowerCase().includes(what.toLowerCase()))).toEqual([]);
    // There was something to find.
    for (const said of ['served', 'an operation failed unexpectedly', 'a job has failed']) expect(text).toContain(said);
    expect(lines.filter((line) => (JSON.parse(line) as { level: number }).level >= 50).length).toBeGreaterThan(4);
  });
});
