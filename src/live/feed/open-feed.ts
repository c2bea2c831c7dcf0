import type { Config } from '../../config.js';
import type { Database } from '../../db/database.js';
import type { Logger } from '../../logger.js';
import type { Bus } from '../bus.js';
import { FeedCursors } from './feed-cursors.js';
import { FeedReader } from './feed-reader.js';
import { officeFor, pooledOffice } from './office.js';
import { Sequencer } from './sequencer.js';

/** The feed as one gateway has it. */
export interface Feed {
  readonly reader: FeedReader;
  readonly cursors: FeedCursors;
  stop(): Promise<void>;
}

/** Opens the feed, and takes part in numbering it. */
export async function openFeed(
  { databaseUrl, isPooled }: Config,
  db: Database,
  bus: Bus,
  logger: Logger,
): Promise<Feed> {
  const cursors = await FeedCursors.of(db);
  const reader = new FeedReader(db, bus, logger);
  const open = isPooled ? () => Promise.resolve(pooledOffice(db)) : officeFor(databaseUrl, db);
  const sequencer = new Sequencer(open, bus, logger);
  const stop = async (): Promise<void> => {
    reader.close();
    await sequencer.stop();
  };
  return { reader, cursors, stop };
}
