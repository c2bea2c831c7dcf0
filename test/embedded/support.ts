import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type EmbeddedEngine, type EmbeddedOptions, openEmbedded } from '../../src/db/embedded/engine.js';

const cleanups: (() => Promise<void> | void)[] = [];

/** Closes, in reverse order, whatever the helpers of this file made since the last call. */
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

/** Makes a folder that `cleanUp` removes. */
export function temporaryFolder(): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'embedded-')));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Opens an engine that `cleanUp` closes. */
export async function open(options: EmbeddedOptions): Promise<EmbeddedEngine> {
  const engine = await openEmbedded(options);
  cleanups.push(() => engine.close().catch(() => undefined));
  return engine;
}

/** Makes a pool on an engine that `cleanUp` ends. */
export function poolOf(engine: EmbeddedEngine, options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ stream: engine.stream, user: 'postgres', max: 1, ...options });
  pool.on('error', () => undefined);
  cleanups.push(() => pool.end());
  return pool;
}

/** Makes a connection of its own to an engine that `cleanUp` ends. */
export async function connect(engine: EmbeddedEngine): Promise<pg.Client> {
  const client = new pg.Client({ stream: engine.stream, user: 'postgres' });
  client.on('error', () => undefined);
  await client.connect();
  cleanups.push(() => client.end());
  return client;
}

/** The next notification that a client hears. */
export async function notification(client: pg.Client): Promise<pg.Notification> {
  const [message] = (await once(client, 'notification')) as [pg.Notification];
  return message;
}
