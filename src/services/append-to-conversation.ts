import { parameters } from '../db/database.js';
import { StaleRead, type Transaction } from '../db/unit-of-work.js';
import type { SignedInViewer } from '../auth/viewer.js';
import { Visibility } from '../entities/comment.js';
import type { LogEntryType } from '../entities/log-entry.js';
import type { Ticket } from '../entities/ticket.js';
import type { VoteScale } from '../entities/vote.js';
import { AppError, type ArgumentPath, ErrorCode, notFound } from '../errors.js';
import { normalizedScore } from '../policies/score.js';

/** A comment to be written, and its event. */
interface NewComment {
  readonly id: string;
  readonly body: string;
  readonly visibility: Visibility;
}

/** A vote on the ticket to be written, and its event. */
interface NewVote {
  readonly id: string;
  readonly score: number;
  readonly scale: VoteScale;
  readonly comment: string | null;
}

/** What happens next in a conversation; public but for notes. */
export type NewEvent =
  | { readonly type: 'CommentAdded'; readonly comment: NewComment }
  | { readonly type: 'Rated'; readonly vote: NewVote }
  | { readonly type: Extract<LogEntryType, 'TicketOpened' | 'TicketClosed' | 'TicketReopened'> };

/** One addition to a conversation. */
export interface Addition {
  readonly actor: SignedInViewer;
  /** As it was read under the actor's visibility: the addition fails when who may see it has changed since. */
  readonly ticket: Pick<Ticket, 'id' | 'accessVersion'>;
  /** What the ticket has to be at that moment, whatever it was when it was read. */
  readonly requires?: 'open' | 'closed';
  readonly expectedVersion?: number | null | undefined;
  /** Who is let in before anything else happens, unless they are in already. */
  readonly joining?: readonly string[];
  readonly events: readonly NewEvent[];
  /** The status that the ticket gets, and with it `closedAt`. */
  readonly becomes?: { readonly statusKey: 'closed' | 'in_progress'; readonly closed: boolean };
  /** Where an error about the ticket points to. */
  readonly path: ArgumentPath;
}

/**
 * Adds to a ticket's conversation: the last statement of a transaction, which takes the ticket's row lock, checks its state,
 * numbers the events in both streams and writes them with what they bring. Held so briefly, the lock lets a busy ticket
 * take as many comments as it can be written to.
 */
export async function appendToConversation(tx: Transaction, addition: Addition): Promise<void> {
  const { sql, values } = closingStatement(addition);
  const [changed] = await tx.query<{ staffSeq: number }>(sql, values);
  if (!changed) await explainRefusal(tx, addition);
  tx.touched(addition.ticket.id);
}

