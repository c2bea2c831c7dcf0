import type { Config } from '../../config.js';
import type { Database } from '../../db/database.js';
import type { QueueName } from '../../db/job-tables.js';
import type { Job, Jobs } from '../../db/jobs.js';
import type { Doorbell } from '../../live/doorbell.js';
import type { Logger } from '../../logger.js';
import { createMailer, type MailLimits } from '../../mail/mailer.js';
import { Digests } from './digests.js';
import { Post } from './post.js';
import { Presence } from './presence.js';

/** What it takes to write to people. */
interface Surroundings {
  readonly db: Database;
  readonly jobs: Jobs;
  /** Says who does the jobs of a queue. */
  readonly handle: (queue: QueueName, act: (job: Job) => Promise<void>) => void;
  readonly doorbell: Doorbell;
  readonly logger: Logger;
  readonly closing: (() => Promise<void> | void)[];
}

/** Begins to do what there is to be mailed; the answer plans more, and is null where digests are off. */
export function openMail(
  config: Config,
  limits: Partial<MailLimits> | undefined,
  { db, jobs, handle, doorbell, logger, closing }: Surroundings,
): Digests | null {
  const { mailDigestSeconds: seconds } = config;
  const presence = new Presence(db, doorbell, logger, seconds ?? 0);
  const digests = new Digests(db, jobs, seconds, presence);
  const post = new Post(db, createMailer(config, limits), config);
  handle('digest', (job) => digests.make(job));
  handle('mail', (job) => post.deliver(job));
  if (seconds !== null) presence.start();
  closing.push(() => presence.stop());
  return seconds === null ? null : digests;
}
