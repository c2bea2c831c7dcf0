import { limits } from '../../src/graphql/limits.js';
import { exchange, post, type RawAnswer, send } from '../doors/support.js';
import { announce, linkTo, put, upload } from '../files/support.js';
import { type Actor, TestGateway } from '../support/gateway.js';

const origin = 'https://support.example.com';
let gateway: TestGateway;
let closed: TestGateway;
let agent: Actor;
let root: string;
let bearer: { authorization: string };
beforeAll(async () => {
  gateway = await TestGateway.start({ CORS_ORIGINS: origin });
  closed = await TestGateway.start({ CORS_ORIGINS: origin, INTROSPECTION: 'off', COST_PER_MINUTE: '50000' });
  agent = await gateway.signIn({ role: 'agent' });
  ({ origin: root } = new URL(gateway.url));
  bearer = { authorization: `Bearer ${agent.token}` };
});
afterAll(() => Promise.all([gateway.stop(), closed.stop()]));

type Headers = Record<string, string>;
type Ask = (headers: Headers) => Promise<RawAnswer>;
const get =
  (path: string): Ask =>
  (headers) =>
    send(`${root}${path}`, { headers });
const json = { 'content-type': 'application/json' };
const nowhere = '00000000-0000-4000-8000-000000000000';

/** Answers of every route, good ones and refusals of every kind. */
const answers: [string, number, Ask][] = [
  ['an answer', 200, (headers) => post(gateway.url, { query: '{ viewer { id } }' }, { ...bearer, ...headers })],
  [
    'an answer by GET',
    200,
    (headers) => send(`${gateway.url}?query={__typename}`, { headers: { ...json, ...headers } }),
  ],
  ['a document that is not valid', 400, (headers) => post(gateway.url, { query: '{ nothing }' }, headers)],
  ['a document that is too complex', 400, (headers) => post(gateway.url, { query: '{a'.repeat(900) }, headers)],
  ['a body that is no JSON', 400, (headers) => post(gateway.url, '{', headers)],
  ['a body that is too large', 413, (headers) => post(gateway.url, ' '.repeat(limits.bodyBytes + 1), headers)],
  ['a body of another type', 400, (headers) => post(gateway.url, '{}', { ...headers, 'content-type': 'text/plain' })],
  [
    'a body in another charset',
    415,
    (headers) => post(gateway.url, '{}', { ...headers, 'content-type': 'application/json; charset=utf-7' }),
  ],
  ['a form of a foreign page', 400, (headers) => send(`${gateway.url}?query={__typename}`, { headers })],
  ['a token that is not valid', 401, (headers) => post(gateway.url, {}, { ...headers, authorization: 'Bearer x' })],
  ['another method', 405, (headers) => send(gateway.url, { method: 'DELETE', headers: { ...json, ...headers } })],
  [
    'too many points',
    429,
    async (headers) => {
      for (let count = 0; count < 10; count++) await post(closed.url, '{');
      return post(closed.url, { query: '{ __typename }' }, headers);
    },
  ],
  ['a sent file', 204, async (headers) => put((await announce(agent)).url, 'Hello', headers)],
  ['a file that is too large', 413, async (headers) => put((await announce(agent, { size: 1 })).url, 'Hello', headers)],
  ['a forged link to send to', 403, (headers) => put(`${root}/uploads/${nowhere}`, 'Hello', headers)],
  ['another method than that of uploads', 405, get(`/uploads/${nowhere}`)],
  ['no upload', 404, (headers) => put(`${root}/uploads/nothing`, 'Hello', headers)],
  ['a file', 200, async (headers) => send(await linkTo(agent, await upload(agent)), { headers })],
  ['a forged link to a file', 403, get(`/files/${nowhere}`)],
  ['no file', 404, get('/files/../files/x')],
  ['a report', 200, (headers) => get('/reports/tickets.csv?period=weekly')({ ...bearer, ...headers })],
  ['a report that nobody may see', 401, get('/reports/tickets.csv')],
  ['a report of no period', 400, (headers) => get('/reports/tickets.csv?period=daily')({ ...bearer, ...headers })],
  ['life', 200, get('/health/live')],
  ['readiness', 200, get('/health/ready')],
  ['nothing', 404, get('/nothing')],
  ['the way to GraphiQL', 302, get('/')],
];

const safe = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'x-dns-prefetch-control': 'off',
  'strict-transport-security': expect.stringContaining('max-age='),
  'content-security-policy': expect.stringMatching(/default-src '(self|none)'/),
  'cache-control': expect.stringContaining('no-store'),
};

