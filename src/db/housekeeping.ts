import type { Logger } from '../logger.js';
import type { Queryable } from './database.js';
import { keyLifetime } from './unit-of-work.js';

const everyMs = 3_600_000;
/** However many have gathered, none of the statements takes long. */
const keysAtOnce = 10_000;
const oldKeys = `
  delete from idempotency_keys where ctid = any(array(
    select ctid from idempotency_keys where created_at <= now() - interval '${keyLifetime}' limit ${keysAtOnce} for update skip locked))
  returning 1`;

/** Something that is cleared away now and then. */
export interface Chore {
  /** What is left for the next time where it fails. */
  readonly leaves: string;
  readonly run: (db: Queryable) => Promise<unknown>;
}

/** Clears away idempotency keys that bring nothing back any more, and what else there is, now and every hour; the answer stops it after the statement that is under way. */
export function keepHouse(db: Queryable, logger: Logger, more: readonly Chore[] = []): () => Promise<void> {
  const forgetKeys: Chore = {
    leaves: 'old idempotency keys',
    run: async (open) => {
      while ((await open.query(oldKeys)).length === keysAtOnce);
    },
  };
  let isStopping = false;
  const whileOpen: Queryable = {
    query: (sql, values) =>
      isStopping ? Promise.reject(new Error('the gateway is told to stop')) : db.query(sql, values),
  };
  const tidy = async (): Promise<void> => {
    for (const { leaves, run } of [forgetKeys, ...more]) {
      await run(whileOpen).catch((error: unknown) =>
        logger[isStopping ? 'debug' : 'warn']({ error }, `${leaves} stay for another hour`),
      );
    }
  };
  let running = tidy();
  const timer = setInterval(() => {
    running = running.then(tidy);
  }, everyMs);
  return async () => {
    clearInterval(timer);
    isStopping = true;
    await running;
  };
}
