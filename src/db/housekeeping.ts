import type { Logger } from '../logger.js';
import type { Queryable } from './database.js';
import { keyLifetime } from './unit-of-work.js';

const everyMs = 3_600_000;

/** Clears idempotency keys away that bring nothing back any more, now and every hour; the answer stops it. */
export function keepHouse(db: Queryable, logger: Logger): () => Promise<void> {
  const tidy = (): Promise<unknown> =>
    db
      .query(`delete from idempotency_keys where created_at <= now() - interval '${keyLifetime}'`)
      .catch((error: unknown) => logger.warn({ error }, 'old idempotency keys stay for another hour'));
  let running = tidy();
  const timer = setInterval(() => {
    running = tidy();
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await running;
  };
}
