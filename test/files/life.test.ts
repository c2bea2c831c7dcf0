import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateUploadDocument } from '../support/_generated.js';
import { send } from '../doors/support.js';
import { TestGateway } from '../support/gateway.js';
import { done, openTicket } from '../tickets/support.js';
import { announce, fileOf, filesIn, linkTo, modeOf, put, rowOf, stored, storedFiles, upload } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

it('[e4] takes a file from its announcement over its bytes and a comment to whoever reads that', async () => {
  const { customer, teammate, stranger, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const text = 'Привет,\r\n\0 мир';
  const announced = await customer.run(CreateUploadDocument, {
    input: { name: ' отчёт №1.txt ', size: Buffer.byteLength(text), contentType: 'text/plain; charset=utf-8' },
  });
  const { file, uploadUrl } = announced.createUpload!;
  expect(file).toEqual({
    id: expect.stringMatching(/^fil_/),
    name: 'отчёт №1.txt',
    size: Buffer.byteLength(text),
    contentType: 'text/plain; charset=utf-8',
    status: 'PENDING',
    url: null,
  });
  expect(uploadUrl).toMatch(new RegExp(`^${new URL(gateway.url).origin}/uploads/[0-9a-f-]{36}\\?`));
  expect(await put(uploadUrl!, text, { 'content-type': 'Text/Plain;charset=UTF-8' })).toMatchObject({ status: 204 });
  const ready = { ...file, status: 'READY', url: expect.stringContaining('/files/') };
  expect(await fileOf(customer, file!.id)).toEqual(ready);
  for (const actor of [teammate, agent]) expect(await fileOf(actor, file!.id)).toBeNull();

  await done(customer, 'addComment', { ticketId, body: 'See there', fileIds: [file!.id] });
  expect(await filesIn(customer, ticketId)).toEqual([[ready]]);
  for (const actor of [customer, teammate, agent]) {
    const answer = await send(await linkTo(actor, file!.id));
    expect(answer).toMatchObject({ status: 200, text });
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(Buffer.byteLength(text)),
      'content-disposition': `attachment; filename="????? ?1.txt"; filename*=UTF-8''${encodeURIComponent('отчёт №1.txt')}`,
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
    });
  }
  expect(await fileOf(stranger, file!.id)).toBeNull();
});

it('keeps bytes under random names in a folder that is nobody else’s', async () => {
  const { customer } = await gateway.cast();
  const before = await storedFiles(gateway);
  const id = await upload(customer, 'Hello', { name: '.htaccess' });
  const [path, ...more] = (await storedFiles(gateway)).filter((name) => !before.includes(name));
  expect(more).toEqual([]);
  const { storage_key: key } = (await rowOf(gateway, id))!;
  expect(path).toMatch(new RegExp(`^files/[0-9a-f]{32}/${String(key)}$`));
  expect(id).not.toContain(key);
  expect(await readFile(join(gateway.config.dataDir, path!), 'utf8')).toBe('Hello');
  expect(await modeOf(gateway, path!)).toBe('600');
  for (const folder of (await stored(gateway)).filter((name) => name.endsWith('/'))) {
    expect({ folder, mode: await modeOf(gateway, folder) }).toEqual({ folder, mode: '700' });
  }
});

it('[e4, e18, x11] attaches files where a ticket is opened and where it is reopened, in their order', async () => {
  const { customer, agent } = await gateway.cast();
  const ids: string[] = [];
  for (const text of ['a', 'b', 'c', 'd']) ids.push(await upload(customer, text, { name: `${text}.txt` }));
  const [a, b, c, d] = ids;
  const { id: ticketId, comments } = await openTicket(customer, { title: 'With files', fileIds: [b, a] });
  expect(comments.nodes).toMatchObject([{ body: '', isClientAuthor: true }]);
  await done(agent, 'closeTicket', { ticketId });
  await done(customer, 'reopenTicket', { ticketId, body: 'Still', fileIds: [d, c] });
  const found = await filesIn(customer, ticketId);
  expect(found.map((files) => files.map(({ name }) => name))).toEqual([
    ['b.txt', 'a.txt'],
    ['d.txt', 'c.txt'],
  ]);
  const wrong = await gateway.app.services.db.query(
    'select id from comments c where file_count <> (select count(*) from files f where f.comment_id = c.id)',
  );
  expect(wrong).toEqual([]);
});

it('[e40, x5] takes a comment of files alone, and tells everybody who listens', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId, conversation } = await openTicket(customer);
  const fileIds = [await upload(agent), await upload(agent)];
  const heard = customer.subscribe<{ commentAdded: { comment: { body: string; files: { id: string }[] } } }>(
    `subscription ($id: ID!, $after: Cursor) { commentAdded(ticketId: $id, after: $after) { comment { body files { id } } } }`,
    { id: ticketId, after: conversation.headCursor },
  );
  const { comment } = await done(agent, 'addComment', { ticketId, fileIds });
  expect(comment).toMatchObject({ body: '', version: 1 });
  expect((await heard.data()).commentAdded.comment).toEqual({ body: '', files: fileIds.map((id) => ({ id })) });
  heard.stop();
});

it('announces a file once for each key, and hands out a fresh link for it each time until its bytes are there', async () => {
  const { customer } = await gateway.cast();
  const input = { name: 'a.txt', size: 5, contentType: 'text/plain', idempotencyKey: 'once' };
  const ask = async () => (await customer.run(CreateUploadDocument, { input })).createUpload!;
  const [first, ...others] = await Promise.all([ask(), ask(), ask(), ask()]);
  const second = await ask();
  expect(second).toMatchObject({ replayed: true, userErrors: [], file: first.file });
  expect(new Set([first, ...others].map(({ file }) => file!.id)).size).toBe(1);
  expect(await put(second.uploadUrl!, 'Hello')).toMatchObject({ status: 204 });
  expect(await ask()).toMatchObject({ replayed: true, uploadUrl: null, file: { status: 'READY' } });
  const { createUpload } = await customer.run(CreateUploadDocument, { input: { ...input, size: 6 } });
  expect(createUpload).toMatchObject({ file: null, userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED' }] });
});

it('[e4] attaches once, when a comment with files is sent several times with the same key', async () => {
  const { customer } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const fileIds = [await upload(customer)];
  const add = () => done(customer, 'addComment', { ticketId, fileIds, idempotencyKey: 'once' });
  const payloads = await Promise.all([add(), add(), add()]);
  expect(new Set(payloads.map(({ comment }) => comment?.id)).size).toBe(1);
  expect(payloads.map(({ replayed }) => replayed).sort()).toEqual([false, true, true]);
  expect(await filesIn(customer, ticketId)).toMatchObject([[{ id: fileIds[0] }]]);
});

it('takes a file of the largest size, in pieces without a length, and gives it back as it was', async () => {
  const { customer } = await gateway.cast();
  const bytes = Buffer.alloc(20 * 1024 * 1024, 'The quick brown fox. ');
  const { id, url } = await announce(customer, { size: bytes.length, contentType: 'application/zip' });
  const pieces = Array.from({ length: 20 }, (_, n) => bytes.subarray(n * 1_048_576, (n + 1) * 1_048_576));
  expect(await put(url, pieces, { 'content-type': 'application/zip' })).toMatchObject({ status: 204 });
  const { headers, text } = await send(await linkTo(customer, id));
  expect(headers['content-length']).toBe(String(bytes.length));
  expect(text === bytes.toString()).toBe(true);
});
