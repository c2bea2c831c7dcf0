import type { Config } from '../config.js';
import type { Queryable } from '../db/database.js';
import type { Chore } from '../db/housekeeping.js';
import { pruneLog } from '../live/prune-log.js';
import type { Storage } from '../storage/storage.js';
import { sweepFiles } from './sweep-files.js';

/** What is cleared away now and then; several gateways may do so at once. */
export const choresOf = ({ logRetentionDays: days }: Config, storage: Storage): Chore[] => [
  { leaves: 'files of nobody', run: (tables) => sweepFiles(tables, storage) },
  ...(days === null ? [] : [{ leaves: 'old events', run: (tables: Queryable) => pruneLog(tables, days) }]),
];
