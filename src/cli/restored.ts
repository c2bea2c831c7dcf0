import type { Config } from '../config.js';
import { openDatabase } from '../db/open-database.js';

/**
 * Makes every position that clients hold invalid, because the database is a copy of an earlier time: they fetch anew instead of
 * following a history that never happened. Gateways have to be started after it.
 */
export async function restored(config: Config): Promise<void> {
  const { dataSource, close } = await openDatabase(config);
  try {
    await dataSource.query(`update installation set epoch = encode(uuid_send(gen_random_uuid()), 'hex')`);
    console.log('Positions from before are refused from now on: clients fetch anew.');
  } finally {
    await close();
  }
}
