import type { Config } from '../config.js';
import { openDatabase } from '../db/open-database.js';
import { StartError } from '../errors.js';

/** Brings the tables up to date, or takes the newest migration back, and says which migrations that were. */
export async function migrate(config: Config, { undo }: { undo?: boolean }): Promise<void> {
  const { dataSource, migrated, close } = await openDatabase(config);
  try {
    for (const name of migrated) console.log(`run: ${name}`);
    if (migrated.length === 0 && !undo) console.log('The tables are up to date.');
    if (undo) {
      const newest = dataSource.migrations.at(-1)?.name;
      await dataSource.undoLastMigration().catch((error: Error) => {
        throw new StartError(`The migration ${newest} can not be taken back: ${error.message}`);
      });
      console.log(`taken back: ${newest}`);
    }
  } finally {
    await close();
  }
}
