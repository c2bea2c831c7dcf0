import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  exportJWK,
  generateKeyPair,
  type GenerateKeyPairResult,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { exchange, memoryLog, post, RawSocket } from '../doors/support.js';
import { newHumanId, secret, TestGateway } from '../support/gateway.js';

const now = (): number => Math.floor(Date.now() / 1000);
const claims = (changes: object = {}): JWTPayload => {
  const sub = newHumanId('USR');
  return { sub, email: `${sub}@example.com`, role: 'customer', iat: now(), exp: now() + 3_600, ...changes };
};
const encoded = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token with a true signature over any texts, also such as no library would sign. */
async function signed(payload: string, header: object = { alg: 'HS256' }): Promise<string> {
  const head = `${encoded(header)}.${encoded(payload)}`;
  const key = await crypto.subtle.importKey('raw', Buffer.from(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
  return `${head}.${Buffer.from(await crypto.subtle.sign('HMAC', key, Buffer.from(head))).toString('base64url')}`;
}
/** Claims with a number as JSON can write it. */
const withNumber = (name: string, number: string): string =>
  JSON.stringify(claims({ [name]: '@' })).replace('"@"', number);

const log = memoryLog();
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({}, log.logger);
});
afterAll(() => gateway.stop());

const viewerQuery = { query: '{ viewer { role } }' };
const refusal = 'A valid token is needed: send it as `Authorization: Bearer <token>`.';

const refused: [what: string, token: () => Promise<string>][] = [
  ['whose exp is negative', () => signed(withNumber('exp', '-1'))],
  ['whose exp is no number', () => signed(withNumber('exp', 'null'))],
  ['whose exp is endless', () => signed(withNumber('exp', '1e400'))],
  ['whose exp is a list', () => signed(withNumber('exp', '[9999999999]'))],
  ['whose iat is endless', () => signed(withNumber('iat', '1e400'))],
  ['whose iat is before all time', () => signed(withNumber('iat', '-9007199254740991'))],
  ['whose iat is before the year 1', () => signed(withNumber('iat', '-99999999999'))],
  ['whose iat is negative', () => signed(withNumber('iat', '-1'))],
  ['whose nbf is a text', () => signed(withNumber('nbf', '"0"'))],
  ['whose nbf is endless', () => signed(withNumber('nbf', '1e400'))],
  ['that was over six seconds ago', () => signed(JSON.stringify(claims({ exp: now() - 6 })))],
  ['that begins in seven seconds', () => signed(JSON.stringify(claims({ nbf: now() + 7 })))],
  ['whose claims are a list', () => signed('[]')],
  ['whose claims are no JSON', () => signed('{')],
  ['whose claims are null', () => signed('null')],
  ['whose algorithm is nOnE', () => signed(JSON.stringify(claims()), { alg: 'nOnE' })],
  ['whose algorithm is a list', () => signed(JSON.stringify(claims()), { alg: ['HS256'] })],
  ['without an algorithm', () => signed(JSON.stringify(claims()), {})],
  ['that wants what nobody knows', () => signed(JSON.stringify(claims()), { alg: 'HS256', crit: ['x'], x: 1 })],
  ['that is not encoded', () => signed(JSON.stringify(claims()), { alg: 'HS256', b64: false, crit: ['b64'] })],
  ['in five parts', async () => `${await signed(JSON.stringify(claims()))}.x.y`],
  ['with a NUL in its organization', () => signed(JSON.stringify(claims({ organization: 'a\0b' })))],
  ['with half a surrogate pair in a project', () => signed(JSON.stringify(claims({ projects: ['\ud800'] })))],
  [
    'with 101 projects',
    () => signed(JSON.stringify(claims({ projects: Array.from({ length: 101 }, (_, n) => `p${n}`) }))),
  ],
  ['with a locale of an object', () => signed(JSON.stringify(claims({ locale: {} })))],
];

it.each(refused)('refuses a token %s at both doors in the same words', async (_what, make) => {
  const authorization = `Bearer ${await make()}`;
  const answer = await post(gateway.url, viewerQuery, { authorization });
  expect([answer.status, JSON.parse(answer.text)]).toEqual([
    401,
    { errors: [{ message: refusal, extensions: { code: 'UNAUTHENTICATED' } }] },
  ]);
  const socket = await RawSocket.init(gateway.url, { authorization });
  expect(await socket.closed).toEqual({ code: 4403, reason: 'Forbidden' });
});

it.each<[string, () => Promise<string>]>([
  ['that was over three seconds ago', () => signed(JSON.stringify(claims({ exp: now() - 3 })))],
  ['that begins in three seconds', () => signed(JSON.stringify(claims({ nbf: now() + 3, iat: now() + 3 })))],
  [
    'that says more of its key than needed',
    () =>
      signed(JSON.stringify(claims()), {
        alg: 'HS256',
        kid: "'; drop table users; --",
        jku: 'http://127.0.0.1:1',
        typ: 'x',
      }),
  ],
])('takes a token %s', async (_what, make) => {
  expect((await post(gateway.url, viewerQuery, { authorization: `Bearer ${await make()}` })).text).toContain(
    'CUSTOMER',
  );
});

