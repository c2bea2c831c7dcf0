import type { Database, Queryable } from '../../db/database.js';
import type { Job, Jobs } from '../../db/jobs.js';
import type { Remark } from '../../db/unit-of-work.js';
import { lockTicket } from '../append/append-to-conversation.js';
import type { MailOrder } from './post.js';
import { findReaders, unreadBy } from './readers.js';

/** Tells members of what was said while they were away: by one letter for all comments of a while (parity a13). */
export class Digests {
  constructor(
    private readonly db: Database,
    private readonly jobs: Jobs,
    /** How long comments are gathered; null: nobody is told. */
    private readonly afterSeconds: number | null,
  ) {}

  /**
   * Plans a digest of each ticket unless one is planned. Only under the ticket's row lock it is sure that one which is planned
   * already will find the comment: it takes the same lock.
   */
  async plan(tx: Queryable, remarks: readonly Remark[]): Promise<void> {
    const { afterSeconds } = this;
    if (afterSeconds === null) return;
    await this.jobs.send(
      tx,
      remarks.map((remark) => ({ queue: 'digest', data: remark, key: remark.ticketId, afterSeconds })),
    );
  }

  /** Does a job of the queue `digest`: orders the letters, and remembers who was told of what, in one step. */
  async make(job: Job): Promise<void> {
    const remark = job.data as Remark;
    await this.db.transaction(async (tx) => {
      await lockTicket(tx, remark.ticketId);
      const [ticket] = await tx.query<{ upTo: number }>(`select staff_seq as "upTo" from tickets where id = $1`, [
        remark.ticketId,
      ]);
      const orders = ticket ? await this.orders(tx, remark, ticket.upTo) : [];
      await this.jobs.send(
        tx,
        orders.map((data) => ({ queue: 'mail', data })),
      );
      await tx.query('update members set mailed_seq = $2 where ticket_id = $1', [remark.ticketId, ticket?.upTo ?? 0]);
      await job.completeIn(tx);
    });
    this.jobs.wake('mail');
  }

  private async orders(tx: Queryable, { ticketId, after }: Remark, upTo: number): Promise<MailOrder[]> {
    const readers = await findReaders(tx, ticketId);
    const orders = readers.map(
      ({ id: userId, mailedSeq }) =>
        ({ letter: 'digest', ticketId, userId, after: Math.max(after, mailedSeq), upTo }) as const,
    );
    const unread = await tx.query<{ userId: string }>(
      `select o.user_id as "userId" from unnest($2::uuid[], $3::int[]) as o(user_id, after)
       where exists (select 1 from comments c where ${unreadBy('o.user_id', '$1', { after: 'o.after', upTo: '$4' })})`,
      [ticketId, orders.map(({ userId }) => userId), orders.map((order) => order.after), upTo],
    );
    const waiting = new Set(unread.map(({ userId }) => userId));
    return orders.filter(({ userId }) => waiting.has(userId));
  }
}
