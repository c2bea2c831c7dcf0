import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type GenerateKeyPairResult,
  type JWK,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { newHumanId, secret, TestGateway } from '../support/gateway.js';
import { exchange, memoryLog, post, RawSocket, refusalCodes, upgradeStatus } from './support.js';

const issuer = 'https://id.example.com';
const audience = 'tickets';
const origin = 'https://support.example.com';
const hour = 3_600;
const now = (): number => Math.floor(Date.now() / 1000);
const keyOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const log = memoryLog();
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({ JWT_ISSUER: issuer, JWT_AUDIENCE: audience, CORS_ORIGINS: origin }, log.logger);
});
afterAll(() => gateway.stop());

const claims = (changes: JWTPayload = {}): JWTPayload => {
  const sub = newHumanId('USR');
  return {
    sub,
    email: `${sub}@example.com`,
    role: 'customer',
    iss: issuer,
    aud: audience,
    iat: now(),
    exp: now() + hour,
    ...changes,
  };
};
const sign = (payload: JWTPayload, { alg = 'HS256', key = secret } = {}): Promise<string> =>
  new SignJWT(payload).setProtectedHeader({ alg }).sign(keyOf(key));
const bearer = (token: string): string => `Bearer ${token}`;
const tampered = (token: string): string => {
  const [header, payload = '', signature] = token.split('.');
  const admin = { ...(JSON.parse(Buffer.from(payload, 'base64url').toString()) as object), role: 'admin' };
  return [header, Buffer.from(JSON.stringify(admin)).toString('base64url'), signature].join('.');
};
const withHeader = (token: string, header: object): string =>
  [Buffer.from(JSON.stringify(header)).toString('base64url'), ...token.split('.').slice(1)].join('.');

/** What must not open either door, as the text that would be sent. */
const bad: [string, () => Promise<string> | string][] = [
  ['with alg none', () => bearer(new UnsecuredJWT(claims()).encode())],
  ['whose header was changed to alg none', async () => bearer(withHeader(await sign(claims()), { alg: 'none' }))],
  ['of another secret', async () => bearer(await sign(claims(), { key: secret.toUpperCase() }))],
  ['of another algorithm', async () => bearer(await sign(claims(), { alg: 'HS512', key: secret.repeat(2) }))],
  ['whose claims were changed', async () => bearer(tampered(await sign(claims())))],
  ['without a signature', async () => bearer((await sign(claims())).replace(/[^.]*$/, ''))],
  ['with a key of its own', async () => bearer(await signWith({ alg: 'HS256', jwk: { kty: 'oct', k: 'a2V5' } }))],
  ['that is expired', async () => bearer(await sign(claims({ iat: now() - hour, exp: now() - 10 })))],
  ['without exp', async () => bearer(await sign(claims({ exp: undefined })))],
  ['without iat', async () => bearer(await sign(claims({ iat: undefined })))],
  ['without sub', async () => bearer(await sign(claims({ sub: undefined })))],
  ['with an empty sub', async () => bearer(await sign(claims({ sub: '' })))],
  ['with a sub that is no text', async () => bearer(await sign(claims({ sub: 5 as unknown as string })))],
  ['with a sub of a megabyte', async () => bearer(await sign(claims({ sub: 'x'.repeat(5_000) })))],
  ['with a NUL in its sub', async () => bearer(await sign(claims({ sub: 'a\0b' })))],
  ['that is not valid yet', async () => bearer(await sign(claims({ nbf: now() + 60 })))],
  ['issued in the future', async () => bearer(await sign(claims({ iat: now() + 60 })))],
  ['whose iat is a fraction', async () => bearer(await sign(claims({ iat: now() - 1.5 })))],
  ['whose exp is a text', async () => bearer(await sign(claims({ exp: String(now() + hour) as unknown as number })))],
  ['of another issuer', async () => bearer(await sign(claims({ iss: 'https://id.example.com.evil.example' })))],
  ['without an issuer', async () => bearer(await sign(claims({ iss: undefined })))],
  ['for another audience', async () => bearer(await sign(claims({ aud: ['billing', 'mail'] })))],
  ['without an audience', async () => bearer(await sign(claims({ aud: undefined })))],
  ['of a role that is not known', async () => bearer(await sign(claims({ role: 'root' })))],
  ['whose role is in capitals', async () => bearer(await sign(claims({ role: 'ADMIN' })))],
  ['whose role is a list', async () => bearer(await sign(claims({ role: ['customer', 'admin'] })))],
  ['whose e-mail is an object', async () => bearer(await sign(claims({ email: {} })))],
  ['whose projects are a text', async () => bearer(await sign(claims({ projects: 'P1' })))],
  ['with half a surrogate pair in its name', async () => bearer(await sign(claims({ name: '\ud800' })))],
  ['that is garbage', () => bearer('garbage')],
  ['that is garbage in three parts', () => bearer('a.b.c')],
  ['with another behind it', async () => `${bearer(await sign(claims()))}, ${bearer(await sign(claims()))}`],
  ['of the basic scheme', () => `Basic ${Buffer.from('agent:agent').toString('base64')}`],
  ['without a scheme', async () => await sign(claims())],
  ['that is not there', () => 'Bearer'],
  ['that is empty', () => ''],
];
const signWith = (header: { alg: string; jwk?: JWK; jku?: string; kid?: string }): Promise<string> =>
  new SignJWT(claims()).setProtectedHeader(header).sign(keyOf('key'));

