import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server } from 'node:http';
import { openStorage } from '../../src/storage/open-storage.js';
import type { Storage } from '../../src/storage/storage.js';

// It has no types, and checks no signatures: what it shows is that bytes go in and come out.
const S3rver =
  jest.requireActual<
    new (options: object) => { run(): Promise<AddressInfo>; close(): Promise<void>; httpServer: Server }
  >('s3rver');

const directory = join(tmpdir(), `bucket-${randomUUID()}`);
const server = new S3rver({
  port: 0,
  address: '127.0.0.1',
  silent: true,
  directory,
  configureBuckets: [{ name: 'tickets' }],
});
let storage: Storage;
let other: Storage;

beforeAll(async () => {
  await mkdir(directory);
  const { port } = await server.run();
  process.env['AWS_ACCESS_KEY_ID'] = 'S3RVER';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'S3RVER';
  const storageUrl = `s3://tickets/below?endpoint=http://127.0.0.1:${port}`;
  storage = await openStorage({ storageUrl, dataDir: directory }, 'ours');
  other = await openStorage({ storageUrl, dataDir: directory }, 'theirs');
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

async function* pieces(bytes: Buffer, fault?: Error): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += 65_536)
    yield await Promise.resolve(bytes.subarray(start, start + 65_536));
  if (fault) throw fault;
}

async function contentOf(key: string): Promise<Buffer | null> {
  const bytes = await storage.read(key);
  return bytes && Buffer.concat((await bytes.toArray()) as Buffer[]);
}

async function names(of: Storage, moment: Date): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of of.olderThan(moment)) found.push(...batch);
  return found;
}

const tomorrow = new Date(Date.now() + 86_400_000);

it('keeps files in a bucket, lists those of one database, and removes them', async () => {
  const [small, large] = [randomUUID(), randomUUID()];
  const bytes = Buffer.alloc(3 * 1024 * 1024 + 1, 'The quick brown fox. ');
  await storage.write(small, pieces(Buffer.from('Hello')), 5);
  await storage.write(large, pieces(bytes), bytes.length);
  expect((await contentOf(small))?.toString()).toBe('Hello');
  expect((await contentOf(large))?.equals(bytes)).toBe(true);
  expect((await names(storage, tomorrow)).sort()).toEqual([small, large].sort());
  expect(await names(storage, new Date(0))).toEqual([]);
  expect(await names(other, tomorrow)).toEqual([]);
  await storage.remove([small, randomUUID()]);
  expect(await contentOf(small)).toBeNull();
  expect(await names(storage, tomorrow)).toEqual([large]);
});

it('keeps nothing when the bytes stop coming, and tells why they did', async () => {
  const key = randomUUID();
  const fault = new Error('the sender went away');
  await expect(storage.write(key, pieces(Buffer.from('Hel'), fault), 5)).rejects.toBe(fault);
  // Of what was cut off, this server may still show an object without bytes.
  expect((await contentOf(key))?.toString() ?? '').toBe('');
});
