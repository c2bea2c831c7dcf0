import type { Logger } from '../../logger.js';
import { forEverybody } from '../../telemetry.js';
import type { Queryable } from '../database.js';
import { endOfLog } from './log-history.js';

/** Who says that somebody may have seen something new: from then on they are answered by what has it. */
export interface Floors {
  /** They may have seen all that the primary has now. */
  raise(userId: string): Promise<void>;
  /** Says within a transaction that nobody may see any more what was there before it: as soon as it is committed only the end of the log will do. */
  takingAway(tx: Queryable): Promise<void>;
  /** Such a transaction is committed: what the primary has now will do. Without it, everybody needs the end of the log for a minute. */
  takenAway(): Promise<void>;
  /** They begin to be told what happens, at once, for as long as they are here. */
  arrived(userId: string): Promise<void>;
}

/** Where nobody reads from a replica. */
export const noFloors: Floors = {
  raise: () => Promise.resolve(),
  takingAway: () => Promise.resolve(),
  takenAway: () => Promise.resolve(),
  arrived: () => Promise.resolve(),
};

/** How far a replica has to be, in bytes of the log of the primary. */
export interface Needed {
  /** To have all that somebody may have seen. */
  readonly position: number;
  /** To have everything. */
  readonly end: number;
}

/** Stand in for everybody: after a crash of the primary, and after something was taken away. */
const everybody = '00000000-0000-0000-0000-000000000000';
const deprived = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const noteEveryMs = 20_000;
/** How long somebody is taken to be told what happens after they were last noted. */
const validity = '1 minute';

const insert = `insert into read_floors as f (user_id, position, exact_until)`;

/**
 * The floor of each person, which all gateways share. It is kept on the primary, where every request has to ask who is calling
 * anyway. The table does not survive a crash of the primary and does not go along to another: whoever finds it empty begins with
 * the end of the log, and for a minute nothing less will do, until everybody who is here has been noted again.
 */
export class ReadFloors implements Floors {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly primary: Queryable,
    private readonly present: () => readonly string[],
    private readonly logger: Logger,
  ) {}

  /** Notes again and again who is here, those whom `present` names by their ids; ids of others do no harm. */
  start(): void {
    this.timer = forEverybody(() => setInterval(() => void this.note(), noteEveryMs));
  }

  /** Notes nobody any more. */
  stop(): void {
    clearInterval(this.timer);
  }

  /** How far a replica has to be to answer them. */
  async of(userId: string): Promise<Needed> {
    const [found] = await this.primary.query<Needed & { isKnown: boolean }>(
      `select e.end, coalesce(bool_or(f.user_id = $2), false) as "isKnown",
         case when bool_or(f.exact_until > now()) then e.end else least(max(f.position), e.end) end as position
       from (select ${endOfLog} as end) e left join read_floors f on f.user_id in ($1, $2, $3) group by e.end`,
      [userId, everybody, deprived],
    );
    if (!found) throw new Error('a statement that always answers a row answered none');
    if (found.isKnown) return found;
    await this.primary.query(
      `${insert} values ($1, ${endOfLog}, now() + interval '${validity}') on conflict do nothing`,
      [everybody],
    );
    return { position: found.end, end: found.end };
  }

  async raise(userId: string): Promise<void> {
    // Asked for anew once the row is locked: of two who raise it at a time the later one is to win.
    await this.primary.query(
      `${insert} values ($1, ${endOfLog}, null) on conflict (user_id) do update set position = ${endOfLog}`,
      [userId],
    );
  }

  async takingAway(tx: Queryable): Promise<void> {
    await tx.query(
      `${insert} values ($1, 0, now() + interval '${validity}')
       on conflict (user_id) do update set exact_until = excluded.exact_until`,
      [deprived],
    );
  }

  async takenAway(): Promise<void> {
    try {
      // Whoever is about to take something away holds the row until it is committed.
      await this.primary.query(
        `${insert} values ($1, ${endOfLog}, null)
         on conflict (user_id) do update set position = ${endOfLog}, exact_until = null`,
        [deprived],
      );
    } catch (error) {
      this.logger.warn({ error }, 'for a minute the replicas have to have everything');
    }
  }

  arrived(userId: string): Promise<void> {
    return this.tell([userId]);
  }

  private async note(): Promise<void> {
    const ids = this.present();
    if (ids.length === 0) return;
    await this.tell(ids).catch((error: unknown) =>
      this.logger.warn({ error }, 'who is connected could not be noted for the replicas; trying again'),
    );
  }

  private async tell(ids: readonly string[]): Promise<void> {
    // In the order of their ids, so that no two gateways wait for each other.
    await this.primary.query(
      `${insert} select id, 0, now() + interval '${validity}' from users where id = any($1::uuid[]) order by id
       on conflict (user_id) do update set exact_until = excluded.exact_until`,
      [ids],
    );
  }
}
