import { request } from 'node:http';
import { PassThrough } from 'node:stream';
import { uuidOf } from '../../src/global-id.js';
import { inTime, TooSlow } from '../../src/http/in-time.js';
import { send } from '../doors/support.js';
import { CreateUploadDocument } from '../support/_generated.js';
import { TestGateway } from '../support/gateway.js';
import { deactivate, idOf } from '../tickets/support.js';
import { announce, fileOf, linksOf, put, refusalOf, rowOf, storedFiles, until, upload } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({ CORS_ORIGINS: 'https://support.example.com' });
});
afterAll(() => gateway.stop());

const good = { name: 'a.txt', size: 5, contentType: 'text/plain' };

it.each<[string, string, unknown[]]>([
  [
    'name',
    'a path, a control character or another direction in it',
    [
      '../../etc/passwd',
      'a/b',
      'C:\\a',
      '..',
      '.',
      'a\0.txt',
      'a\nb',
      'a\u007fb',
      'a\u0085b',
      'a\u2028b',
      'gnp\u202eexe.',
      '\u2066a',
    ],
  ],
  ['name', 'a wrong length', ['', '  ', 'a'.repeat(256), '😀'.repeat(256), '\ud800']],
  ['size', 'more or less than can be sent', [0, -1, 20 * 1024 * 1024 + 1, 2_147_483_647]],
  [
    'contentType',
    'no MIME type',
    [
      '',
      'text',
      'text/',
      '/plain',
      'text/pla in',
      'text/plain;',
      'text/plain; charset',
      'a/b\r\nX: y',
      'a/b; c="\n"',
      'ж/б',
      `a/${'b'.repeat(126)}`,
    ],
  ],
])('[e4] refuses a file with a %s with %s', async (argument, _what, values) => {
  const { customer } = await gateway.cast();
  for (const value of values) {
    const { createUpload } = await customer.run(CreateUploadDocument, { input: { ...good, [argument]: value } });
    expect({ value, createUpload }).toEqual({
      value,
      createUpload: {
        file: null,
        uploadUrl: null,
        replayed: false,
        userErrors: [expect.objectContaining({ code: 'VALIDATION_FAILED', path: ['input', argument] })],
      },
    });
  }
  expect(await gateway.app.services.db.query('select id from files')).toEqual([]);
});

it('takes names of any script, and any MIME type', async () => {
  const { customer } = await gateway.cast();
  for (const name of [
    '😀'.repeat(255),
    'отчёт.pdf',
    '見積書.xlsx',
    'a"b\';c.txt',
    '.env',
    '...',
    'مثال.txt',
    '👨‍👩‍👧.png',
  ]) {
    expect((await fileOf(customer, (await announce(customer, { name })).id))?.name).toBe(name);
  }
  const types = ['image/svg+xml', 'application/vnd.ms-excel', 'multipart/x; boundary="a b"', `a/${'b'.repeat(125)}`];
  for (const contentType of types) {
    expect((await fileOf(customer, (await announce(customer, { contentType })).id))?.contentType).toBe(contentType);
  }
  await announce(customer, { size: 20 * 1024 * 1024 });
});

/** Sends something to a file of five bytes; it has to be refused, and nothing kept of it. */
async function refusedPut(...[body, headers]: [body: string | string[], headers?: object]): Promise<object> {
  const { customer } = await gateway.cast();
  const { id, url } = await announce(customer);
  const before = await storedFiles(gateway);
  const refusal = refusalOf(await put(url, body, headers));
  expect(await storedFiles(gateway)).toEqual(before);
  expect(await rowOf(gateway, id)).toMatchObject({ status: 'PENDING', arrived_at: null });
  expect(await put(url, 'Hello')).toMatchObject({ status: 204 });
  return refusal;
}

const code = 'VALIDATION_FAILED';

it('[e4] refuses bytes of another number than was announced, at once or when they have come', async () => {
  expect(await refusedPut('Hello!')).toEqual({ status: 413, code, rule: 'tooMany' });
  expect(await refusedPut(['Hel', 'lo!'])).toEqual({ status: 413, code, rule: 'tooMany' });
  expect(await refusedPut('x'.repeat(3_000_000))).toEqual({ status: 413, code, rule: 'tooMany' });
  expect(await refusedPut(Array<string>(40).fill('x'.repeat(65_536)))).toEqual({ status: 413, code, rule: 'tooMany' });
  expect(await refusedPut('Hell')).toEqual({ status: 400, code, rule: 'tooFew' });
  expect(await refusedPut(['He', 'll'])).toEqual({ status: 400, code, rule: 'tooFew' });
  expect(await refusedPut('')).toEqual({ status: 400, code, rule: 'tooFew' });
  expect(await refusedPut([])).toEqual({ status: 400, code, rule: 'tooFew' });
});

