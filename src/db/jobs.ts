import type PgBoss from 'pg-boss';
import type { DataSource } from 'typeorm';
import type { Logger } from '../logger.js';
import type { Queryable } from './database.js';
import { createBoss, type QueueName, within } from './job-tables.js';
import { Pause } from './pause.js';

/** A job to be done after the transaction that it is sent in. */
export interface NewJob {
  readonly queue: QueueName;
  readonly data: object;
  /** While a job of this key waits in a queue of such keys, another one of it is none. */
  readonly key?: string;
  readonly afterSeconds?: number;
}

/** A job that is being done here and nowhere else, unless it takes longer than it may. */
export interface Job {
  readonly id: string;
  readonly data: unknown;
  /** Makes its end part of a transaction, which fails when the job is not ours any more. */
  completeIn(tx: Queryable): Promise<void>;
}

/** Trying again will hardly help: after a few times the job is given up. */
export class Hopeless extends Error {}

/** What all jobs of a queue need is not there: none is taken until it is. */
export class Outage extends Error {
  constructor(
    message: string,
    readonly isOver: () => Promise<boolean>,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** How patient and how busy the workers are. */
export interface JobTiming {
  /** How long a queue is left alone when it is empty, in milliseconds. */
  readonly pollMs: number;
  /** How long a job may take; after that it is anybody's again. */
  readonly expireSeconds: number;
  /** How often jobs of gateways that are gone are looked for, in milliseconds. */
  readonly rescueMs: number;
  /** The pause before the first retry; each further one is twice as long. */
  readonly retrySeconds: number;
  /** The first pause of an outage, in milliseconds; each further one is twice as long, up to a minute. */
  readonly outageMs: number;
  /** How long jobs that are under way may go on after `stop()`, in milliseconds. */
  readonly graceMs: number;
}

const usual: JobTiming = {
  pollMs: 2_000,
  expireSeconds: 60,
  rescueMs: 15_000,
  retrySeconds: 10,
  outageMs: 1_000,
  graceMs: 5_000,
};
/** With doubling pauses the last of these comes after about three days. */
const retries = 14;
const retriesOfHopeless = 2;
const longestOutagePauseMs = 60_000;
const tidyEveryMs = 600_000;
const settleAttempts = 5;

type Handler = (job: Job) => Promise<void>;
type Taken = PgBoss.JobWithMetadata<unknown>;

/**
 * Work that is promised by a transaction and done later, at least once: by this gateway or, when that is gone, by another one.
 * The workers ask for jobs beside the statements of operations, and one job at a time.
 */
export class Jobs {
  private readonly timing: JobTiming;
  private readonly handlers = new Map<QueueName, Handler>();
  private readonly pauses = new Map<string, Pause>();
  private running: Promise<unknown> = Promise.resolve();
  private loaded: Promise<PgBoss> | undefined;
  private stoppedAt: number | undefined;
  private reportedTo = new Date();

  constructor(
    private readonly dataSource: DataSource,
    private readonly logger: Logger,
    timing: Partial<JobTiming> = {},
  ) {
    this.timing = { ...usual, ...timing };
  }

  /** Promises jobs: when the transaction is rolled back there were none. */
  async send(tx: Queryable, jobs: readonly NewJob[]): Promise<void> {
    if (jobs.length === 0) return;
    const boss = await this.boss();
    const { retrySeconds, expireSeconds } = this.timing;
    const rows = jobs.map(({ queue, data, key, afterSeconds = 0 }) => ({
      name: queue,
      data,
      startAfter: String(afterSeconds),
      retryLimit: retries,
      retryDelay: retrySeconds,
      retryBackoff: retrySeconds > 0,
      expireInSeconds: expireSeconds,
      ...(key !== undefined && { singletonKey: key }),
    }));
    await boss.insert(rows, { db: within(tx) });
  }

  /** Says who does the jobs of a queue. */
  handle(queue: QueueName, handler: Handler): void {
    this.handlers.set(queue, handler);
  }

  /** Begins to work; what it takes is loaded in the background. */
  start(): void {
    const loops = [...this.handlers].map(([queue, handler]) => this.work(queue, handler));
    this.running = Promise.all([...loops, this.rescue()]).catch((error: unknown) =>
      this.logger.error({ error }, 'no jobs are done any more'),
    );
  }

  /** Has a queue looked at now, because something was sent to it. */
  wake(queue: QueueName): void {
    this.pauses.get(queue)?.ring();
  }

  /** Takes no more jobs. */
  quit(): void {
    this.stoppedAt ??= Date.now();
    for (const pause of this.pauses.values()) pause.ring();
  }

  /** Waits for the jobs that are under way; one that takes too long goes on elsewhere once it has expired. */
  async stop(): Promise<void> {
    this.quit();
    const left = Math.max((this.stoppedAt ?? 0) + this.timing.graceMs - Date.now(), 500);
    const timer = new Pause();
    const isDone = await Promise.race([this.running.then(() => true), timer.of(left).then(() => false)]);
    timer.ring();
    if (!isDone) this.logger.warn('a job was left in the middle; it is done again after a while');
  }

  private get isStopping(): boolean {
    return this.stoppedAt !== undefined;
  }

  private boss(): Promise<PgBoss> {
    this.loaded ??= createBoss(this.dataSource, (error) => this.logger.error({ error }, 'the jobs are out of order'));
    return this.loaded;
  }

  private pauseOf(name: string): Pause {
    const pause = this.pauses.get(name) ?? new Pause();
    this.pauses.set(name, pause);
    return pause;
  }

  private async work(queue: QueueName, handler: Handler): Promise<void> {
    const pause = this.pauseOf(queue);
    await pause.of(this.timing.pollMs);
    while (!this.isStopping) {
      // A fault of the database reads as an empty queue.
      const [job] = await (await this.boss()).fetch<unknown>(queue, { includeMetadata: true, batchSize: 1 });
      if (job) await this.carryOut(job, handler);
      else await pause.of(this.timing.pollMs);
    }
  }

  private async carryOut(job: Taken, handler: Handler): Promise<void> {
    const boss = await this.boss();
    const completeIn = async (tx: Queryable): Promise<void> => {
      const done: unknown = await boss.complete(job.name, job.id, {}, { db: within(tx) });
      if ((done as { affected: number }).affected === 0) throw new Error('the job has expired and is done elsewhere');
    };
    try {
      await handler({ id: job.id, data: job.data, completeIn });
    } catch (error) {
      await this.settle(job, () => this.failed(boss, job, error as Error));
      if (error instanceof Outage) await this.waitFor(error, this.pauseOf(job.name));
      return;
    }
    await this.settle(job, () => boss.complete(job.name, job.id));
  }

  private async failed(boss: PgBoss, job: Taken, error: Error): Promise<void> {
    const { id, name: queue, retryCount, retryLimit } = job;
    const isDead = retryCount >= (error instanceof Hopeless ? retriesOfHopeless : retryLimit);
    if (isDead) await boss.getDb().executeSql('update pgboss.job set retry_limit = retry_count where id = $1', [id]);
    await boss.fail(queue, id, { message: error.message });
    if (isDead) this.logger.error({ error, job: id, queue }, 'a job is given up; `npm run jobs` lists it');
    else this.logger.warn({ error, job: id, queue }, 'a job has failed and is tried again');
  }

  /** What has come of a job must be written down, or it is done once more. */
  private async settle(job: Taken, write: () => Promise<unknown>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await write();
        return;
      } catch (error) {
        const isLast = attempt === settleAttempts || this.isStopping;
        this.logger.warn({ error, job: job.id }, `what came of a job is ${isLast ? 'not' : 'not yet'} written down`);
        if (isLast) return;
        await this.pauseOf(job.name).of(this.timing.pollMs);
      }
    }
  }