function closingStatement({ actor, ticket, requires, expectedVersion, joining, events, becomes }: Addition): {
  sql: string;
  values: unknown[];
} {
  const { values, bind } = parameters();
  const comment = events.find((event) => event.type === 'CommentAdded')?.comment;
  const vote = events.find((event) => event.type === 'Rated')?.vote;
  const isNote = comment?.visibility === Visibility.INTERNAL;
  const id = bind(ticket.id);
  const me = bind(actor.id);
  const role = comment ? bind(actor.role) : '';
  const conditions = [
    `t.id = ${id}`,
    't.deleted_at is null',
    `t.access_version = ${bind(ticket.accessVersion)}`,
    ...(requires ? [`t.closed_at is ${requires === 'open' ? '' : 'not '}null`] : []),
    ...(expectedVersion == null ? [] : [`t.version = ${bind(expectedVersion)}`]),
  ];
  const changes = [
    ...(comment ? [`last_comment_role = ${role}`] : []),
    ...(comment && !isNote ? [`last_public_comment_role = ${role}`] : []),
    ...(comment && !isNote && actor.role !== 'CUSTOMER'
      ? [`last_support_seq = (select public_seq from numbered where type = 'CommentAdded')`]
      : []),
    ...(vote
      ? [`vote_id = ${bind(vote.id)}`, `vote_normalized = ${bind(normalizedScore(vote.scale, vote.score))}`]
      : []),
    ...(becomes
      ? [
          `status_id = (select id from states where type = 'STATE' and key = ${bind(becomes.statusKey)})`,
          `closed_at = ${becomes.closed ? 'now.at' : 'null'}`,
        ]
      : []),
  ];
  const eventColumns = [
    bind(events.map((event) => event.type)),
    bind(events.map((event) => !(event.type === 'CommentAdded' && isNote))),
    bind(events.map((event) => (event.type === 'CommentAdded' ? event.comment.id : null))),
    bind(events.map((event) => (event.type === 'Rated' ? event.vote.id : null))),
  ] as const;
  const sql = `
    with locked as materialized (
      select t.*, ticket_image(t) as image from tickets t where ${conditions.join(' and ')} for no key update
    ),
    now as materialized (
      select greatest(last_event_at, date_trunc('milliseconds', clock_timestamp())) as at from locked
    ),
    events as (
      select 0 as phase, j.n, 'MemberJoined' as type, true as is_public, j.user_id, null::uuid as comment_id, null::uuid as vote_id
      from locked, unnest(${bind(joining ?? [])}::uuid[]) with ordinality as j(user_id, n)
      where j.user_id <> all (locked.member_ids)
      union all
      select 1, e.n, e.type, e.is_public, null, e.comment_id, e.vote_id
      from locked, unnest(${eventColumns[0]}::text[], ${eventColumns[1]}::boolean[], ${eventColumns[2]}::uuid[], ${eventColumns[3]}::uuid[])
        with ordinality as e(type, is_public, comment_id, vote_id, n)
    ),
    numbered as materialized (
      select e.*, row_number() over in_order = 1 as is_first,
        locked.staff_seq + (row_number() over in_order)::int as staff_seq,
        case when is_public then locked.public_seq + (count(*) filter (where is_public) over in_order)::int end as public_seq
      from events e, locked
      window in_order as (order by phase, n)
    ),
    totals as (
      select count(*)::int as events, count(public_seq)::int as public_events,
        coalesce(array_agg(user_id order by n) filter (where phase = 0), '{}') as joined
      from numbered
    ),
    changed as (
      update tickets t set
        staff_seq = locked.staff_seq + totals.events,
        public_seq = locked.public_seq + totals.public_events,
        member_ids = locked.member_ids || totals.joined,
        last_event_at = now.at,
        created_at = case when locked.staff_seq = 0 then now.at else locked.created_at end,
        version = locked.version + (totals.public_events > 0)::int,
        updated_at = case when totals.public_events > 0 then now.at else locked.updated_at end
        ${changes.map((change) => `, ${change}`).join('')}
      from locked, totals, now
      where t.id = locked.id
      returning t.id, t.staff_seq, ticket_image(t) as image
    ),
    new_members as (
      insert into members (ticket_id, user_id, position, joined_at)
      select locked.id, user_id, cardinality(locked.member_ids) + numbered.staff_seq - locked.staff_seq, now.at
      from numbered, locked, now where phase = 0
      union all
      select locked.id, author_id, n, now.at
      from locked, now, unnest(locked.member_ids) with ordinality as author(author_id, n) where locked.staff_seq = 0
    ),
    ${
      comment
        ? `new_comment as (
      insert into comments (id, ticket_id, author_id, author_role, visibility, body, staff_seq, public_seq, sent_at)
      select comment_id, ${id}, ${me}, ${role}, ${bind(comment.visibility)}, ${bind(comment.body)}, staff_seq, public_seq, now.at
      from numbered, now where type = 'CommentAdded'
    ),`
        : ''
    }
    ${
      vote
        ? `new_vote as (
      insert into votes (id, ticket_id, voter_id, score, scale, comment, created_at)
      select vote_id, ${id}, ${me}, ${bind(vote.score)}, ${bind(vote.scale)}, ${bind(vote.comment)}, now.at
      from numbered, now where type = 'Rated'
    ),`
        : ''
    }
    new_entries as (
      insert into conversation_log
        (ticket_id, staff_seq, public_seq, type, at, actor_id, comment_id, user_id, vote_id, image_before, image_changes)
      select changed.id, n.staff_seq, n.public_seq, n.type, now.at, ${me}, n.comment_id, n.user_id, n.vote_id,
        case when n.type = 'TicketOpened' then null when n.is_first then locked.image else changed.image end,
        case when n.type = 'TicketOpened' then changed.image
             when n.is_first then image_changes(locked.image, changed.image) else '{}' end
      from numbered n, locked, changed, now
    )
    select staff_seq as "staffSeq" from changed`;
  return { sql, values };
}

/** Finds out which of the closing statement's conditions did not hold; by then the row may have moved on once more. */
async function explainRefusal(tx: Transaction, { ticket, requires, expectedVersion, path }: Addition): Promise<never> {
  const [now] = await tx.query<{ accessVersion: number; version: number; isClosed: boolean }>(
    `select access_version as "accessVersion", version, closed_at is not null as "isClosed"
     from tickets where id = $1 and deleted_at is null`,
    [ticket.id],
  );
  if (!now) throw notFound('ticket', path);
  if (now.accessVersion !== ticket.accessVersion) throw new StaleRead();
  if (requires === 'open' && now.isClosed) {
    const message = 'The ticket is closed. Reopen it to go on.';
    throw new AppError(ErrorCode.TICKET_CLOSED, message, path, { ticketId: ticket.id });
  }
  if (requires === 'closed' && !now.isClosed) {
    const message = 'The ticket is not closed.';
    throw new AppError(ErrorCode.TICKET_NOT_CLOSED, message, path, { ticketId: ticket.id });
  }
  if (expectedVersion != null && now.version !== expectedVersion) {
    const message = `The ticket has changed: its version is ${now.version}, not ${expectedVersion}.`;
    throw new AppError(ErrorCode.VERSION_CONFLICT, message, ['input', 'expectedVersion'], {
      ticketId: ticket.id,
      currentVersion: now.version,
    });
  }
  throw new StaleRead();
}
