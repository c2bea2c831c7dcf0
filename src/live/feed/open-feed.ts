import type { Queryable } from '../../db/database.js';
import type { Logger } from '../../logger.js';
import type { Bus } from '../bus.js';
import { FeedCursors } from './feed-cursors.js';
import { FeedReader } from './feed-reader.js';
import { officeFor } from './office.js';
import { Sequencer } from './sequencer.js';

/** The feed as one gateway has it. */
export interface Feed {
  readonly reader: FeedReader;
  readonly cursors: FeedCursors;
  stop(): Promise<void>;
}

/** Opens the feed, and takes part in numbering it. */
export async function openFeed(url: string | undefined, db: Queryable, bus: Bus, logger: Logger): Promise<Feed> {
  const cursors = await FeedCursors.of(db);
  const reader = new FeedReader(db, bus, logger);
  const sequencer = new Sequencer(officeFor(url, db), bus, logger);
  const stop = async (): Promise<void> => {
    reader.close();
    await sequencer.stop();
  };
  return { reader, cursors, stop };
}
