import { randomUUID } from 'node:crypto';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { keepHouse } from '../../src/db/housekeeping.js';
import { uuidOf } from '../../src/global-id.js';
import { sweepFiles } from '../../src/services/sweep-files.js';
import { openStorage } from '../../src/storage/open-storage.js';
import type { Storage } from '../../src/storage/storage.js';
import { memoryLog, send } from '../doors/support.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { openTicket, say } from '../tickets/support.js';
import { announce, fileOf, linksOf, linkTo, rowOf, storedFiles, upload } from './support.js';

let gateway: TestGateway;
let storage: Storage;
let customer: Actor;
beforeAll(async () => {
  gateway = await TestGateway.start();
  storage = await openStorage(gateway.config, (await linksOf(gateway)).secretName('files'));
  ({ customer } = await gateway.cast());
});
afterAll(() => gateway.stop());

const keyOf = async (id: string): Promise<string> => String((await rowOf(gateway, id))?.['storage_key']);
const keys = async (): Promise<(string | undefined)[]> =>
  (await storedFiles(gateway)).map((path) => path.split('/').at(-1));
const hours = (n: number): number => n * 3_600_000;

async function age(id: string, announced: number, arrived?: number): Promise<void> {
  await gateway.app.services.db.query(
    `update files set created_at = now() - $2 * interval '1 hour', arrived_at = now() - $3::int * interval '1 hour' where id = $1`,
    [uuidOf('File', id), announced, arrived ?? null],
  );
}

it('clears away what nobody attached within a day, with its bytes, and nothing else', async () => {
  const { id: pending } = await announce(customer);
  const { id: late } = await announce(customer);
  const [old, recent, attached] = [await upload(customer), await upload(customer), await upload(customer)];
  await openTicket(customer, { title: 'With a file', fileIds: [attached] });
  const [oldKey, recentKey, attachedKey] = [await keyOf(old), await keyOf(recent), await keyOf(attached)];
  await age(pending, 25);
  await age(late, 23);
  await age(old, 49, 25);
  await age(recent, 47, 23);
  await age(attached, 49, 49);
  expect(new Set(await keys())).toEqual(new Set([oldKey, recentKey, attachedKey]));
  await sweepFiles(gateway.app.services.db, storage);
  for (const id of [pending, old]) expect(await fileOf(customer, id)).toBeNull();
  for (const id of [late, recent, attached]) expect(await fileOf(customer, id)).not.toBeNull();
  expect(new Set(await keys())).toEqual(new Set([recentKey, attachedKey]));
});

it('[d10] clears away the bytes of removed comments and of uploads that were cut off, once they are old', async () => {
  const id = await upload(customer);
  const { id: ticketId } = await openTicket(customer);
  const comment = await say(customer, ticketId, 'See there', { fileIds: [id] });
  const key = await keyOf(id);
  const folder = join(gateway.config.dataDir, dirname((await storedFiles(gateway))[0]!));
  const others = [`${randomUUID()}.part`, randomUUID()];
  for (const name of [...others, 'README', `${randomUUID()}.txt`]) await writeFile(join(folder, name), 'x');
  await mkdir(join(folder, randomUUID()));
  await customer.run(`mutation ($id: ID!) { deleteComment(input: { commentId: $id }) { replayed } }`, {
    id: comment.id,
  });
  const before = await keys();
  await sweepFiles(gateway.app.services.db, storage);
  expect(await keys()).toEqual(before);
  await sweepFiles(gateway.app.services.db, storage, Date.now() + hours(2));
  expect(await keys()).toEqual(before.filter((name) => name !== key && !others.includes(name ?? '')));
});

it('[e39] keeps bytes as long as one of the comments that share them is there', async () => {
  const { agent } = await gateway.cast();
  const id = await upload(customer, 'Shared');
  const key = await keyOf(id);
  const { id: ticketId } = await openTicket(customer);
  const { id: commentId } = await say(customer, ticketId, 'See there', { fileIds: [id] });
  const split = `mutation ($input: SplitTicketInput!) { splitTicket(input: $input) { created { comments { nodes { id files { id } } } } } }`;
  const { splitTicket } = await agent.run(split, { input: { ticketId, commentIds: [commentId], title: 'Apart' } });
  const [copy] = splitTicket.created.comments.nodes;
  const remove = (comment: string) =>
    agent.run(`mutation ($id: ID!) { deleteComment(input: { commentId: $id }) { replayed } }`, { id: comment });
  await remove(commentId);
  await sweepFiles(gateway.app.services.db, storage, Date.now() + hours(2));
  expect((await send(await linkTo(customer, copy.files[0].id))).text).toBe('Shared');
  await remove(copy.id);
  await sweepFiles(gateway.app.services.db, storage, Date.now() + hours(2));
  expect(await keys()).not.toContain(key);
});

it('leaves the files of another database alone, and what was there before', async () => {
  const other = await openStorage(gateway.config, 'another');
  const key = randomUUID();
  await other.write(
    key,
    (async function* () {
      yield await Promise.resolve(Buffer.from('x'));
    })(),
    1,
  );
  await utimes(join(gateway.config.dataDir, 'files', 'another', key), 0, 0);
  await sweepFiles(gateway.app.services.db, storage);
  expect(await keys()).toContain(key);
});

it('has rows go before their bytes, and goes on with the next chore when one fails', async () => {
  const id = await upload(customer);
  await age(id, 25, 25);
  const key = await keyOf(id);
  const broken: Storage = {
    ...storage,
    remove: () => Promise.reject(new Error('the disk is gone')),
    olderThan: () => storage.olderThan(new Date()),
  };
  const { logger, entries } = memoryLog();
  let ran = false;
  await keepHouse(gateway.app.services.db, logger, [
    { leaves: 'files', run: () => sweepFiles(gateway.app.services.db, broken) },
    { leaves: 'nothing', run: () => Promise.resolve((ran = true)) },
  ])();
  expect({ ran, messages: entries.map(({ msg }) => msg as string) }).toEqual({
    ran: true,
    messages: ['files stay for another hour'],
  });
  expect(await fileOf(customer, id)).toBeNull();
  expect(await keys()).toContain(key);
  await sweepFiles(gateway.app.services.db, storage, Date.now() + hours(2));
  expect(await keys()).not.toContain(key);
});
