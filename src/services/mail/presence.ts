import type { Queryable } from '../../db/database.js';
import type { Doorbell } from '../../live/doorbell.js';
import type { Logger } from '../../logger.js';

/** Nobody is noted more rarely than this, in milliseconds. */
const longestPeriodMs = 20_000;
/** How long whoever was noted by a gateway that is gone is taken to be here. */
const validity = '1 minute';

const forget = `
  delete from presence where user_id in (
    select user_id from presence where user_id = any($1::uuid[]) order by user_id for update)`;
const remember = `
  insert into presence (user_id, seen_at) select id, now() from users where id = any($1::uuid[]) order by id
  on conflict (user_id) do update set seen_at = excluded.seen_at`;

/** Notes who holds a socket at any of the gateways, so that nobody is mailed what they have before their eyes (parity a13). */
export class Presence {
  private readonly periodMs: number;
  private timer: NodeJS.Timeout | undefined;
  private noted: readonly string[] = [];

  constructor(
    private readonly db: Queryable,
    private readonly doorbell: Doorbell,
    private readonly logger: Logger,
    afterSeconds: number,
  ) {
    // Whoever comes is noted before a digest that is planned in that moment is made.
    this.periodMs = Math.min(longestPeriodMs, afterSeconds * 500);
  }

  /** Begins to note; nobody is written down while nobody is here. */
  start(): void {
    this.timer = setTimeout(() => void this.note(), this.periodMs);
  }

  /** Notes nobody any more. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** SQL of whether somebody is connected. */
  isConnected(userId: string): string {
    return `exists (select 1 from presence p
      where p.user_id = ${userId} and p.seen_at > now() - interval '${validity}')`;
  }

  /** Whoever left this gateway and is still at another one is noted there again before long. */
  private async note(): Promise<void> {
    const here = this.doorbell.watched;
    const present = new Set(here);
    const gone = this.noted.filter((id) => !present.has(id));
    try {
      // One after the other, and each in the order of ids, so that no two gateways wait for each other.
      if (gone.length > 0) await this.db.query(forget, [gone]);
      if (here.length > 0) await this.db.query(remember, [here]);
      this.noted = here;
    } catch (error) {
      this.logger.warn({ error }, 'who is connected could not be noted: a letter more or less may be sent');
    }
    if (this.timer) this.start();
  }
}
