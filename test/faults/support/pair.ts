import { cleanUp } from '../../lifecycle/process.js';
import { until } from '../../support/cluster.js';
import { onServer } from '../../support/gateway.js';
import { OwnRedis } from '../../support/redis.js';
import pg from 'pg';
import { Place } from './place.js';

/** What only gateways on a server can show. */
export function describeOnServer(name: string, tests: () => void): void {
  if (!onServer()) console.warn(`Not run without TEST_DATABASE_URL: ${name}`);
  (onServer() ? describe : describe.skip)(name, tests);
}

/** A database as the gateway of this name is to call it. */
export function named(url: string, name: string): string {
  const own = new URL(url);
  own.searchParams.set('application_name', name);
  return own.href;
}

/** Two gateways on one database, as processes, with a Redis in common. */
export class Pair {
  private constructor(
    /** Where the database is. */
    readonly url: string,
    readonly redis: OwnRedis,
    readonly places: readonly [Place, Place],
  ) {}

  /** Starts them, on the database of the test file unless it is another one; `redisUrl` is where they look for Redis. */
  static async open(
    environment: Record<string, string> = {},
    { url = ownDatabase(), redisUrl }: { url?: string; redisUrl?: (redis: OwnRedis) => Promise<string> } = {},
  ): Promise<Pair> {
    const redis = await OwnRedis.start();
    const common = { REDIS_URL: redisUrl ? await redisUrl(redis) : redis.url, COST_PER_MINUTE: '999999999' };
    const places = ['left', 'right'].map((name) =>
      Place.open({
        ...common,
        RATE_LIMITS: 'tickets=99999,comments=99999,uploads=99999',
        ...environment,
        DATABASE_URL: named(url, name),
      }),
    );
    try {
      return new Pair(url, redis, (await Promise.all(places)) as [Place, Place]);
    } catch (error) {
      await redis.kill();
      throw error;
    }
  }

  /** The other of the two. */
  neighbourOf(place: Place): Place {
    return this.places[place === this.places[0] ? 1 : 0];
  }

  /** Runs one statement on a connection of its own. */
  async query<Row extends object = any>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** The gateway that numbers events, once there is one, and the process of the server that does so for it. */
  async leader(): Promise<{ place: Place; pid: number }> {
    let found: { name: string; pid: number }[] = [];
    await until(async () => {
      found = await this.query(
        `select application_name as name, pid from pg_locks join pg_stat_activity using (pid)
         where locktype = 'advisory' and objid = 7463012 and granted and datname = current_database()`,
      );
      return found.length > 0;
    });
    const { name, pid } = found[0]!;
    return { place: this.places[name === 'left' ? 0 : 1], pid };
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await cleanUp();
    await this.redis.kill();
  }
}

function ownDatabase(): string {
  const address = globalThis.testDatabase;
  if (!('url' in address)) throw new Error('two gateways need a server');
  return address.url;
}