describe('Nobody known', () => {
  it('gets __typename over HTTP and no root field beside it', async () => {
    expect(await gateway.withToken().send('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
    const queries = [
      '{ viewer { id } }',
      '{ topics { id } }',
      '{ topic(key: "servers") { id } }',
      '{ states { id } }',
      '{ ticket(number: 1) { id } }',
      '{ node(id: "x") { id } }',
      '{ comment(id: "x") { id } }',
      'mutation { createTicket(input: { title: "x" }) { ticket { id } } }',
      'mutation { joinTicket(input: { ticketId: "x" }) { ticket { id } } }',
    ];
    for (const query of queries) {
      const { errors } = await gateway.withToken().send(query);
      expect(errors).toEqual([expect.objectContaining({ extensions: { code: 'UNAUTHENTICATED' } })]);
    }
  });

  it('may open a socket and hears nothing', async () => {
    const socket = await RawSocket.open(gateway.url);
    for (const field of ['commentAdded', 'conversationEvents']) {
      const { type, payload } = await socket.ask(`subscription { ${field}(ticketId: "x") { cursor } }`);
      expect(JSON.stringify([type, payload])).toContain('"code":"UNAUTHENTICATED"');
      expect(payload.data ?? null).toBeNull();
      if (type === 'next') expect(await socket.next()).toMatchObject({ type: 'complete' });
    }
    socket.close();
  });
});

describe('A token', () => {
  it('[c1] of each role opens both doors', async () => {
    for (const role of ['customer', 'agent', 'admin']) {
      const authorization = bearer(await sign(claims({ role })));
      const { text } = await post(gateway.url, { query: '{ viewer { role } }' }, { authorization });
      expect(JSON.parse(text)).toEqual({ data: { viewer: { role: role.toUpperCase() } } });
      const socket = await RawSocket.init(gateway.url, { authorization });
      expect(await socket.next()).toEqual({ type: 'connection_ack' });
      socket.close();
    }
  });

  it.each(['authorization', 'Authorization', 'AUTHORIZATION'])('opens the socket under the key %s', async (key) => {
    const socket = await RawSocket.init(gateway.url, { [key]: `bearer  ${await sign(claims())}` });
    await socket.next();
    const { payload } = await socket.ask('subscription { commentAdded(ticketId: "VGlja2V0OjA") { cursor } }');
    expect(JSON.stringify(payload)).toContain('NOT_FOUND');
    socket.close();
  });

  it('that names several audiences is taken when this gateway is among them', async () => {
    const authorization = bearer(await sign(claims({ aud: ['mail', audience] })));
    expect((await post(gateway.url, { query: '{ viewer { id } }' }, { authorization })).status).toBe(200);
  });
});

describe('A token', () => {
  it.each(bad)('[c1] %s is refused at both doors in the same words', async (_what, make) => {
    const authorization = await make();
    log.entries.splice(0);
    const answer = await post(gateway.url, { query: '{ __typename }' }, { authorization });
    expect([answer.status, refusalCodes(answer)]).toEqual([401, ['UNAUTHENTICATED']]);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(JSON.parse(answer.text)).toEqual({
      errors: [
        {
          message: 'A valid token is needed: send it as `Authorization: Bearer <token>`.',
          extensions: { code: 'UNAUTHENTICATED' },
        },
      ],
    });
    const socket = await RawSocket.init(gateway.url, { authorization });
    expect(await socket.closed).toEqual({ code: 4403, reason: 'Forbidden' });
    expect(log.entries.filter(({ level }) => level >= 40)).toEqual([]);
  });

  it.each([[{}], [5], [['Bearer x']], [{ toString: 1 }], [false]])(
    'that is %j instead of a text closes the socket with 4403',
    async (authorization) => {
      const socket = await RawSocket.init(gateway.url, { authorization });
      expect(await socket.closed).toMatchObject({ code: 4403 });
    },
  );

  it('that expires closes the socket with 4403', async () => {
    const exp = now() + 2;
    const socket = await RawSocket.init(gateway.url, { authorization: bearer(await sign(claims({ exp }))) });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    expect(await socket.closed).toEqual({ code: 4403, reason: 'Token expired' });
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000);
  });
});

describe('A socket', () => {
  it('that does not say who it is for is closed with 4408', async () => {
    const socket = new RawSocket(gateway.url);
    expect(await socket.closed).toMatchObject({ code: 4408 });
  });

  it('that subscribes before it has said so is closed with 4401', async () => {
    const socket = new RawSocket(gateway.url);
    await socket.opened;
    socket.send({
      id: '1',
      type: 'subscribe',
      payload: { query: 'subscription { commentAdded(ticketId: "1") { cursor } }' },
    });
    expect(await socket.closed).toMatchObject({ code: 4401 });
  });

  it.each([
    ['no page', () => ({}), 101],
    ['a page of the gateway itself', () => ({ origin: new URL(gateway.url).origin }), 101],
    ['a page of a listed origin', () => ({ origin }), 101],
    ['a page of a foreign origin', () => ({ origin: 'https://evil.example' }), 403],
    ['a page of a longer origin', () => ({ origin: `${origin}.evil.example` }), 403],
    ['a page without an origin', () => ({ origin: 'null' }), 403],
    ['a page of another port', () => ({ origin: 'http://127.0.0.1:1' }), 403],
  ])('from %s', async (_whom, options, status) => {
    expect(await upgradeStatus(gateway.url, options())).toBe(status);
  });

  it('comes from the origin of PUBLIC_URL, where that is set, and not from whatever name is called', async () => {
    const own = await TestGateway.start({ PUBLIC_URL: 'https://support.example.com' });
    try {
      const { origin, host } = new URL(own.url);
      const status = (headers: Record<string, string>): Promise<number> => upgradeStatus(own.url, { headers });
      expect(await status({ origin: 'https://support.example.com', host: 'inside:4000' })).toBe(101);
      expect(await status({})).toBe(101);
      expect(await status({ origin: 'http://support.example.com' })).toBe(403);
      expect(await status({ origin, host })).toBe(403);
      expect(await status({ origin: 'https://evil.example', host: 'evil.example' })).toBe(403);
    } finally {
      await own.stop();
    }
  });

  it('of another protocol or at another address is refused', async () => {
    expect(await upgradeStatus(gateway.url, {}, 'graphql-ws')).toBe(400);
    expect(await upgradeStatus(gateway.url, {}, [])).toBe(400);
    expect(await upgradeStatus(gateway.url.replace('graphql', 'socket'))).toBe(404);
  });

  it.each(['//[', 'http://[', '*', '//', '/graphql/'])(
    'at an address like %s is refused like any other',
    async (target) => {
      const head = `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
      expect(await exchange(gateway.url, head)).toMatch(/^HTTP\/1\.1 404 /);
      expect(await gateway.withToken().send('{ __typename }')).toHaveProperty('data');
    },
  );
});

describe('A page of a foreign origin', () => {
  it('that breaks off as soon as it is refused harms nobody', async () => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      [
        'GET /graphql HTTP/1.1',
        'Host: x',
        'Origin: https://evil.example',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Protocol: graphql-transport-ws',
        '\r\n',
      ].join('\r\n'),
    );
    await once(socket, 'data');
    socket.resetAndDestroy();
    expect(await gateway.withToken().send('{ __typename }')).toHaveProperty('data');
  });
});

describe('With keys of an identity provider', () => {
  let provider: Server;
  let strict: TestGateway;
  let keys: Record<'RS256' | 'ES256', GenerateKeyPairResult>;
  beforeAll(async () => {
    keys = { RS256: await generateKeyPair('RS256', { extractable: true }), ES256: await generateKeyPair('ES256') };
    const published = Object.entries(keys).map(async ([alg, { publicKey }]) => ({
      ...(await exportJWK(publicKey)),
      alg,
      kid: alg,
    }));
    const body = JSON.stringify({ keys: await Promise.all(published) });
    provider = createServer((_request, response) => response.setHeader('Content-Type', 'application/json').end(body));
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    const { port } = provider.address() as AddressInfo;
    strict = await TestGateway.start({ JWT_SECRET: '', JWKS_URL: `http://127.0.0.1:${port}/keys`, JWT_ISSUER: issuer });
  });
  afterAll(async () => {
    await strict.stop();
    await new Promise((resolve) => provider.close(resolve));
  });

  const status = async (token: string): Promise<number> =>
    (await post(strict.url, { query: '{ viewer { id } }' }, { authorization: bearer(token) })).status;

  it.each(['RS256', 'ES256'] as const)('[c1] a token signed by %s is taken', async (alg) => {
    const token = await new SignJWT(claims()).setProtectedHeader({ alg, kid: alg }).sign(keys[alg].privateKey);
    expect(await status(token)).toBe(200);
    const socket = await RawSocket.open(strict.url, token);
    socket.close();
  });

  it('a token that uses the public key as a secret is refused', async () => {
    const spki = await exportSPKI(keys.RS256.publicKey);
    for (const key of [spki, spki.trim(), JSON.stringify(await exportJWK(keys.RS256.publicKey))]) {
      const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'RS256' }).sign(keyOf(key));
      expect(await status(token)).toBe(401);
    }
  });

  it('a token with a key of its own, of an unknown key or of no key is refused', async () => {
    const stranger = await generateKeyPair('RS256', { extractable: true });
    const jwk = await exportJWK(stranger.publicKey);
    for (const header of [
      { kid: 'RS256' },
      { kid: 'unknown' },
      {},
      { jwk },
      { jku: 'http://127.0.0.1:1/keys' },
      { kid: '../../etc/passwd' },
    ]) {
      const token = await new SignJWT(claims())
        .setProtectedHeader({ alg: 'RS256', ...header })
        .sign(stranger.privateKey);
      expect(await status(token)).toBe(401);
    }
    expect(await status(new UnsecuredJWT(claims()).encode())).toBe(401);
    expect(await status(await sign(claims()))).toBe(401);
  });

  it('a token can not be judged while the provider is away, and both doors say so', async () => {
    const away = await TestGateway.start({ JWT_SECRET: '', JWKS_URL: 'http://127.0.0.1:1/keys', LOG_LEVEL: 'silent' });
    const token = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'RS256', kid: 'RS256' })
      .sign(keys.RS256.privateKey);
    const answer = await post(away.url, { query: '{ viewer { id } }' }, { authorization: bearer(token) });
    expect([answer.status, refusalCodes(answer)]).toEqual([503, ['SERVICE_UNAVAILABLE']]);
    expect(answer.text).not.toMatch(/ECONNREFUSED|127\.0\.0\.1/);
    const socket = await RawSocket.init(away.url, { authorization: bearer(token) });
    expect(await socket.closed).toMatchObject({ code: 1012 });
    await away.stop();
  });
});
