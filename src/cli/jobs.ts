import type { Config } from '../config.js';
import { Database } from '../db/database.js';
import { deadJobs, reviveJob } from '../db/job-tables.js';
import { openDatabase } from '../db/open-database.js';
import { StartError } from '../errors.js';

/** Lists the jobs that were given up, or has one of them tried once more. */
export async function jobs(config: Config, { retry }: { retry?: string }): Promise<void> {
  const { dataSource, close } = await openDatabase(config);
  try {
    const db = new Database(dataSource);
    if (retry === undefined) return await list(db);
    if (!(await reviveJob(db, retry))) throw new StartError(`--retry: no job ${retry} was given up.`);
    console.log(`The job ${retry} is tried once more.`);
  } finally {
    await close();
  }
}

async function list(db: Database): Promise<void> {
  const dead = await deadJobs(db);
  if (dead.length === 0) console.log('No job was given up.');
  for (const { id, queue, failedAt, data, reason } of dead) {
    console.log([failedAt.toISOString(), id, queue, JSON.stringify(data), reason ?? ''].join('\t'));
  }
}