describe.each(answers)('What answers with %s', (_what, status, ask) => {
  it('carries the headers of safety, and lets only pages of listed origins read it', async () => {
    const listed = await ask({ origin });
    expect([listed.status, listed.headers]).toEqual([status, expect.objectContaining(safe)]);
    expect(listed.headers).not.toHaveProperty('x-powered-by');
    expect(listed.headers['access-control-allow-origin']).toBe(origin);
    expect(listed.headers.vary).toMatch(/Origin/);
    expect(listed.headers).not.toHaveProperty('access-control-allow-credentials');
    const exposed = listed.headers['access-control-expose-headers']?.split(',');
    expect(exposed).toEqual(expect.arrayContaining(['content-disposition', 'retry-after']));
    for (const foreign of ['https://evil.example', 'null', `${origin}.evil.example`]) {
      const answer = await ask({ origin: foreign });
      expect(answer.status).toBe(status);
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    }
  });
});

it('GraphiQL may run nothing but itself', async () => {
  const { status, headers } = await get('/graphql')({ accept: 'text/html' });
  expect([status, headers]).toEqual([200, expect.objectContaining(safe)]);
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; script-src 'sha256-[^ ]+ 'sha256-[^ ]+; .*frame-ancestors 'none'$/,
  );
});

it.each([
  ['/graphql', 'POST', 'GET,POST'],
  [`/uploads/${nowhere}`, 'PUT', 'PUT'],
  [`/files/${nowhere}`, 'GET', 'GET,POST'],
  ['/reports/tickets.csv', 'GET', 'GET,POST'],
])(
  'A page may ask beforehand for %s, and is told what it may do only when it is listed',
  async (path, method, methods) => {
    const headers = {
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type,apollo-require-preflight,x-request-id',
    };
    const preflight = (from: string): Promise<RawAnswer> =>
      send(`${root}${path}`, { method: 'OPTIONS', headers: { origin: from, ...headers } });
    const listed = await preflight(origin);
    expect([listed.status, listed.headers]).toMatchObject([
      204,
      {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': methods,
        'access-control-allow-headers':
          'authorization,content-type,apollo-require-preflight,idempotency-key,x-request-id',
        'x-content-type-options': 'nosniff',
      },
    ]);
    expect((await preflight('https://evil.example')).headers).not.toHaveProperty('access-control-allow-origin');
  },
);

it('A demo that is called by a foreign name carries the headers of safety as well', async () => {
  const demo = await TestGateway.start({ JWT_SECRET: '' });
  try {
    const { status, headers } = await send(demo.url, { headers: { host: 'evil.example' } });
    expect([status, headers]).toEqual([421, expect.objectContaining(safe)]);
  } finally {
    await demo.stop();
  }
});

/** Offers to become a socket, with whatever is wrong with them. */
const offers: [string, number, string[]][] = [
  ['by a foreign page', 403, ['Origin: https://evil.example']],
  ['where nothing is', 404, []],
  ['of another protocol', 400, ['Sec-WebSocket-Protocol: x']],
  ['without a key', 400, ['Sec-WebSocket-Key: x']],
];

it.each(offers)(
  'A socket that is refused %s is told so in plain text, with an id and the headers of safety',
  async (_what, status, wrong) => {
    const head = [
      `GET ${status === 404 ? '/nothing' : '/graphql'} HTTP/1.1`,
      ...[
        'Host: x',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'X-Request-Id: of-the-offer',
      ],
      ...['Sec-WebSocket-Protocol: graphql-transport-ws', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='].filter(
        (line) => !wrong.some((other) => other.split(':')[0] === line.split(':')[0]),
      ),
      ...wrong,
    ];
    const answer = await exchange(gateway.url, [...head, '\r\n'].join('\r\n'));
    const [top = '', text = ''] = answer.split('\r\n\r\n');
    const [first, ...lines] = top.split('\r\n');
    expect(first).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(text).toMatch(/^[^\n]+\n$/);
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    expect(headers).toMatchObject({
      ...safe,
      ...{ 'content-type': 'text/plain; charset=utf-8', connection: 'close', 'x-request-id': 'of-the-offer' },
    });
  },
);

it('A socket that is refused while an answer is under way on its connection harms nobody', async () => {
  const body = '{"query":"{ __typename }"}';
  const asked = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const offer = 'GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  expect(await exchange(gateway.url, `${asked}${offer}`)).toMatch(/HTTP\/1\.1 404 /);
  expect((await send(`${root}/health/live`)).status).toBe(200);
});