it('refuses bytes of another type, and those that are packed', async () => {
  for (const headers of [
    { 'content-type': 'text/html' },
    { 'content-type': 'text/plain; charset=utf-8' },
    { 'content-type': '' },
    { 'content-type': `text/plain${' '.repeat(15_000)};` },
    { 'content-encoding': 'gzip' },
  ]) {
    expect(await refusedPut('Hello', headers)).toEqual({ status: 415, code, rule: 'contentType' });
  }
});

it('takes bytes once, however many send them at the same time', async () => {
  const { customer } = await gateway.cast();
  const before = await storedFiles(gateway);
  const { id, url } = await announce(customer);
  const answers = await Promise.all(['first', 'other', 'third'].map((text) => put(url, [text])));
  expect(answers.map(({ status }) => status).sort()).toEqual([204, 409, 409]);
  expect(refusalOf(await put(url, 'later'))).toEqual({ status: 409, code, rule: 'once' });
  expect(await storedFiles(gateway)).toHaveLength(before.length + 1);
  const { url: link } = (await fileOf(customer, id))!;
  expect((await send(link!)).text).toBe(['first', 'other', 'third'][answers.findIndex(({ status }) => status === 204)]);
});

/** Begins to send a file of ten bytes. */
async function halfSent(url: string): Promise<ReturnType<typeof request>> {
  const outgoing = request(url, {
    agent: false,
    method: 'PUT',
    headers: { 'content-type': 'text/plain', 'content-length': 10 },
  });
  outgoing.on('error', () => undefined);
  outgoing.write('Hello');
  await until(async () => (await storedFiles(gateway)).some((path) => path.endsWith('.part')));
  return outgoing;
}

it('drops a sending that another one of the same file follows, so that a client which lost its connection can begin anew', async () => {
  const { customer } = await gateway.cast();
  const before = await storedFiles(gateway);
  const { url } = await announce(customer, { size: 10 });
  let status: number | undefined;
  const outgoing = await halfSent(url);
  outgoing.on('response', (answer) => (status = answer.resume().statusCode));
  expect(await put(url, 'Hello here')).toMatchObject({ status: 204 });
  await until(() => Promise.resolve(status !== undefined));
  expect(status).toBe(409);
  expect(await storedFiles(gateway)).toHaveLength(before.length + 1);
});

it('receives five files of one person at a time, has twenty more wait and refuses one more, but nobody else', async () => {
  const { customer, teammate } = await gateway.cast();
  const files = await Promise.all(Array.from({ length: 26 }, () => announce(customer, { size: 10 })));
  const statuses: (number | undefined)[] = [];
  const all = files.map(({ url }) => {
    const outgoing = request(url, { agent: false, method: 'PUT', headers: { 'content-type': 'text/plain' } });
    outgoing.on('error', () => undefined);
    outgoing.on('response', (answer) => statuses.push(answer.resume().statusCode));
    outgoing.write('Hello');
    return outgoing;
  });
  const parts = async (): Promise<number> =>
    (await storedFiles(gateway)).filter((path) => path.endsWith('.part')).length;
  await until(async () => statuses.length > 0 && (await parts()) >= 5);
  expect([statuses, await parts()]).toEqual([[429], 5]);
  await upload(teammate);
  for (const outgoing of all.slice(0, 13)) outgoing.destroy();
  for (const outgoing of all.slice(13)) outgoing.end(' here');
  await until(async () => (await parts()) === 0 && statuses.length >= 13);
  await Promise.all(Array.from({ length: 10 }, () => upload(customer)));
});

it('keeps nothing of a file whose sender goes away', async () => {
  const { customer } = await gateway.cast();
  const before = await storedFiles(gateway);
  const { id, url } = await announce(customer, { size: 10 });
  const outgoing = await halfSent(url);
  expect(await fileOf(customer, id)).toMatchObject({ status: 'PENDING', url: null });
  outgoing.destroy();
  await until(async () => (await storedFiles(gateway)).length === before.length);
  expect(await rowOf(gateway, id)).toMatchObject({ status: 'PENDING' });
  expect(await put(url, 'Hello here')).toMatchObject({ status: 204 });
});