it('keeps a socket whose token ends in a thousand years', async () => {
  const socket = await RawSocket.open(gateway.url, await signed(withNumber('exp', '9007199254740991')));
  socket.send({ type: 'ping' });
  expect(await socket.next()).toEqual({ type: 'pong' });
  socket.close();
});

it('refuses tokens that are too large at both doors', async () => {
  const token = await signed(JSON.stringify(claims({ name: 'x'.repeat(60_000) })));
  const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  expect(await exchange(gateway.url, head)).toMatch(/^HTTP\/1\.1 431 /);
  const socket = await RawSocket.init(gateway.url, { authorization: `Bearer ${token}` });
  expect(await socket.closed).toMatchObject({ code: 4403 });
});

it('takes the first of two headers and never one of both', async () => {
  const [customer, admin] = [
    await signed(JSON.stringify(claims())),
    await signed(JSON.stringify(claims({ role: 'admin' }))),
  ];
  const body = JSON.stringify(viewerQuery);
  const send = (first: string, second: string): Promise<string> =>
    exchange(
      gateway.url,
      `POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nAuthorization: ${first}\r\nauthorization: ${second}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  expect(await send(`Bearer ${customer}`, `Bearer ${admin}`)).toContain('"CUSTOMER"');
  expect(await send('Bearer garbage', `Bearer ${admin}`)).toMatch(/^HTTP\/1\.1 401 /);
});

it('writes no token and no key into its log', () => {
  const text = JSON.stringify(log.entries);
  expect(text).not.toContain(secret);
  expect(text).not.toMatch(/eyJ[\w-]{10,}/);
  expect(log.entries.filter(({ level }) => level >= 50)).toEqual([]);
});

describe('With keys of an identity provider', () => {
  let provider: Server;
  let strict: TestGateway;
  let published: JWK[] = [];
  let port = 0;
  const keys: Record<string, GenerateKeyPairResult> = {};
  let lures = 0;

  const serve = async (): Promise<void> => {
    provider = createServer((request, response) => {
      if (request.url !== '/keys') lures++;
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ keys: published }));
    });
    await new Promise<void>((resolve) => provider.listen(port, '127.0.0.1', resolve));
    port = (provider.address() as AddressInfo).port;
  };
  const close = (): Promise<unknown> => {
    provider.closeAllConnections();
    return new Promise((resolve) => provider.close(resolve));
  };
  const jwkOf = async (kid: string): Promise<JWK> => ({
    ...(await exportJWK(keys[kid]!.publicKey)),
    alg: 'ES256',
    kid,
  });
  const status = async (kid: string, header: Partial<JWTHeaderParameters> = {}): Promise<number> => {
    const token = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'ES256', kid, ...header })
      .sign(keys[kid]!.privateKey);
    return (await post(strict.url, viewerQuery, { authorization: `Bearer ${token}` })).status;
  };
  /** Lets time pass for whoever asks what time it is. */
  const later = (seconds: number): void => {
    const real = Date.now.bind(Date);
    const start = real() + seconds * 1_000;
    const from = performance.now();
    jest.spyOn(Date, 'now').mockImplementation(() => start + performance.now() - from);
  };

  beforeAll(async () => {
    for (const kid of ['old', 'new', 'evil']) keys[kid] = await generateKeyPair('ES256', { extractable: true });
    published = [await jwkOf('old')];
    await serve();
    strict = await TestGateway.start({
      JWT_SECRET: '',
      JWKS_URL: `http://127.0.0.1:${port}/keys`,
      LOG_LEVEL: 'silent',
    });
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => {
    await strict.stop();
    await close();
  });

  it('asks nobody for keys that a token tells it to ask', async () => {
    const lure = `http://127.0.0.1:${port}/lure`;
    const jwk = await exportJWK(keys['evil']!.publicKey);
    for (const header of [
      { jku: lure },
      { x5u: lure },
      { jku: lure, kid: 'old' },
      { jwk, kid: 'old' },
      { kid: `../lure` },
      { kid: lure },
    ]) {
      expect(await status('evil', header)).toBe(401);
    }
    expect(lures).toBe(0);
  });

  it('takes a new key once it is published, and an old one no more once it is gone', async () => {
    expect(await status('old')).toBe(200);
    expect(await status('new')).toBe(401);
    published = [await jwkOf('new')];
    later(31);
    expect(await status('new')).toBe(200);
    expect(await status('old')).toBe(401);
  });

  it('goes on with the keys that it has while the provider is away, then says that it can not tell, and recovers', async () => {
    later(62);
    expect(await status('new')).toBe(200);
    await close();
    expect(await status('new')).toBe(200);
    later(1_000);
    expect(await status('new')).toBe(503);
    await serve();
    expect(await status('new')).toBe(200);
  });
});
