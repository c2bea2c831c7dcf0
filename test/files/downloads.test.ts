import { readdirSync, readlinkSync } from 'node:fs';
import { request } from 'node:http';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { uuidOf } from '../../src/global-id.js';
import { memoryLog, send } from '../doors/support.js';
import { TestGateway } from '../support/gateway.js';
import { deactivate, idOf, openTicket, say } from '../tickets/support.js';
import { linksOf, linkTo, refusalOf, rowOf, storedFiles, until, upload } from './support.js';

const { logger, entries } = memoryLog();
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({}, logger);
});
afterAll(() => gateway.stop());

it.each([
  'text/html',
  'TEXT/HTML; charset=utf-8',
  'image/svg+xml',
  'image/svg',
  'application/xhtml+xml',
  'text/xml',
  'application/xml',
  'application/pdf',
  'text/javascript',
  'application/javascript',
  'text/css',
  'application/x-shockwave-flash',
  'application/vnd.mozilla.xul+xml',
  'multipart/x-mixed-replace',
])('never says that a file is %s, nor shows it in a page', async (contentType) => {
  const { customer } = await gateway.cast();
  const script = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>';
  const { headers, text } = await send(await linkTo(customer, await upload(customer, script, { contentType })));
  expect(text).toBe(script);
  expect(headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment; filename=notes.txt',
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  });
});

it.each(['image/png', 'text/csv', 'audio/mpeg', 'application/vnd.ms-excel'])(
  'says that a file is %s',
  async (contentType) => {
    const { customer } = await gateway.cast();
    const { headers } = await send(await linkTo(customer, await upload(customer, 'x', { contentType })));
    expect(headers).toMatchObject({
      'content-type': contentType,
      'content-disposition': expect.stringMatching(/^attachment;/),
    });
  },
);

it('writes names into headers that can break out of none', async () => {
  const { customer } = await gateway.cast();
  for (const name of ['a"; filename=b.html', "';--", '%0d%0aX: y', '見積書 %41.txt']) {
    const { headers } = await send(await linkTo(customer, await upload(customer, 'x', { name })));
    const said = headers['content-disposition'] ?? '';
    const [, extended] = /filename\*=UTF-8''(.+)$/.exec(said) ?? [];
    const [, quoted = ''] = /filename="((?:[^"\\]|\\.)*)"/.exec(said) ?? [];
    expect(extended ? decodeURIComponent(extended) : quoted.replace(/\\(.)/g, '$1')).toBe(name);
  }
});

it('[x10] wants the very link that was handed out, by GET and in time', async () => {
  const { customer, stranger } = await gateway.cast();
  const id = await upload(customer);
  const link = await linkTo(customer, id);
  const path = new URL(link).pathname;
  const links = await linksOf(gateway);
  const [me, other] = [uuidOf('User', await idOf(customer))!, uuidOf('User', await idOf(stranger))!];
  for (const bad of [
    links.sign({ method: 'GET', path, actorId: me }, Date.now() - 300_001),
    links.sign({ method: 'PUT', path, actorId: me }),
    link.replace(me, other),
    link.replace(/signature=.*/, ''),
    `${link}x`,
  ]) {
    expect(refusalOf(await send(bad))).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  }
  const hidden = await send(links.sign({ method: 'GET', path, actorId: other }));
  const absent = await send(
    links.sign({ method: 'GET', path: path.replace(/.{12}$/, '000000000000'), actorId: other }),
  );
  expect(refusalOf(hidden)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  expect(hidden.text).toBe(absent.text);
  expect(refusalOf(await send(link, { method: 'POST' }))).toMatchObject({ status: 405 });
  expect(await send(link)).toMatchObject({ status: 200, text: 'Hello' });
});

it('looks at the rights of now, not at those of when the link was made', async () => {
  const { customer, teammate } = await gateway.cast();
  const id = await upload(customer);
  const { id: ticketId } = await openTicket(customer);
  await say(customer, ticketId, 'See there', { fileIds: [id] });
  const [mine, theirs] = [await linkTo(customer, id), await linkTo(teammate, id)];
  expect(await send(theirs)).toMatchObject({ status: 200 });
  await customer.run(
    `mutation ($id: ID!) { updateTicket(input: { ticketId: $id, accessLevel: PRIVATE }) { ticket { id } } }`,
    { id: ticketId },
  );
  expect(refusalOf(await send(theirs))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  expect(await send(mine)).toMatchObject({ status: 200 });
  await deactivate(gateway, await idOf(customer));
  expect(refusalOf(await send(mine))).toMatchObject({ status: 403, code: 'FORBIDDEN' });
});

/** Files that this process has open below a folder. */
const openFiles = (folder: string): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(join('/proc/self/fd', fd)).startsWith(folder);
    } catch {
      return false;
    }
  }).length;

it('closes a file when whoever gets it goes away', async () => {
  const { customer } = await gateway.cast();
  const link = await linkTo(customer, await upload(customer, Buffer.alloc(20 * 1024 * 1024)));
  const { dataDir } = gateway.config;
  const outgoing = request(link, { agent: false });
  const begun = new Promise<void>((resolve) =>
    outgoing.on('response', (answer) => answer.once('data', () => (answer.pause(), resolve()))),
  );
  outgoing.on('error', () => undefined);
  outgoing.end();
  await begun;
  expect(openFiles(dataDir)).toBe(1);
  outgoing.destroy();
  await until(() => Promise.resolve(openFiles(dataDir) === 0));
  expect(entries.filter(({ level }) => level >= 40)).toEqual([]);
});

it('tells of bytes that are gone in the log alone', async () => {
  const { customer } = await gateway.cast();
  const id = await upload(customer);
  const link = await linkTo(customer, id);
  const { storage_key: key } = (await rowOf(gateway, id))!;
  const path = (await storedFiles(gateway)).find((name) => name.endsWith(String(key)))!;
  await rm(join(gateway.config.dataDir, path));
  expect(refusalOf(await send(link))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  expect(entries).toContainEqual(expect.objectContaining({ msg: 'the bytes of a file are gone', storageKey: key }));
});
