import { idOf, oneOf, pick } from './choose.js';
import { staff } from './people.js';

// Places of writes that are no comments; the one with comment i is at 10 * i.
const [thumbs, assigned, settled, read, closed] = [1, 11, 1001, 1002, 1003] as const;

/** SQL of all writes to the tickets, each what one mutation would have committed; number i is the comment that is written or rated. */
export const writes = `
  select n, 10 * i as position, case when i = 1 then 'open' else 'comment' end as kind, author as actor, role, not is_note as is_public,
    is_support, i
  from remark
  union all
  select n, 10 * i + ${thumbs}, 'thumbs', reporter, null, true, false, i from remark join ticket using (n) where remark.is_rated
  union all
  select n, ${assigned}, 'assign', 1 + ${pick('dispatcher', 'n', staff.all)}, null, true, false, null from ticket where is_assigned
  union all
  select n, ${settled}, 'settle', assignee, null, true, false, null from ticket where is_assigned and settled is not null
  union all
  select n, ${read}, 'read', reporter, null, false, false, null from ticket
  where is_client and ${pick('reads', 'n', 10)} < 6 and exists (select from remark where remark.n = ticket.n and is_support)
  union all
  select n, ${closed}, 'close', case when is_rated or ${pick('closes', 'n', 2)} = 0 then reporter else assignee end, null, true, false, null
  from ticket where is_closed`;

const scores = { 1: 1, 2: 1, 3: 1, 4: 3, 5: 5 };
const waitMs = `case when kind = 'open' then 0
  else ${pick('wait', 'n * 10000::bigint + position', 1000)}::bigint ^ 2 * 60 + ${pick('moment', 'n * 10000::bigint + position', 60_000)} end`;

/** SQL of `write` with the events that it brings, the numbers of the last of them, and its time. */
export const numberedWrites = `
  select *,
    (sum(cardinality(events)) over in_order)::int as staff_seq,
    (sum(cardinality(events)) filter (where is_public) over in_order)::int as public_seq,
    date_trunc('milliseconds', opened_at + sum(wait) over in_order * interval '1 ms') as at
  from (
    select *, ${waitMs} as wait,
      case kind
        when 'open' then array['TicketOpened', 'CommentAdded']
        when 'comment' then case when is_joining then array['MemberJoined', 'CommentAdded'] else array['CommentAdded'] end
        when 'thumbs' then array['Rated']
        when 'close' then case when is_rated then array['TicketClosed', 'Rated'] else array['TicketClosed'] end
        else array['TicketUpdated']
      end as events
    from (
      select write.*, opened_at, is_rated, ${oneOf('score', 'n', scores)}::int as score, ${idOf('user', 'actor')} as actor_id,
        case when kind = 'thumbs' or kind = 'close' and is_rated then ${idOf('vote', `n || '-' || position`)} end as vote_id,
        ${idOf('comment', `n || '-' || i`)} as comment_id,
        kind = 'comment' and is_public and actor not in (opener, reporter)
          and row_number() over (partition by n, actor, kind = 'comment' and is_public order by position) = 1 as is_joining
      from write join ticket using (n)
    ) w
  ) w
  window in_order as (partition by n order by position)`;

/** SQL of `numbered` with what has come of the ticket by each write. */
export const statesAfter = `
  select *,
    case when closed_at is not null then closed_id when is_settled then settled_id when first_assigned_at is not null then in_progress_id
      else created_id end as status_id,
    author_ids || joined_ids as member_ids,
    case when is_read then support_seq else 0 end as client_read_seq,
    case when closed_at is not null and is_rated then (score - 1) / 4::float8 end as vote_normalized
  from (
    select numbered.*,
      lead(n) over in_order is null as is_last,
      count(*) filter (where is_public) over in_order as version,
      max(at) filter (where is_public) over in_order as updated_at,
      min(at) filter (where kind = 'assign') over in_order as first_assigned_at,
      min(at) filter (where kind = 'close') over in_order as closed_at,
      bool_or(kind = 'settle') over in_order as is_settled,
      bool_or(kind = 'read') over in_order as is_read,
      coalesce(max(public_seq) filter (where is_support) over in_order, 0) as support_seq,
      array_agg(actor_id) filter (where is_joining) over in_order as joined_ids,
      (array_agg(role) filter (where role is not null) over in_order)[count(role) over in_order] as last_role,
      (array_agg(role) filter (where role is not null and is_public) over in_order)
        [count(role) filter (where is_public) over in_order] as last_public_role
    from numbered
    window in_order as (partition by n order by position)
  ) s
  join ticket using (n)`;

const millis = (time: string): string => `(extract(epoch from ${time}) * 1000)::bigint`;

/** SQL of `state` with the part of the ticket's image that writes change, as it is after this one and as it was before. */
export const patches = `
  select *, lag(patch) over (partition by n order by position) as patch_before
  from (
    select *, jsonb_strip_nulls(jsonb_build_object(
      'statusId', status_id,
      'isClientRead', support_seq <= client_read_seq,
      'memberIds', member_ids,
      'lastCommentRole', last_role,
      'voteNormalized', vote_normalized,
      'updatedAt', ${millis('updated_at')},
      'closedAt', ${millis('closed_at')},
      'outcomeId', case when is_settled then outcome_id end
    ) || case when first_assigned_at is null then '{}' else jsonb_build_object(
      'typeId', type_id,
      'stageId', stage_id,
      'assigneeId', assignee_id,
      'groupId', group_id,
      'buyerId', buyer_id,
      'consumerId', consumer_id
    ) end) as patch
    from state
  ) s`;

/** SQL of the changes that a write's TicketUpdated tells of. */
export const changes = `
  case kind
    when 'assign' then ${changed({
      status: [`'created'`, `'in_progress'`],
      type: ['null', 'type'],
      stage: ['null', 'stage'],
      assignee: ['null', `'usr_' || assignee_id`],
      group: ['null', `'grp_' || group_id`],
      buyer: ['null', `'org_' || buyer_id`],
      consumer: ['null', `'org_' || consumer_id`],
    })}
    when 'settle' then ${changed({ status: [`'in_progress'`, 'settled'], outcome: ['null', 'outcome'] })}
    when 'read' then ${changed({ isClientRead: [`'false'`, `'true'`] })}
  end`;

function changed(fields: Record<string, [before: string, after: string]>): string {
  const rows = Object.entries(fields).map(([field, [before, after]]) => `('${field}', ${before}, ${after})`);
  return `(
      select jsonb_agg(jsonb_build_object('field', field, 'before', before, 'after', after))
      from (values ${rows.join(', ')}) c(field, before, after) where after is not null
    )`;
}
