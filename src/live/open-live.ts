import type { Config } from '../config.js';
import type { Database } from '../db/database.js';
import type { Logger } from '../logger.js';
import type { Redis } from '../redis/redis.js';
import { type Bus, LocalBus } from './bus.js';
import { Doorbell } from './doorbell.js';
import { type Feed, openFeed } from './feed/open-feed.js';
import { NotifyBus } from './notify-bus.js';
import { RedisBus } from './redis-bus.js';
import { Threads } from './thread.js';

/** All that goes on while nobody asks. */
export interface Live {
  readonly bus: Bus;
  readonly doorbell: Doorbell;
  readonly threads: Threads;
  readonly feed: Feed;
}

/** Opens it over a server, or over the embedded engine, with hints by Redis where there is one; what closes it again goes into a list as soon as it is open. */
export async function openLive(
  config: Config,
  db: Database,
  redis: Redis | undefined,
  logger: Logger,
  closing: (() => Promise<void> | void)[],
): Promise<Live> {
  const { databaseUrl: url } = config;
  const bus = redis ? new RedisBus(redis, logger) : url === undefined ? new LocalBus() : new NotifyBus(url, db, logger);
  closing.push(() => bus.close());
  if (bus instanceof NotifyBus) await bus.open();
  const doorbell = new Doorbell(bus, db, logger);
  closing.push(() => doorbell.close());
  const feed = await openFeed(config, db, bus, logger);
  closing.push(() => feed.stop());
  return { bus, doorbell, threads: new Threads(db, doorbell), feed };
}
