import { AppError, ErrorCode } from '../errors.js';
import type { Database, Queryable } from './database.js';
import { isBrokenReference, isTransient } from './failures.js';
import type { Floors } from './replicas/read-floors.js';

/** How long a key brings back the result of its first call (parity x15). */
export const keyLifetime = '24 hours';
const attempts = 5;
const liveKey = `from idempotency_keys
  where actor_id = $1 and mutation = $2 and key = $3 and created_at > now() - interval '${keyLifetime}'`;

/** What makes a mutation recognisable when it is sent again. */
export interface Once {
  readonly actorId: string;
  readonly mutation: string;
  /** Null: the client does not ask for it. */
  readonly key: string | null;
  /** Hash of the input without the key. */
  readonly fingerprint: string;
}

/** Ids of the objects that a mutation answers with. */
export type Result = Readonly<Record<string, string | null>>;

/** A mutation whose reading is done: its result, and the writing that takes the ticket's row lock last. */
export interface Prepared<R extends Result> {
  readonly result: R;
  readonly write: () => Promise<void>;
}

/** One transaction, and whom it has news for. */
export interface Transaction extends Queryable {
  /** Has the listeners of a ticket, or of a person's rights, woken once the transaction is committed. */
  touched(id: string): void;
  /** Says that somebody may lose sight of something by it: no replica shows that any more once the mutation is answered. */
  takesAway(): void;
  /** Has those who are not there told of what was said in public, as part of the transaction. */
  said(remark: Remark): void;
}

/** Something that was said in public in a ticket where others may want to know of it. */
export interface Remark {
  readonly ticketId: string;
  /** Staff sequence of the ticket before it. */
  readonly after: number;
}

/** Thrown inside a transaction when what it read is no longer true: the unit of work starts over. */
export class StaleRead extends Error {}

/** Runs mutations: in a transaction, once per idempotency key, with a hint to the listeners after the commit. */
export class UnitOfWork {
  constructor(
    private readonly db: Database,
    private readonly hint: (ids: string[]) => void,
    /** Null: nobody is told. */
    private readonly tell: ((tx: Queryable, remarks: readonly Remark[]) => Promise<void>) | null,
    private readonly floors: Floors,
  ) {}

  /**
   * Applies the mutation once, or brings back the result of the call that did. One whose writing is a single statement that takes
   * nothing away is a transaction by itself where nothing else has to be written with it.
   */
  async run<R extends Result>(
    once: Once,
    prepare: (tx: Transaction) => Promise<Prepared<R>>,
    { isOneStatement = false } = {},
  ): Promise<R & { replayed: boolean }> {
    const isAlone = isOneStatement && once.key === null && this.tell === null;
    const within = <T>(act: (tx: Queryable) => Promise<T>): Promise<T> =>
      isAlone ? act(this.db.primary) : this.db.transaction(act);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(once, prepare, within);
      } catch (error) {
        // A row that was found and can't be referred to was deleted meanwhile: the second look does not find it.
        const again = error instanceof StaleRead || isTransient(error) || isBrokenReference(error);
        if (!again) throw error;
        if (attempt === attempts) throw busy(error);
      }
    }
  }

  private async attempt<R extends Result>(
    once: Once,
    prepare: (tx: Transaction) => Promise<Prepared<R>>,
    within: <T>(act: (tx: Queryable) => Promise<T>) => Promise<T>,
  ): Promise<R & { replayed: boolean }> {
    const touched = new Set<string>();
    const remarks: Remark[] = [];
    let takesAway = false;
    const outcome = await within(async (queryable) => {
      const earlier = await findResult<R>(queryable, once);
      if (earlier) return { ...earlier, replayed: true };
      const tx: Transaction = {
        query: (sql, values) => queryable.query(sql, values),
        touched: (id) => touched.add(id),
        said: (remark) => remarks.push(remark),
        takesAway: () => {
          takesAway = true;
        },
      };
      const { result, write } = await prepare(tx);
      await claimKey(queryable, once, result);
      await write();
      if (remarks.length > 0) await this.tell?.(queryable, remarks);
      if (takesAway) await this.floors.takingAway(queryable);
      return { ...result, replayed: false };
    });
    if (touched.size > 0) this.hint([...touched]);
    if (takesAway) await this.floors.takenAway();
    return outcome;
  }
}

/** Whether a mutation was carried out under its key before, be it with the same input or with another. */
export async function wasDone(db: Queryable, { actorId, mutation, key }: Once): Promise<boolean> {
  if (key === null) return false;
  return (await db.query(`select ${liveKey}`, [actorId, mutation, key])).length > 0;
}

async function findResult<R>(tx: Queryable, once: Once): Promise<R | null> {
  if (once.key === null) return null;
  const [row] = await tx.query<{ fingerprint: string; result: R }>(`select fingerprint, result ${liveKey}`, [
    once.actorId,
    once.mutation,
    once.key,
  ]);
  if (row && row.fingerprint !== once.fingerprint) {
    const message = 'This idempotency key was used with another input. Use a new key for a new request.';
    throw new AppError(ErrorCode.IDEMPOTENCY_KEY_REUSED, message, ['input', 'idempotencyKey']);
  }
  return row?.result ?? null;
}

/** Waits for whoever is using the same key; when they commit, the transaction starts over and finds their result. */
async function claimKey(tx: Queryable, once: Once, result: Result): Promise<void> {
  if (once.key === null) return;
  const claimed = await tx.query(
    `insert into idempotency_keys (actor_id, mutation, key, fingerprint, result) values ($1, $2, $3, $4, $5)
     on conflict (actor_id, mutation, key) do update
       set fingerprint = excluded.fingerprint, result = excluded.result, created_at = now()
       where idempotency_keys.created_at <= now() - interval '${keyLifetime}'
     returning key`,
    [once.actorId, once.mutation, once.key, once.fingerprint, result],
  );
  if (claimed.length === 0) throw new StaleRead();
}

const busy = (cause: unknown): AppError =>
  new AppError(
    ErrorCode.SERVICE_UNAVAILABLE,
    'Too many others change the same at the same time. Nothing was changed: try again.',
    undefined,
    {},
    { cause },
  );
