import type { Pool } from 'pg';
import type PgBoss from 'pg-boss';
import type { DataSource } from 'typeorm';
import type { Queryable } from './database.js';

/** Every queue; in a short one, no two jobs of one key wait at the same time. */
const queues = { digest: 'short', mail: 'standard' } as const satisfies Record<string, PgBoss.QueuePolicy>;
/** Name of a queue. */
export type QueueName = keyof typeof queues;

/** A job that was given up. */
export interface DeadJob {
  readonly id: string;
  readonly queue: string;
  readonly data: object;
  readonly failedAt: Date;
  readonly reason: string | null;
}

/** The version of the tables of the pg-boss that is installed: one that is older is brought up to date. */
const tablesVersion = 24;
const keepDoneSeconds = 3_600;
const keepDeadSeconds = 30 * 86_400;

/** Makes the tables of the jobs, in a schema of their own, unless they are there; the library is loaded only for that. */
export async function prepareJobs(dataSource: DataSource): Promise<void> {
  if (await hasJobs(dataSource)) return;
  const boss = await createBoss(dataSource);
  await boss.start();
  for (const [queue, policy] of Object.entries(queues)) await boss.createQueue(queue, { name: queue, policy });
  await boss.stop({ graceful: false });
}

/** Whether the tables of the jobs are there, and new enough. */
export async function hasJobs(dataSource: DataSource): Promise<boolean> {
  const [there] = await dataSource.query<{ isThere: boolean }[]>(
    `select to_regclass('pgboss.queue') is not null and to_regclass('pgboss.version') is not null as "isThere"`,
  );
  if (!there?.isThere) return false;
  const [found] = await dataSource.query<{ version: number; names: string[] }[]>(
    'select version, array(select name from pgboss.queue) as names from pgboss.version',
  );
  return (
    found !== undefined && found.version >= tablesVersion && Object.keys(queues).every((q) => found.names.includes(q))
  );
}

/**
 * Makes the library's side of the queues: on the connections of the data source, but past its log of statements. Neither its
 * own workers nor its timers are used: they leave rejections unhandled and end when they like.
 */
export async function createBoss(
  dataSource: DataSource,
  onError = (_error: Error): void => undefined,
): Promise<PgBoss> {
  const { default: Boss } = await import('pg-boss');
  const boss = new Boss({
    db: beside(dataSource),
    supervise: false,
    schedule: false,
    archiveCompletedAfterSeconds: keepDoneSeconds,
    archiveFailedAfterSeconds: keepDeadSeconds,
    deleteAfterDays: 7,
  });
  return boss.on('error', onError);
}

const beside = (dataSource: DataSource): PgBoss.Db => ({
  executeSql: async (text, values: unknown[]) => {
    const client = await (dataSource.driver as unknown as { master: Pool }).master.connect();
    let isBroken = true;
    try {
      const result = await client.query(text, values);
      isBroken = false;
      return result;
    } finally {
      // Some of the library's texts begin a transaction: one that failed must not be left to whoever comes next.
      client.release(isBroken);
    }
  },
});

/** Has the library's statements be part of a transaction. */
export const within = (tx: Queryable): PgBoss.Db => ({
  executeSql: async (text, values) => ({ rows: await tx.query(text, values) }),
});

/** The jobs that were given up, oldest first. */
export function deadJobs(db: Queryable): Promise<DeadJob[]> {
  return db.query(
    `select id, name as queue, data, completed_on as "failedAt", coalesce(output->>'message', output->'value'->>'message') as reason
     from pgboss.job where state = 'failed' order by completed_on, id`,
  );
}

/** Has a job that was given up tried once more, at once; answers whether there is one. */
export async function reviveJob(db: Queryable, id: string): Promise<boolean> {
  const revived = await db.query(
    `update pgboss.job set state = 'retry', retry_limit = retry_count + 1, start_after = now(), completed_on = null
     where id::text = $1 and state = 'failed' returning id`,
    [id],
  );
  return revived.length > 0;
}
