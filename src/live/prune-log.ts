import type { Queryable } from '../db/database.js';

const rowsAtOnce = 1_000;

/** Each ticket's oldest first, so that what is left has no holes; what has no place in the feed yet has to wait for it. */
const oldEvents = `
  delete from conversation_log l using (
    select ticket_id, staff_seq from conversation_log
    where at < now() - make_interval(days => $1) order by at, ticket_id, staff_seq limit ${rowsAtOnce}
  ) old
  where (l.ticket_id, l.staff_seq) = (old.ticket_id, old.staff_seq)
    and not exists (select 1 from unnumbered_events u where u.ticket_id = l.ticket_id and u.staff_seq <= l.staff_seq)
  returning 1`;

/** The last one stays, because positions are counted on from it. */
const theirPlaces = `
  delete from ticket_feed f using (select * from ticket_feed order by position limit ${rowsAtOnce}) first
  where f.position = first.position and f.position < (select max(position) from ticket_feed)
    and not exists (select 1 from conversation_log l where (l.ticket_id, l.staff_seq) = (first.ticket_id, first.staff_seq))
  returning 1`;

/** Clears away events that are older than so many days; a few rows at a time, none of which anybody writes to any more: nobody waits for it. */
export async function pruneLog(db: Queryable, days: number): Promise<void> {
  while ((await db.query(oldEvents, [days])).length === rowsAtOnce);
  while ((await db.query(theirPlaces)).length > 0);
}
