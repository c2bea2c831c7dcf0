import { idOf, oneOf, pick } from './choose.js';
import { staff } from './people.js';

const stars = { 1: 1, 2: 1, 3: 1, 4: 3, 5: 5 };
const thumb = { '-1': 1, 1: 4 };
const key = 'n * 10000::bigint + position';

/**
 * SQL of all writes to the tickets in the order of `position`, each what one mutation would have committed: number i is the comment
 * that is written, or to which thumbs are given right after it.
 */
export const writes = `
  select n, 10 * i as position, case when i = 1 then 'open' else 'comment' end as kind, author as actor, role, not is_note as is_public,
    is_support, i
  from remark
  union all
  select n, 10 * i + 1, 'thumbs', reporter, null, true, false, i from remark join ticket using (n) where has_thumbs
  union all
  select n, 1000, 'close', case when is_rated or ${pick('closer', 'n', 2)} = 0 then reporter else agent end, null, true, false, null
  from ticket where is_closed`;

/** SQL of `write` with the events that it brings, the numbers of the last of them, and its time. */
export const numberedWrites = `
  select *,
    (sum(cardinality(events)) over in_order)::int as staff_seq,
    (sum(cardinality(events)) filter (where is_public) over in_order)::int as public_seq,
    opened_at + sum(wait) over in_order * interval '1 millisecond' as at
  from (
    select *,
      case when kind <> 'open' then ${pick('wait', key, 1000)} ^ 2 * 60 + ${pick('moment', key, 60_000)} else 0 end as wait,
      case kind when 'thumbs' then ${oneOf('thumb', key, thumb)}::int when 'close' then ${oneOf('stars', key, stars)}::int end as score,
      case
        when kind = 'open' then array['TicketOpened', 'CommentAdded']
        when is_joining then array['MemberJoined', 'CommentAdded']
        when kind = 'comment' then array['CommentAdded']
        when kind = 'thumbs' then array['Rated']
        when is_rated then array['TicketClosed', 'Rated']
        else array['TicketClosed']
      end as events
    from (
      select write.*, opened_at, is_rated,
        ${idOf('user', 'actor')} as actor_id,
        ${idOf('comment', `n || '-' || i`)} as comment_id,
        kind <> 'open' and is_public and actor <= ${staff.all} as is_service,
        case when kind = 'thumbs' or kind = 'close' and is_rated then ${idOf('vote', `n || '-' || position`)} end as vote_id,
        kind = 'comment' and is_public and actor not in (opener, reporter)
          and row_number() over (partition by n, actor, kind = 'comment' and is_public order by position) = 1 as is_joining
      from write join ticket using (n)
    ) w
  ) w
  window in_order as (partition by n order by position)`;

/**
 * SQL of `numbered` with what has become of the ticket by each write: support's first service to it takes it up, answers and replies
 * move its status to and fro, and whoever of the customer side writes has read all answers.
 */
export const statesAfter = `
  select *,
    case when closed_at is not null then closed_id when not is_assigned then created_id
      when last_public_role = 'CUSTOMER' then in_progress_id else answered_id end as status_id,
    case when closed_at is not null then outcome_id end as given_outcome_id,
    case when closed_at is not null and is_rated then (score - 1) / 4::float8 end as vote_normalized,
    coalesce(max(support_seq) filter (where actor > ${staff.all}) over (partition by n order by position), 0) as client_read_seq,
    author_ids || joined_ids as member_ids
  from (
    select numbered.*,
      lead(n) over in_order is null as is_last,
      count(*) filter (where is_public) over in_order as version,
      max(at) filter (where is_public) over in_order as updated_at,
      min(at) filter (where is_service) over in_order as first_assigned_at,
      bool_or(is_service) over in_order as is_assigned,
      min(at) filter (where kind = 'close') over in_order as closed_at,
      coalesce(max(public_seq) filter (where is_support) over in_order, 0) as support_seq,
      array_agg(actor_id) filter (where is_joining) over in_order as joined_ids,
      (array_agg(role) filter (where role is not null) over in_order)[count(role) over in_order] as last_role,
      (array_agg(role) filter (where role is not null and is_public) over in_order)
        [count(role) filter (where is_public) over in_order] as last_public_role
    from numbered
    window in_order as (partition by n order by position)
  ) s
  join ticket using (n, opened_at, is_rated)
  left join care using (n, is_assigned)`;

const millis = (time: string): string => `(extract(epoch from ${time}) * 1000)::bigint`;

/** SQL of `state` with the part of the ticket's image that changes, as it is after each write and as it was before. */
export const patches = `
  select *, lag(patch) over (partition by n order by position) as patch_before
  from (
    select *, jsonb_strip_nulls(jsonb_build_object(
      'statusId', status_id,
      'typeId', type_id,
      'stageId', stage_id,
      'assigneeId', assignee_id,
      'groupId', group_id,
      'outcomeId', given_outcome_id,
      'voteNormalized', vote_normalized,
      'isClientRead', support_seq <= client_read_seq,
      'memberIds', member_ids,
      'lastCommentRole', last_role,
      'updatedAt', ${millis('updated_at')},
      'closedAt', ${millis('closed_at')}
    )) as patch
    from state
  ) s`;
