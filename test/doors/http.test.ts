import { once } from 'node:events';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { serverAudits } from 'graphql-http';
import { limits } from '../../src/graphql/limits.js';
import { TestGateway } from '../support/gateway.js';
import { exchange, memoryLog, post, refusalCodes, send } from './support.js';

const log = memoryLog();
const origin = 'https://support.example.com';
const csrf = { 'content-type': 'application/json' };
const asBrowser = { accept: 'text/html,application/xhtml+xml' };

let gateway: TestGateway;
let closed: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({ CORS_ORIGINS: `${origin}, http://localhost:3000` }, log.logger);
  closed = await TestGateway.start({ INTROSPECTION: 'off' });
});
afterAll(() => Promise.all([gateway.stop(), closed.stop()]));
beforeEach(() => log.entries.splice(0));

const search = (parameters: Record<string, string>): string =>
  `${gateway.url}?${new URLSearchParams(parameters).toString()}`;

describe('A query', () => {
  it('is answered by POST', async () => {
    const { status, headers, text } = await post(gateway.url, { query: '{ __typename }' });
    expect([status, JSON.parse(text)]).toEqual([200, { data: { __typename: 'Query' } }]);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('is answered by GET where no form of a foreign page could have sent it', async () => {
    const query = 'query ($if: Boolean!) { __typename @include(if: $if) }';
    const url = search({ query, variables: '{"if":true}' });
    const { status, text } = await send(url, { headers: csrf });
    expect([status, JSON.parse(text)]).toEqual([200, { data: { __typename: 'Query' } }]);
    const refused = await send(url);
    expect([refused.status, refusalCodes(refused)]).toEqual([400, ['BAD_REQUEST']]);
  });

  it('goes on over the same connection, one after the other', async () => {
    const body = '{"query":"{ __typename }"}';
    const head = `POST /graphql HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
    const answers = await exchange(gateway.url, `${head}\r\n${body}${head}Connection: close\r\n\r\n${body}`);
    expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  });
});

describe('A mutation over GET', () => {
  it('is refused and changes nothing', async () => {
    const customer = await gateway.signIn({ role: 'customer' });
    const { createTicket } = await customer.run(
      'mutation { createTicket(input: { title: "Mine" }) { ticket { id version } } }',
    );
    const { id, version } = createTicket.ticket;
    const query = `mutation { closeTicket(input: { ticketId: "${id}" }) { ticket { id } } }`;
    const headers = { ...csrf, authorization: `Bearer ${customer.token}` };
    const answer = await send(search({ query }), { headers });
    expect([answer.status, refusalCodes(answer)]).toEqual([405, ['BAD_REQUEST']]);
    expect(answer.headers.allow).toBe('POST');
    const { ticket } = await customer.run('query ($id: ID!) { ticket(id: $id) { isOpen version } }', { id });
    expect(ticket).toEqual({ isOpen: true, version });
  });
});

describe('A body that is no operation', () => {
  const json = { 'content-type': 'application/json' };
  const good = '{"query":"{ __typename }"}';
  it.each<[string, number, Record<string, string>, string | Buffer]>([
    ['cut short', 400, json, '{"query":"{ __typename }"'],
    ['empty', 400, json, ''],
    ['null', 400, json, 'null'],
    ['a number', 400, json, '42'],
    ['a text', 400, json, '"{ __typename }"'],
    ['without a query', 400, json, '{}'],
    ['whose query is a list', 400, json, '{"query":["{ __typename }"]}'],
    ['whose query is empty', 400, json, '{"query":""}'],
    ['whose variables are a text', 400, json, '{"query":"{ __typename }","variables":"{}"}'],
    ['whose variables are a list', 400, json, '{"query":"{ __typename }","variables":[1]}'],
    ['whose operation name is a number', 400, json, '{"query":"{ __typename }","operationName":1}'],
    ['whose extensions are a text', 400, json, '{"query":"{ __typename }","extensions":"x"}'],
    ['nested without end', 400, json, '['.repeat(500_000)],
    ['a batch', 400, json, `[${good},${good}]`],
    ['a batch of one', 400, json, `[${good}]`],
    ['an empty batch', 400, json, '[]'],
    ['with bytes that are no UTF-8', 400, json, Buffer.from('{"query":"{ __typename } #\xff\xfe"}', 'latin1')],
    ['in UTF-16', 400, json, Buffer.from(good, 'utf16le')],
    ['in an exotic charset', 415, { 'content-type': 'application/json; charset=utf-7' }, good],
    ['said to be in UTF-16', 415, { 'content-type': 'application/json; charset=utf-16le' }, good],
    ['of a type of no end', 415, { 'content-type': `application/json;${' '.repeat(15_000)}charset=utf-8` }, good],
    ['compressed', 415, { ...json, 'content-encoding': 'gzip' }, gzipSync(good)],
    ['without a type', 400, {}, good],
    ['as a form', 400, { 'content-type': 'application/x-www-form-urlencoded' }, 'query={__typename}'],
    ['as plain text', 400, { 'content-type': 'text/plain' }, good],
    ['in several parts', 400, { 'content-type': 'multipart/form-data; boundary=x' }, '--x--'],
    ['as a bare document', 400, { 'content-type': 'application/graphql' }, '{ __typename }'],
  ])('%s is refused with %i', async (_what, status, headers, body) => {
    const answer = await send(gateway.url, { method: 'POST', headers, body });
    expect(refusalCodes(answer)).toHaveLength(1);
    expect(answer.status).toBe(status);
    expect(log.entries.filter(({ level }) => level >= 40)).toEqual([]);
  });

  it('too large is refused before it is read when it says its length', async () => {
    const head = `POST /graphql HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n`;
    const answer = await exchange(gateway.url, `${head}Content-Length: ${limits.bodyBytes + 1}\r\n\r\n{`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toMatch(/\r\nConnection: close\r\n/);
    expect(answer).toContain(`at most ${limits.bodyBytes} bytes`);
  });

  it('too large is refused when it does not say its length', async () => {
    const body = [good, ...Array<Buffer>(9).fill(Buffer.alloc(limits.bodyBytes / 8, ' '))];
    const answer = await send(gateway.url, { method: 'POST', headers: json, body });
    expect([answer.status, refusalCodes(answer)]).toEqual([413, ['VALIDATION_FAILED']]);
  });

  it('too large is refused before it has ended', async () => {
    const head = `POST /graphql HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n`;
    const size = limits.bodyBytes + 1;
    const part = `Transfer-Encoding: chunked\r\n\r\n${size.toString(16)}\r\n${' '.repeat(size)}\r\n`;
    const answer = await exchange(gateway.url, head + part);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toMatch(/\r\nConnection: close\r\n/);
  });

  it('too large is refused when it is sent whole', async () => {
    const answer = await post(gateway.url, good.padEnd(2 * limits.bodyBytes));
    expect([answer.status, refusalCodes(answer)]).toEqual([413, ['VALIDATION_FAILED']]);
  });

  it('just within the limit is taken', async () => {
    expect((await post(gateway.url, good.padEnd(limits.bodyBytes))).status).toBe(200);
  });

  it('that its sender gives up harms nobody and is no fault of ours', async () => {
    const outgoing = request(gateway.url, {
      method: 'POST',
      headers: { ...json, expect: '100-continue' },
      agent: false,
    });
    outgoing.on('error', () => undefined);
    outgoing.flushHeaders();
    await once(outgoing, 'continue');
    const closing = new Promise((resolve) => outgoing.once('close', resolve));
    outgoing.destroy();
    await closing;
    expect((await post(gateway.url, good)).status).toBe(200);
    expect(log.entries.filter(({ level }) => level >= 40)).toEqual([]);
  });
});

describe('What is not there', () => {
  it.each([
    '/',
    '/graphql/',
    '/graphql2',
    '/GraphQL',
    '/%67raphql',
    '/health',
    '/..',
    '/favicon.ico',
    '//',
    '/?query={a}',
  ])('%s is 404', async (path) => {
    const { status, headers, text } = await send(new URL(closed.url).origin, { path });
    expect([status, headers['content-type']]).toEqual([404, 'application/json; charset=utf-8']);
    expect(JSON.parse(text)).toHaveProperty('message');
  });

  it.each(['//[', '//', '/%', 'http://[/', '*', 'nowhere', `/${'a'.repeat(100)}`])(
    'a target that is no address, such as %s, is refused like any other',
    async (target) => {
      const answer = await exchange(gateway.url, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
      expect(log.entries.filter(({ level }) => level >= 40)).toEqual([]);
    },
  );

  it.each(['PUT', 'DELETE', 'PATCH', 'HEAD', 'TRACE'])('%s on the endpoint is 405', async (method) => {
    const { status, headers } = await send(gateway.url, { method, headers: csrf });
    expect([status, headers.allow]).toEqual([405, 'GET, POST']);
  });
});

describe('Every answer', () => {
  it.each(['/graphql', '/health/live', '/health/ready', '/nothing'])(
    'of %s carries the headers of safety',
    async (path) => {
      const { headers } = await send(new URL(gateway.url).origin, { path });
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringContaining("default-src 'self'"),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'no-referrer',
      });
      expect(headers).not.toHaveProperty('x-powered-by');
    },
  );

  it('tells whether the gateway lives and is ready', async () => {
    const { origin: root } = new URL(gateway.url);
    expect(await send(`${root}/health/live`)).toMatchObject({ status: 200, text: '{"status":"live"}\n' });
    expect(await send(`${root}/health/ready`)).toMatchObject({ status: 200, text: '{"status":"ready"}\n' });
  });
});

describe('A page of another origin', () => {
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };

  it('may read answers when it is listed', async () => {
    const { headers } = await post(gateway.url, { query: '{ __typename }' }, { origin });
    expect(headers['access-control-allow-origin']).toBe(origin);
    expect(headers.vary).toMatch(/Origin/);
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
    const asked = await send(gateway.url, { method: 'OPTIONS', headers: { origin, ...preflight } });
    expect(asked.status).toBe(204);
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers':
        'authorization,content-type,apollo-require-preflight,idempotency-key,x-request-id',
    });
  });

  it('may read refusals as well when it is listed', async () => {
    const { status, headers } = await post(gateway.url, '{', {
      origin: 'http://localhost:3000',
      authorization: 'Basic x',
    });
    expect(status).toBe(401);
    expect(headers['access-control-allow-origin']).toBe('http://localhost:3000');
  });

  it.each([
    'https://support.example.com.evil.example',
    'http://support.example.com',
    'https://support.example.com:8443',
    'https://evil.example',
    'null',
  ])('%s may not', async (foreign) => {
    const answers = [
      await post(gateway.url, { query: '{ __typename }' }, { origin: foreign }),
      await send(gateway.url, { method: 'OPTIONS', headers: { origin: foreign, ...preflight } }),
      await post(closed.url, { query: '{ __typename }' }, { origin: foreign }),
    ];
    for (const { headers } of answers) expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('A browser that opens the endpoint', () => {
  it('gets GraphiQL, complete in itself, under a policy of its own', async () => {
    const { status, headers, text } = await send(gateway.url, { headers: asBrowser });
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toMatch(/^<!doctype html>/);
    expect(text).not.toMatch(/<(script|link)[^>]*(src|href)="(?!data:)/);
    const policy = headers['content-security-policy'];
    expect(policy).toMatch(/default-src 'none'; script-src 'sha256-/);
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline/);
    const root = await send(new URL('/', gateway.url).href, { headers: asBrowser });
    expect([root.status, root.headers.location]).toEqual([302, '/graphql']);
  });

  it('gets no page where introspection is off', async () => {
    const answer = await send(closed.url, { headers: asBrowser });
    expect(answer.status).toBe(400);
    expect(refusalCodes(answer)).toEqual(['BAD_REQUEST']);
  });
});

describe('Where introspection is off', () => {
  it.each(['{ __schema { types { name } } }', '{ __type(name: "Ticket") { name } }'])(
    '%s is refused',
    async (query) => {
      const customer = await closed.signIn({ role: 'customer' });
      const answer = await post(closed.url, { query }, { authorization: `Bearer ${customer.token}` });
      expect(answer.status).toBe(400);
      expect(refusalCodes(answer)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
      expect((await post(gateway.url, { query })).status).toBe(200);
    },
  );

  it.each<[string, Record<string, unknown>]>([
    ['{ viewr { id } }', {}],
    ['{ viewer { nam } }', {}],
    ['{ topic(kee: "x") { id } }', {}],
    ['{ states(type: STAT) { id } }', {}],
    ['query ($type: StateType) { states(type: $type) { id } }', { type: 'STAT' }],
    ['query ($type: StatType) { states(type: $type) { id } }', {}],
    ['mutation ($input: CreateTicketInput!) { createTicket(input: $input) { replayed } }', { input: { titel: 'x' } }],
    ['{ viewer { ... on Usr { id } } }', {}],
  ])('no names are hinted at for %s', async (query, variables) => {
    const asked = await post(gateway.url, { query, variables });
    expect([asked.status, asked.text]).toEqual([400, expect.stringContaining('Did you mean')]);
    const refused = await post(closed.url, { query, variables });
    expect([refused.status, refused.text]).toEqual([400, expect.not.stringContaining('Did you mean')]);
  });
});

describe('GraphQL over HTTP', () => {
  const audits = serverAudits({ url: () => gateway.url, fetchFn: fetch });
  it.each(audits.filter(({ name }) => name.startsWith('MUST')).map(({ id, name, fn }) => [id, name, fn] as const))(
    'keeps rule %s of the specification: %s',
    async (_id, _name, run) => expect(await run()).toMatchObject({ status: 'ok' }),
  );
});
