import pg from 'pg';
import type { Logger } from '../../logger.js';
import type { Queryable } from '../database.js';
import { inTime } from '../failures.js';
import { Pool } from '../pool.js';
import type { LogHistory } from './log-history.js';

/** What a replica is good for: `new` until it has all that was there when the gateway started. */
export type ReplicaState = 'new' | 'in use' | 'behind' | 'away' | 'no replica of the primary';

/** How far behind a replica may be at most, in milliseconds. */
const largestLagMs = 5_000;
const poolSize = 10;
/** How long a statement of a request may run here before it is begun anew on the primary, in milliseconds. */
const requestLimitMs = 5_000;
/** How long it may take to connect, and to tell how it is: what does not answer by then is away. */
const answerLimitMs = 2_000;

interface Look {
  readonly isReplica: boolean;
  readonly system: string;
  readonly position: number;
}

const position = `(pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::float8 as position`;

/** SQL of which cluster a server and its replicas are. */
export const systemIdentifier = '(select system_identifier::text from pg_control_system())';

/** A hot standby of the primary, from which everybody may read what it has. */
export class Replica implements Queryable {
  /** Host, port and database, for logs and metrics. */
  readonly name: string;
  state: ReplicaState = 'new';
  lagMs = NaN;
  /** How far it is known to be, in bytes of the primary's log. */
  private position = 0;
  private readonly pool: pg.Pool;
  /** Looks are not to wait for the work of others. */
  private readonly looks: pg.Pool;
  /** Give up what is under way. */
  private readonly waiting = new Set<(error: unknown) => void>();

  constructor(
    url: string,
    private readonly logger: Logger,
  ) {
    const { host, pathname } = new URL(url);
    this.name = host + pathname;
    const open = (max: number, limitMs: number): pg.Pool =>
      new Pool({
        connectionString: url,
        max,
        application_name: 'ticketing-gateway replica',
        connectionTimeoutMillis: answerLimitMs,
        statement_timeout: limitMs,
        keepAlive: true,
      }).on('error', (error) => this.failed(error));
    this.pool = open(poolSize, requestLimitMs);
    this.looks = open(1, answerLimitMs);
  }

  /** Runs one statement; once the replica is found to be away, nobody waits for its answer any more. */
  async query<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    let giveUp: ((error: unknown) => void) | undefined;
    try {
      return await new Promise<Row[]>((resolve, reject) => {
        giveUp = reject;
        this.waiting.add(reject);
        ask<Row>(this.pool, requestLimitMs, sql, values).then(resolve, reject);
      });
    } catch (error) {
      if (isOfServer(error)) this.failed(error);
      throw error;
    } finally {
      if (giveUp) this.waiting.delete(giveUp);
    }
  }

  /** Whether it has everything up to a position; it is asked only where that is not known already. */
  async has(end: number): Promise<boolean> {
    if (this.position < end) {
      try {
        const [found] = await this.query<Pick<Look, 'position'>>(`select ${position}`);
        this.position = found?.position ?? 0;
      } catch (error) {
        this.logger.debug({ replica: this.name, error }, 'a replica did not tell how far it is');
        return false;
      }
    }
    return this.state === 'in use' && this.position >= end;
  }

  /** Finds out how it is; never throws. */
  async look(history: LogHistory, system: string): Promise<void> {
    try {
      const sql = `select pg_is_in_recovery() as "isReplica", ${systemIdentifier} as system, ${position}`;
      const [found] = await ask<Look>(this.looks, answerLimitMs, sql);
      if (!found?.isReplica || found.system !== system) return this.become('no replica of the primary');
      this.position = found.position;
      this.lagMs = history.lagAt(found.position);
      if (this.lagMs > largestLagMs) this.become('behind');
      else if (history.includes(found.position)) this.become('in use');
    } catch (error) {
      this.failed(error);
    }
  }

  /** Lets go of it. */
  async close(): Promise<void> {
    await Promise.all([this.pool.end(), this.looks.end()]);
  }

  private failed(error: unknown): void {
    // After a crash it may begin before where it was.
    this.position = 0;
    this.lagMs = NaN;
    this.become('away', error);
    for (const giveUp of this.waiting) giveUp(error);
  }

  private become(state: ReplicaState, error?: unknown): void {
    if (this.state === state) return;
    this.state = state;
    if (state === 'in use') this.logger.info({ replica: this.name }, 'a replica is in use');
    else this.logger.warn({ replica: this.name, state, error }, 'a replica is not in use: others answer instead of it');
  }
}

/** Runs one statement on a connection that is given up when no answer comes: a server that stands still does not even say that it took too long. */
async function ask<Row>(pool: pg.Pool, limitMs: number, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  const client = await pool.connect();
  try {
    const { rows } = await inTime(limitMs + answerLimitMs, client.query(sql, [...values]));
    client.release();
    return rows as Row[];
  } catch (error) {
    // Whatever went wrong, a server that is on its way down may have said so by it.
    client.release(true);
    throw error;
  }
}

/**
 * Whether the server is gone, or is going. That a statement was cancelled, as replicas do with those that keep them from following,
 * or had to wait for a connection, is no sign of that.
 */
const isOfServer = (error: unknown): boolean =>
  error instanceof pg.DatabaseError
    ? /^(08|57P)/.test(error.code ?? '')
    : error instanceof Error && ('code' in error || error.message.startsWith('Connection terminated unexpectedly'));
