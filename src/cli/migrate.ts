import type { Config } from '../config.js';
import { openDatabase } from '../db/open-database.js';

/** Brings the tables up to date, or takes the newest migration back, and says which migrations that were. */
export async function migrate(config: Config, { undo = false }: { undo?: boolean }): Promise<void> {
  const { migrated, close } = await openDatabase(config, { undo });
  await close();
  for (const name of migrated) console.log(`${undo ? 'taken back' : 'run'}: ${name}`);
  if (migrated.length === 0) console.log(undo ? 'There is nothing to take back.' : 'The tables are up to date.');
}
