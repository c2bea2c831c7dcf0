import { SingleBar } from 'cli-progress';
import type { Config } from '../config.js';
import { openDatabase } from '../db/open-database.js';
import { StartError } from '../errors.js';
import { fill } from './seed/fill.js';

const largest = 10_000_000;

/**
 * Fills the empty database with made-up tickets, shows how far it is, and says in a line what was written. After Ctrl-C a sound
 * database with fewer tickets is left.
 */
export async function seed(config: Config, { tickets: text }: { tickets: string }): Promise<void> {
  const tickets = /^\d{1,8}$/.test(text) ? Number(text) : 0;
  if (tickets < 1 || tickets > largest) throw new StartError(`--tickets: a whole number, 1..${largest}`);
  const startedAt = performance.now();
  const database = await openDatabase(config);
  // Where no terminal is, a line every few seconds.
  const bar = new SingleBar({
    format: '{bar} {percentage} %, {value} of {total} tickets, {eta_formatted} to go',
    noTTYOutput: true,
    notTTYSchedule: 5000,
    gracefulExit: false,
  });
  try {
    const { users, comments, events } = await fill(database.dataSource, tickets, (written) =>
      written === 0 ? bar.start(tickets, 0) : bar.update(written),
    );
    bar.stop();
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`Written in ${seconds} s: ${tickets} tickets, ${comments} comments, ${events} events, ${users} users.`);
  } finally {
    bar.stop();
    await database.close();
  }
}
