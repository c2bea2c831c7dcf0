import { createHmac } from 'node:crypto';
import type { RedisClientOptions } from 'redis';
import type { Queryable } from '../db/database.js';
import type { Logger } from '../logger.js';
import { Redis } from './redis.js';

/** A connection is looked at so often, and one that says nothing for so long is made anew, in milliseconds. */
const lookEveryMs = 500;
const silenceMs = 1_500;
const longestPauseMs = 1_000;

const options = (url: string): RedisClientOptions => ({
  url,
  name: 'ticketing-gateway',
  disableOfflineQueue: true,
  maintNotifications: 'disabled',
  // Its own limit ends where a command is written, and so says nothing of a server that does not answer.
  commandOptions: { timeout: 0 },
  pingInterval: lookEveryMs,
  socket: {
    connectTimeout: silenceMs,
    socketTimeout: silenceMs,
    reconnectStrategy: (retries) => Math.min(2 ** retries * 50, longestPauseMs) + Math.random() * 100,
  },
});

/** Connects to a Redis where there is one; when it can't be reached, the gateway starts without it and goes on trying. */
export async function openRedis(
  url: string | undefined,
  db: Queryable,
  logger: Logger,
  closing: (() => Promise<void> | void)[],
): Promise<Redis | undefined> {
  if (url === undefined) return undefined;
  const [{ createClient }, namespace] = await Promise.all([import('redis'), namespaceOf(db)]);
  const redis = new Redis(createClient(options(url)), createClient(options(url)), namespace, logger);
  closing.push(() => redis.close());
  await redis.open();
  return redis;
}

/** What only the gateways of one database call their keys and channels: copies of it have the same key, but on one server not the same name. */
async function namespaceOf(db: Queryable): Promise<string> {
  const [row] = await db.query<{ key: Buffer; name: string }>(
    'select link_key as key, current_database() as name from installation',
  );
  if (!row) throw new Error('the table `installation` has no row');
  return `ticketing:${createHmac('sha256', row.key).update(`Redis of ${row.name}`).digest('hex').slice(0, 16)}`;
}
