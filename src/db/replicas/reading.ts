import { currentScope, type Scope } from '../../telemetry.js';
import type { Queryable } from '../database.js';
import { unavailable } from '../failures.js';

/** One operation that reads from a replica, and what came of it. */
export class Reading implements Queryable {
  /** Why it failed: what it has read is of no use. */
  failure: unknown;
  /** Whether the primary was used meanwhile, too. */
  hasLeft = false;

  constructor(private readonly replica: Queryable) {}

  /** Notes that the primary is used. */
  leave(): void {
    this.hasLeft = true;
  }

  async query<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      return await this.replica.query<Row>(sql, values);
    } catch (error) {
      this.failure ??= error;
      throw unavailable(error);
    }
  }
}

const readings = new WeakMap<Scope, Reading>();

/** The reading that the current request is in; undefined where it uses the primary. */
export function currentReading(): Reading | undefined {
  const scope = currentScope();
  return scope && readings.get(scope);
}

/** Has everything that the current request reads in the meantime read there. */
export async function readIn<T>(reading: Reading, act: () => Promise<T>): Promise<T> {
  const scope = currentScope();
  if (!scope) throw new Error('only requests read from replicas');
  readings.set(scope, reading);
  try {
    return await act();
  } finally {
    readings.delete(scope);
  }
}
