import { idOf, oneOf, pick } from './choose.js';
import { care, drafts, remarks, tickets } from './drafts.js';
import { numberedWrites, patches, statesAfter, writes } from './history.js';
import { staff } from './people.js';

const impacts = { 'Orders can not be taken.': 1, 'One office can not work.': 2, 'None so far.': 1 };
const verdicts = {
  'Quick and clear.': 3,
  'It took a while, but it is solved.': 2,
  'Мне помогли, спасибо.': 1,
  'Muito bom!': 1,
};

/**
 * Writes the tickets with the numbers $1..$2 and all that belongs to them, and lets the numbers of other tickets go on from there.
 * $3 are the sentences that comments are made of, $4 the titles.
 */
export const insertTickets = `
  with draft as materialized (${drafts}),
  ticket as materialized (${tickets}),
  care as materialized (${care}),
  remark as materialized (${remarks}),
  write as (${writes}),
  numbered as (${numberedWrites}),
  state as materialized (${statesAfter}),
  patched as materialized (${patches}),
  new_tickets as (
    insert into tickets (id, number, title, status_id, priority_id, type_id, stage_id, outcome_id, topic_id, service_impact,
      access_level, project_id, reporter_id, assignee_id, group_id, organization_id, buyer_id, consumer_id,
      contract_human_id, tenant_human_id, external_subject_id, notice_id,
      vote_id, vote_normalized, is_client_author, author_ids, member_ids, last_comment_role, last_public_comment_role,
      last_support_seq, client_read_seq, staff_seq, public_seq, last_event_at, version, created_at, updated_at, first_assigned_at, closed_at)
    select id, n,
      format(($4::text[])[language][1 + ${pick('title', 'n', 10)}], machine, 'E-' || 1000 + ${pick('code', 'n * 1000::bigint + 1', 9000)}),
      status_id, priority_id, type_id, stage_id, given_outcome_id, topic_id,
      case when ${pick('has impact', 'n', 5)} = 0 then ${oneOf('impact', 'n', impacts)} end,
      level, project_id, reporter_id, assignee_id, group_id, organization_id, buyer_id, consumer_id,
      case when ${pick('has contract', 'n', 3)} = 0 then 'CON-' || 100 + ${pick('contract', 'n', 900)} end,
      case when ${pick('has tenant', 'n', 6)} = 0 then 'TEN-' || 100 + ${pick('tenant', 'n', 900)} end,
      case when ${pick('has subject', 'n', 8)} = 0 then 'package-' || ${pick('subject', 'n', 5000)} end,
      case when ${pick('has notice', 'n', 25)} = 0 then 1 + ${pick('notice', 'n', 400)} end,
      case when is_rated then vote_id end, vote_normalized, is_client, author_ids, member_ids, last_role, last_public_role,
      support_seq, client_read_seq, staff_seq, public_seq, at, version, opened_at, updated_at, first_assigned_at, closed_at
    from state where is_last
    returning number as n, ticket_image(tickets) as image
  ),
  new_members as (
    insert into members (id, ticket_id, user_id, position, joined_at)
    select ${idOf('member', `n || '-' || place`)}, id, user_id, place, joined_at
    from (
      select n, id, user_id, place, opened_at as joined_at from ticket, unnest(author_ids) with ordinality as a(user_id, place)
      union all
      select n, id, actor_id, cardinality(member_ids), at from state where is_joining
    ) m
  ),
  new_comments as (
    insert into comments (id, ticket_id, author_id, author_role, visibility, body, staff_seq, public_seq, vote_id, sent_at)
    select comment_id, id, actor_id, state.role, case when is_public then 'PUBLIC' else 'INTERNAL' end, body, staff_seq,
      case when is_public then public_seq end, case when has_thumbs then ${idOf('vote', `n || '-' || position + 1`)} end, at
    from state join remark using (n, i) where kind in ('open', 'comment')
  ),
  new_votes as (
    insert into votes (id, ticket_id, comment_id, voter_id, score, scale, comment, created_at)
    select vote_id, id, comment_id, actor_id, score, case when kind = 'thumbs' then 'THUMBS' else 'FIVE_POINT' end,
      case when kind = 'close' and ${pick('has verdict', 'n', 2)} = 0 then ${oneOf('verdict', 'n', verdicts)} end, at
    from state where vote_id is not null
  ),
  new_read_marks as (
    insert into read_marks (ticket_id, user_id, comment_id, staff_seq, read_at)
    select reader.id, actor_id, answer.comment_id, answer.staff_seq, read_at
    from (
      select n, id, actor_id, max(support_seq) as support_seq, max(at) as read_at from state
      where actor > ${staff.all} and support_seq > 0 group by n, id, actor_id
    ) reader
    join (select n, public_seq as support_seq, comment_id, staff_seq from state where is_support) answer using (n, support_seq)
  ),
  new_entries as (
    insert into conversation_log
      (ticket_id, staff_seq, public_seq, type, at, actor_id, comment_id, user_id, vote_id, image_before, image_changes)
    select id, staff_seq - cardinality(events) + nth, case when is_public then public_seq - cardinality(events) + nth end,
      event, at, actor_id,
      case when event = 'CommentAdded' or kind = 'thumbs' then comment_id end,
      case when event = 'MemberJoined' then actor_id end,
      case when event = 'Rated' then vote_id end,
      case when event = 'TicketOpened' then null when nth = 1 then lasting || patch_before else lasting || patch end,
      case when event = 'TicketOpened' then lasting || patch when nth = 1 then image_changes(patch_before, patch) else '{}' end
    from patched
    join (
      select n, image - array(select jsonb_object_keys(patch)) as lasting from new_tickets join patched using (n) where is_last
    ) i using (n),
    unnest(events) with ordinality as e(event, nth)
  )
  select setval(pg_get_serial_sequence('tickets', 'number'), $2::int)`;
