/** @jest-environment node */
import { createHash } from 'node:crypto';
import { signToken } from '../../src/auth/token.js';
import { exchange, RawSocket } from '../doors/support.js';
import { trials } from '../support/trials.js';
import { cleanUp, Program, temporaryFolder } from '../lifecycle/process.js';

const secret = 'a secret that only these tests know';
const origin = 'https://support.example.com';
let token: string;
beforeAll(async () => {
  token = await signToken(secret, { sub: 'one', email: 'one@example.com', role: 'agent' }, { hours: 1 });
});
afterAll(cleanUp);

interface Request {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const operation = (query: string, more: object = {}): Request => ({ body: JSON.stringify({ query, ...more }) });
const hash = 'a'.repeat(64);

/** What libraries are known to answer in more words, or in other ones, while somebody develops with them. */
const requests: readonly Request[] = [
  operation('{ viewer { id role } }'),
  operation('{ viewer { nam } }'),
  operation('{ viewer'),
  operation('{ __schema { queryType { name } } }'),
  operation('query ($n: Int!) { tickets(first: $n) { totalCount } }', { variables: { n: 'x' } }),
  operation('mutation { closeTicket(input: { ticketId: "x" }) { ticket { id } } }'),
  operation('subscription { commentAdded(ticketId: "x") { cursor } }'),
  operation('{a'.repeat(500)),
  operation('', { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } }),
  { body: '{' },
  { body: '[{"query":"{ __typename }"}]' },
  { body: `{"query":"{ __typename }","variables":${'['.repeat(50_000)}` },
  { body: '{}', headers: { 'Content-Type': 'text/plain' } },
  { body: '{}', headers: { Authorization: 'Bearer x' } },
  { method: 'GET', headers: { Accept: 'text/html' } },
  { method: 'GET', path: '/graphql?query={__typename}' },
  { method: 'GET', path: '/graphql?query={__typename}', headers: { 'Apollo-Require-Preflight': 'true' } },
  { method: 'DELETE' },
  { method: 'OPTIONS', headers: { 'Access-Control-Request-Method': 'POST' } },
  { method: 'GET', path: '/' },
  { method: 'GET', path: '/nothing' },
  { method: 'GET', path: '/%' },
  { method: 'GET', path: '/health/ready' },
  { method: 'GET', path: '/reports/tickets.csv?period=none' },
  { method: 'GET', path: '/files/x' },
  { method: 'PUT', path: '/uploads/x', body: 'x' },
];

function bytesOf({ method = 'POST', path = '/graphql', headers = {}, body = '' }: Request): string {
  const lines = Object.entries({
    Host: 'support.example.com',
    Connection: 'close',
    Origin: origin,
    'X-Request-Id': 'the-same-for-all',
    Authorization: `Bearer ${token}`,
    ...(body !== '' && { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) }),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

/** An answer but for the time; of a whole page, that it is the same. */
function told(answer: string): string {
  const timeless = answer.replace(/^Date: .*$/m, '');
  return timeless.length > 100_000 ? createHash('sha256').update(timeless).digest('hex') : timeless;
}

/** All that a client gets to see at both doors, but for the time. */
async function seenOf(url: string): Promise<string[]> {
  const answers: string[] = [];
  for (const request of requests) answers.push(told(await exchange(url, bytesOf(request))));
  for (const query of [
    'subscription { commentAded { cursor } }',
    '{ viewer { id } }',
    '{',
    '{ __schema { types { name } } }',
  ]) {
    const socket = await RawSocket.open(url, token);
    answers.push(JSON.stringify(await socket.ask(query)));
    socket.close();
  }
  for (const message of ['{', { type: 'launch' }, { type: 'subscribe', id: '1', payload: { query: 5 } }]) {
    const socket = await RawSocket.open(url, token);
    socket.send(message);
    answers.push(JSON.stringify(await socket.closed));
  }
  const stranger = await RawSocket.init(url, { authorization: 'Bearer x' });
  answers.push(JSON.stringify(await stranger.closed));
  return answers;
}

/** Each takes four starts of the gateway. */
const settings = ['off', 'on'].slice(0, trials(1, 2));

it.each(settings)(
  'Whatever NODE_ENV says, clients get the very same bytes (INTROSPECTION=%s)',
  async (INTROSPECTION) => {
    const variables = { DATA_DIR: temporaryFolder(), JWT_SECRET: secret, HOST: '127.0.0.1', CORS_ORIGINS: origin };
    const seen: string[][] = [];
    for (const environment of ['production', 'development', 'test', undefined]) {
      const named: Record<string, string> = environment === undefined ? {} : { NODE_ENV: environment };
      const program = new Program({ ...variables, INTROSPECTION, ...named });
      seen.push(await seenOf(await program.ready()));
      expect(await program.stop()).toBe(0);
    }
    const [production, ...others] = seen;
    expect(production).toHaveLength(requests.length + 8);
    expect(production?.join('\n')).not.toMatch(/stacktrace|node_modules|\n {4}at /);
    for (const other of others) expect(other).toEqual(production);
  },
  120_000,
);
