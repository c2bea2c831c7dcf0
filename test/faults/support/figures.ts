import pg from 'pg';
import { uuidOf } from '../../../src/global-id.js';

/** What a crowd went through, and what was wrong in the end. */
export interface Figures {
  /** How many mutations were acknowledged. */
  readonly mutations: number;
  /** How many times one was sent again, and how many of those that were are known to have one answer at every gateway. */
  readonly sentAgain: number;
  readonly answeredAlike: number;
  /** Acknowledged and not there, there more than once, there and never acknowledged. */
  readonly lost: number;
  readonly twice: number;
  readonly unknown: number;
  /** Subscribers that saw something else than the log has. */
  readonly outOfOrder: number;
  /** Places of the feed that are missing, and events without one. */
  readonly holes: number;
  /** The longest that a mutation took, from its first sending to its acknowledgement, in milliseconds. */
  readonly longestMs: number;
}

/** What must be none, whatever was broken meanwhile. */
export const flawless = { lost: 0, twice: 0, unknown: 0, outOfOrder: 0, holes: 0 };

/** Compares the tables with what was acknowledged: comments by their ids, all of the threads but the first of each. */
export async function census(
  url: string,
  threads: readonly string[],
  acknowledged: readonly string[],
): Promise<Pick<Figures, 'lost' | 'twice' | 'unknown' | 'holes'>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const comments = await client.query<{ id: string; body: string; ticketId: string }>(
      `select id, body, ticket_id as "ticketId" from comments where ticket_id = any ($1) and body <> 'First'`,
      [threads.map((id) => uuidOf('Ticket', id))],
    );
    const there = new Set(comments.rows.map(({ id }) => id));
    const told = new Set(acknowledged.map((id) => uuidOf('Comment', id)));
    const feed = await client.query<{ holes: number }>(
      `select (select coalesce(max(position), 0) - count(*) from ticket_feed)::int
            + (select count(*) from conversation_log l full join ticket_feed f
                 on (f.ticket_id, f.staff_seq) = (l.ticket_id, l.staff_seq)
               where f.ticket_id is null or l.ticket_id is null)::int as holes`,
    );
    return {
      lost: [...told].filter((id) => !there.has(id ?? '')).length,
      twice: comments.rows.length - new Set(comments.rows.map(({ ticketId, body }) => `${ticketId} ${body}`)).size,
      unknown: [...there].filter((id) => !told.has(id)).length,
      holes: feed.rows[0]?.holes ?? NaN,
    };
  } finally {
    await client.end();
  }
}

/** Prints what a fault came to, where it is tried at full length. */
export function tell(fault: string, faults: number, figures: Partial<Figures>, againMs: readonly number[] = []): void {
  if (!process.env['TEST_FAULTS']) return;
  const { lost = 0, twice = 0, unknown = 0, outOfOrder = 0, holes = 0 } = figures;
  const cells = [
    fault,
    `${faults} faults`,
    `${figures.mutations ?? 0} operations`,
    `${figures.sentAgain ?? 0} sent again, ${figures.answeredAlike ?? 0} of them seen answered alike`,
    `lost ${lost} / twice ${twice} / unknown ${unknown} / out of order ${outOfOrder} / holes ${holes}`,
    `longest operation ${Math.round(figures.longestMs ?? 0)} ms`,
    againMs.length > 0
      ? `serving again after ${againMs.map((ms) => Math.round(ms)).join(', ')} ms`
      : 'never stopped serving',
  ];
  process.stderr.write(`| ${cells.join(' | ')} |\n`);
}