  private async waitFor(outage: Outage, pause: Pause): Promise<void> {
    for (let ms = this.timing.outageMs; !this.isStopping; ms = Math.min(ms * 2, longestOutagePauseMs)) {
      await pause.of(ms);
      if (this.isStopping || (await outage.isOver())) return;
    }
  }

  /** Tells of jobs that have taken whoever did them along every time. */
  private async reportExpired(boss: PgBoss): Promise<void> {
    const { rows } = await boss.getDb().executeSql(
      `select now() as at, array(select id from pgboss.job
         where state = 'failed' and output ? 'value' and completed_on > $1 and completed_on <= now()) as ids`,
      [this.reportedTo],
    );
    const [{ at, ids }] = rows as [{ at: Date; ids: string[] }];
    this.reportedTo = at;
    if (ids.length > 0) this.logger.error({ jobs: ids }, 'jobs are given up; `npm run jobs` lists them');
  }

  /** Gives jobs back whose gateway is gone, and clears old ones away. */
  private async rescue(): Promise<void> {
    const pause = this.pauseOf('rescue');
    let tidiedAt = 0;
    for (await pause.of(this.timing.pollMs); !this.isStopping; await pause.of(this.timing.rescueMs)) {
      try {
        const boss = await this.boss();
        await boss.expire();
        await this.reportExpired(boss);
        if (Date.now() - tidiedAt < tidyEveryMs) continue;
        tidiedAt = Date.now();
        await boss.maintain();
      } catch (error) {
        this.logger.warn({ error }, 'jobs of gateways that are gone could not be looked for');
      }
    }
  }
}
