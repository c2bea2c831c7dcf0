import type { Logger } from '../../logger.js';
import type { Queryable } from '../../db/database.js';
import { type Bus, feedHint, writtenHint } from '../bus.js';

/** A connection on which one gateway at a time numbers events. */
export interface Office extends Queryable {
  /** Whether this gateway is the one, now that it has tried to be. */
  isHeld(): Promise<boolean>;
  close(): Promise<void>;
}

/** Bounds the delay after a lost hint, and until somebody follows a leader that is gone, in milliseconds. */
const lookEveryMs = 1_000;
/** How many events are numbered in one transaction. */
const batch = 1_000;

/**
 * One statement is one transaction, and all run on one connection: positions become visible in their order and without a hole.
 * Of a ticket's events none is committed before those with smaller numbers, so that this order keeps theirs.
 */
const numberNext = `
  with next as (
    select ticket_id, staff_seq from unnumbered_events order by ticket_id, staff_seq limit ${batch}
  ), taken as (
    delete from unnumbered_events u using next
    where (u.ticket_id, u.staff_seq) = (next.ticket_id, next.staff_seq) returning u.ticket_id, u.staff_seq
  ), numbered as (
    insert into ticket_feed (position, ticket_id, staff_seq)
    select coalesce((select max(position) from ticket_feed), 0) + row_number() over (order by ticket_id, staff_seq), ticket_id, staff_seq
    from taken returning 1
  )
  select count(*)::int as count from numbered`;

/** Gives every committed event its place in the feed, as long as no other gateway does: writers only write their log. */
export class Sequencer {
  private office: Office | undefined;
  private isLeading = false;
  private isStopped = false;
  private isRung = false;
  private wake: (() => void) | undefined;
  /** Who leads hears of what is written. */
  private ignore: (() => void) | undefined;
  private readonly running: Promise<void>;

  constructor(
    private readonly open: () => Promise<Office>,
    private readonly bus: Bus,
    private readonly logger: Logger,
  ) {
    this.running = this.run();
  }

  /** Lets another gateway go on. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.wake?.();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      try {
        this.office ??= await this.open();
        this.isLeading = await this.office.isHeld();
        if (this.isLeading) this.hear();
        while (this.isLeading && !this.isStopped && (await this.number(this.office)));
      } catch (error) {
        this.logger.warn({ error }, 'events could not be numbered; trying again in a second');
        await this.leave();
      }
      await this.ringOrLook();
    }
    await this.leave();
  }

  /** Whether there may be more. */
  private async number(office: Office): Promise<boolean> {
    this.isRung = false;
    const [numbered] = await office.query<{ count: number }>(numberNext);
    if (numbered?.count) this.bus.publish([feedHint]);
    return this.isRung || numbered?.count === batch;
  }

  private async leave(): Promise<void> {
    const { office } = this;
    this.office = undefined;
    this.isLeading = false;
    this.ignore?.();
    this.ignore = undefined;
    await office?.close().catch((error: unknown) => this.logger.debug({ error }, 'the connection was gone already'));
  }

  private hear(): void {
    this.ignore ??= this.bus.subscribe(writtenHint, () => {
      this.isRung = true;
      this.wake?.();
    });
  }

  private async ringOrLook(): Promise<void> {
    if (this.isStopped || (this.isLeading && this.isRung)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, lookEveryMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = undefined;
  }
}
