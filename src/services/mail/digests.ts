import type { Database, Queryable } from '../../db/database.js';
import type { Job, Jobs } from '../../db/jobs.js';
import type { Remark } from '../../db/unit-of-work.js';
import { lockTicket } from '../append/append-to-conversation.js';
import type { MailOrder } from './post.js';
import type { Presence } from './presence.js';
import { findReaders, type MailReader, unreadBy } from './readers.js';

/** What a job of the queue `digest` is about. */
interface DigestJob extends Remark {
  /** How often it has been put off. */
  readonly delays?: number;
}

/** Where members stay connected, they are looked for ever more rarely, up to once in so many seconds. */
const longestDelay = 3_600;

type DigestOrder = MailOrder & { readonly letter: 'digest' };

/** Tells members who are not connected of what was said: by one letter for all comments of a while (parity a13). */
export class Digests {
  constructor(
    private readonly db: Database,
    private readonly jobs: Jobs,
    /** How long comments are gathered; null: nobody is told. */
    private readonly afterSeconds: number | null,
    private readonly presence: Presence,
  ) {}

  /**
   * Plans a digest of each ticket unless one is planned. Only under the ticket's row lock it is sure that one which is planned
   * already will find the comment: it takes the same lock.
   */
  async plan(tx: Queryable, remarks: readonly DigestJob[]): Promise<void> {
    const { afterSeconds } = this;
    if (afterSeconds === null) return;
    const delayOf = ({ delays = 0 }: DigestJob): number =>
      Math.max(afterSeconds, Math.min(afterSeconds * 2 ** delays, longestDelay));
    await this.jobs.send(
      tx,
      remarks.map((data) => ({ queue: 'digest', data, key: data.ticketId, afterSeconds: delayOf(data) })),
    );
  }

  /**
   * Does a job of the queue `digest`: orders the letters, and remembers who was told of what, in one step. Whoever is connected has
   * the comments before their eyes: their turn comes when they have left without reading them.
   */
  async make(job: Job): Promise<void> {
    const remark = job.data as DigestJob;
    const { ticketId, delays = 0 } = remark;
    await this.db.transaction(async (tx) => {
      await lockTicket(tx, ticketId);
      const [ticket] = await tx.query<{ upTo: number }>(`select staff_seq as "upTo" from tickets where id = $1`, [
        ticketId,
      ]);
      const orders = ticket ? await this.orders(tx, remark, ticket.upTo) : [];
      const connected = await this.connectedOf(tx, orders);
      await this.jobs.send(
        tx,
        orders.filter(({ userId }) => !connected.has(userId)).map((data) => ({ queue: 'mail', data })),
      );
      await tx.query(
        `update members m set mailed_seq = case when m.user_id = any($2::uuid[]) then coalesce(m.mailed_seq, $3) else $4 end
         where ticket_id = $1`,
        [ticketId, [...connected], remark.after, ticket?.upTo ?? 0],
      );
      await job.completeIn(tx);
      if (connected.size > 0) await this.plan(tx, [{ ...remark, delays: delays + 1 }]);
    });
    this.jobs.wake('mail');
  }

  private async connectedOf(tx: Queryable, orders: readonly DigestOrder[]): Promise<Set<string>> {
    const connected = await tx.query<{ userId: string }>(
      `select o.user_id as "userId" from unnest($1::uuid[]) as o(user_id) where ${this.presence.isConnected('o.user_id')}`,
      [orders.map(({ userId }) => userId)],
    );
    return new Set(connected.map(({ userId }) => userId));
  }

  private async orders(tx: Queryable, { ticketId, after }: Remark, upTo: number): Promise<DigestOrder[]> {
    const readers = await findReaders(tx, ticketId);
    const orders = readers.map(({ id: userId, mailedSeq }: MailReader): DigestOrder => ({
      letter: 'digest',
      ticketId,
      userId,
      after: mailedSeq ?? after,
      upTo,
    }));
    const unread = await tx.query<{ userId: string }>(
      `select o.user_id as "userId" from unnest($2::uuid[], $3::int[]) as o(user_id, after)
       where exists (select 1 from comments c where ${unreadBy('o.user_id', '$1', { after: 'o.after', upTo: '$4' })})`,
      [ticketId, orders.map(({ userId }) => userId), orders.map((order) => order.after), upTo],
    );
    const waiting = new Set(unread.map(({ userId }) => userId));
    return orders.filter(({ userId }) => waiting.has(userId));
  }
}
