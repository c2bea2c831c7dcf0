import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Queryable } from '../db/database.js';
import { inTime } from '../db/failures.js';
import type { Logger } from '../logger.js';
import { type Bus, LocalBus } from './bus.js';

const channel = 'conversation_log';
/** Hints are gathered for this long, in milliseconds: NOTIFY takes a lock of the whole database at commit. */
const gatherMs = 10;
/** PostgreSQL refuses a payload of 8,000 bytes; an id and its comma are 37. */
const hintsPerPayload = 200;
const reconnectMs = 500;
/** A server that is gone without a word tells of nothing: it is asked so often whether it is there, and has so long to answer, in milliseconds. */
const timing = { askEveryMs: 10_000, answerMs: 5_000 };

/** A doorbell for all gateways on one PostgreSQL, by LISTEN and NOTIFY; rings at once in this process. */
export class NotifyBus implements Bus {
  /** Goes before the hints: who rang at once here need not be rung by the echo. */
  private readonly name = randomUUID();
  private readonly local = new LocalBus();
  private readonly waiting = new Set<string>();
  private gathering: NodeJS.Timeout | undefined;
  private reconnecting: NodeJS.Timeout | undefined;
  private asking: NodeJS.Timeout | undefined;
  private client: pg.Client | undefined;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly db: Queryable,
    private readonly logger: Logger,
    private readonly times = timing,
  ) {}

  /** Starts to listen; from then on a lost connection is made anew for as long as it takes. */
  async open(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'ticketing-gateway listener',
      keepAlive: true,
      connectionTimeoutMillis: this.times.answerMs,
    });
    this.client = client;
    client.on('notification', ({ payload }) => this.heard(payload));
    client.on('error', (error) => this.lost(client, error));
    client.on('end', () => this.lost(client));
    await client.connect();
    await inTime(this.times.answerMs, client.query(`listen ${channel}`));
    this.askLater(client);
  }

  publish(hints: readonly string[]): void {
    this.local.publish(hints);
    for (const hint of hints) this.waiting.add(hint);
    this.gathering ??= setTimeout(() => void this.flush(), gatherMs);
  }

  subscribe(hint: string, listener: () => void): () => void {
    return this.local.subscribe(hint, listener);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.gathering);
    clearTimeout(this.reconnecting);
    clearTimeout(this.asking);
    await this.local.close();
    await this.client?.end().catch((error: unknown) => this.logger.debug({ error }, 'listener was gone already'));
  }

  private heard(payload = ''): void {
    const [sender, ...hints] = payload.split(',');
    if (sender !== this.name) this.local.publish(hints);
  }

  private async flush(): Promise<void> {
    this.gathering = undefined;
    const hints = [...this.waiting];
    this.waiting.clear();
    try {
      for (let start = 0; start < hints.length; start += hintsPerPayload) {
        const payload = [this.name, ...hints.slice(start, start + hintsPerPayload)].join();
        await this.db.query('select pg_notify($1, $2)', [channel, payload]);
      }
    } catch (error) {
      this.logger.warn({ error }, 'hints were lost: the other gateways find the news when they look, within a second');
    }
  }

  private askLater(client: pg.Client): void {
    if (this.closed || this.client !== client) return;
    this.asking = setTimeout(() => {
      inTime(this.times.answerMs, client.query('select 1')).then(
        () => this.askLater(client),
        (error: Error) => this.lost(client, error),
      );
    }, this.times.askEveryMs);
  }

  private lost(client: pg.Client, error?: Error): void {
    if (this.closed || this.client !== client) return;
    this.client = undefined;
    clearTimeout(this.asking);
    this.logger.warn({ error }, 'the listener lost its connection and makes a new one');
    client.end().catch((reason: unknown) => this.logger.debug({ error: reason }, 'listener was gone already'));
    this.reconnecting = setTimeout(() => {
      this.open().catch((reason: Error) => this.client && this.lost(this.client, reason));
    }, reconnectMs);
  }
}