it('takes nothing from whoever is deactivated, before or while they send', async () => {
  const { customer } = await gateway.cast();
  const before = await storedFiles(gateway);
  const { id, url } = await announce(customer, { size: 10 });
  const outgoing = await halfSent(url);
  const answered = new Promise<number | undefined>((resolve) =>
    outgoing.on('response', (answer) => resolve(answer.resume().statusCode)),
  );
  await deactivate(gateway, await idOf(customer));
  outgoing.end(' here');
  expect(await answered).toBe(404);
  expect(await storedFiles(gateway)).toEqual(before);
  expect(await rowOf(gateway, id)).toMatchObject({ status: 'PENDING' });
  expect(refusalOf(await put(url, 'Hello here'))).toMatchObject({ status: 403, code: 'FORBIDDEN' });
});

it('wants the very link that was handed out, by PUT and in time', async () => {
  const { customer, teammate } = await gateway.cast();
  const { id, url } = await announce(customer);
  const links = await linksOf(gateway);
  const path = new URL(url).pathname;
  const [me, mate] = [uuidOf('User', await idOf(customer))!, uuidOf('User', await idOf(teammate))!];
  const other = await announce(customer);
  const bad = [
    links.sign({ method: 'PUT', path, actorId: me }, Date.now() - 300_001),
    links.sign({ method: 'GET', path, actorId: me }),
    url.replace(me, mate),
    url.replace(path, new URL(other.url).pathname),
    url.replace(/signature=(.)/, (_, first: string) => `signature=${first === 'A' ? 'B' : 'A'}`),
    url.replace(/expires=\d/, 'expires=9'),
    url.split('?')[0]!,
  ];
  for (const link of bad) expect(refusalOf(await put(link, 'Hello'))).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  const foreign = links.sign({ method: 'PUT', path, actorId: mate });
  const absent = links.sign({ method: 'PUT', path: path.replace(/.{12}$/, '000000000000'), actorId: me });
  const answers = [await put(foreign, 'Hello'), await put(absent, 'Hello')];
  for (const answer of answers) expect(refusalOf(answer)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  expect(answers[0]?.text).toBe(answers[1]?.text);
  for (const method of ['GET', 'POST', 'DELETE']) {
    const answer = await send(url, {
      method,
      headers: { 'content-type': 'text/plain' },
      body: method === 'POST' ? 'Hello' : '',
    });
    expect(refusalOf(answer)).toMatchObject({ status: 405, code });
    expect(answer.headers['allow']).toBe('PUT');
  }
  const strange = [
    '/uploads/',
    '/uploads/..%2f..%2fetc',
    '/uploads/nonsense',
    `/uploads/${id}`,
    '/files/',
    '/files/%00',
    '/uploads/../files/x',
  ];
  for (const target of strange) {
    expect(refusalOf(await put(new URL(target, url).href, 'Hello'))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  }
  expect(await put(url, 'Hello')).toMatchObject({ status: 204 });
});

it('lets pages of the configured origins send files, and those of no other', async () => {
  const { customer } = await gateway.cast();
  const { url } = await announce(customer);
  const ask = (origin: string) =>
    send(url, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'PUT' } });
  const { status, headers } = await ask('https://support.example.com');
  expect(status).toBe(204);
  expect(headers).toMatchObject({
    'access-control-allow-origin': 'https://support.example.com',
    'access-control-allow-methods': 'PUT',
  });
  expect((await ask('https://evil.example.com')).headers['access-control-allow-origin']).toBeUndefined();
});

it('stops waiting for bytes that come too slowly, and lets all others pass', async () => {
  const limits = { pauseMs: 5, wholeMs: 20_000 };
  const read = async (body: PassThrough, given: typeof limits): Promise<string> => {
    let text = '';
    for await (const piece of inTime(body, given)) text += piece.toString();
    return text;
  };
  const [silent, endless, quick] = [new PassThrough(), new PassThrough(), new PassThrough()];
  silent.write('Hello');
  await expect(read(silent, limits)).rejects.toThrow(TooSlow);
  const drip = setInterval(() => endless.write('.'), 1);
  await expect(read(endless, { pauseMs: 20_000, wholeMs: 30 }))
    .rejects.toThrow(TooSlow)
    .finally(() => clearInterval(drip));
  expect([silent.destroyed, endless.destroyed]).toEqual([false, false]);
  quick.end('Hello');
  expect(await read(quick, { pauseMs: 20_000, wholeMs: 20_000 })).toBe('Hello');
});

it('leaves nothing but whole files behind', async () => {
  const { customer } = await gateway.cast();
  await upload(customer);
  for (const path of await storedFiles(gateway)) expect(path).toMatch(/^files\/[0-9a-f]{32}\/[0-9a-f-]{36}$/);
});
