import { drafts, remarks, tickets } from './drafts.js';
import { idOf, oneOf, pick } from './choose.js';
import { changes, numberedWrites, patches, statesAfter, writes } from './history.js';

const verdicts = { 'Quick and clear.': 3, 'It took a while, but it is solved.': 2, 'Мне помогли, спасибо.': 1, 'Muito bom!': 1 };

/**
 * Writes the tickets with the numbers $1..$2 and all that belongs to them, in one statement, and has the numbers of later tickets
 * go on from there; $3 are the sentences that comments are made of, $4 the titles.
 */
export const insertTickets = `
  with draft as materialized (${drafts}),
  ticket as materialized (${tickets}),
  remark as materialized (${remarks}),
  write as (${writes}),
  numbered as materialized (${numberedWrites}),
  state as materialized (${statesAfter}),
  patched as materialized (${patches}),
  new_tickets as (
    insert into tickets (id, number, title, status_id, priority_id, type_id, stage_id, outcome_id, topic_id, service_impact,
      access_level, project_id, reporter_id, assignee_id, group_id, organization_id, buyer_id, consumer_id, contract_human_id,
      tenant_human_id, external_subject_id, notice_id, vote_id, vote_normalized, is_client_author, author_ids, member_ids,
      last_comment_role, last_public_comment_role, last_support_seq, client_read_seq, staff_seq, public_seq, last_event_at,
      version, created_at, updated_at, first_assigned_at, closed_at)
    select id, n, format(($4::text[])[language][1 + ${pick('title', 'n', 10)}], machine, 'E-' || 1000 + ${pick('code', 'n * 1000::bigint + 1', 9000)}),
      status_id, priority_id,
      case when is_assigned then type_id end, case when is_assigned then stage_id end, outcome_id, topic_id,
      case when ${pick('has impact', 'n', 5)} = 0 then ${oneOf('impact', 'n', { 'Orders can not be taken.': 1, 'One office can not work.': 2, 'None so far.': 1 })} end,
      level, project_id, reporter_id,
      case when is_assigned then assignee_id end, case when is_assigned then group_id end, organization_id,
      case when is_assigned then buyer_id end, case when is_assigned then consumer_id end,
      case when ${pick('has contract', 'n', 3)} = 0 then 'CON-' || 100 + ${pick('contract', 'n', 900)} end,
      case when ${pick('has tenant', 'n', 6)} = 0 then 'TEN-' || 100 + ${pick('tenant', 'n', 900)} end,
      case when ${pick('has subject', 'n', 8)} = 0 then 'package-' || ${pick('subject', 'n', 5000)} end,
      case when ${pick('has notice', 'n', 25)} = 0 then 1 + ${pick('notice', 'n', 400)} end,
      case when is_rated then vote_id end, vote_normalized, is_client, author_ids, member_ids, last_role, last_public_role, support_seq,
      client_read_seq, staff_seq, public_seq, at, version, date_trunc('milliseconds', opened_at), updated_at, first_assigned_at, closed_at
    from state where is_last
    returning number as n, ticket_image(tickets) as image
  ),
  new_members as (
    insert into members (id, ticket_id, user_id, position, joined_at)
    select ${idOf('member', `n || '-' || position`)}, id, user_id, position, case when position <= cardinality(author_ids) then opened_at else joined_at end
    from state
  ),
  new_comments as (
    insert into comments (id, ticket_id, author_id, author_role, visibility, body, staff_seq, public_seq, vote_id, sent_at)
    select comment_id, state.id, actor_id, state.role, case when is_public then 'PUBLIC' else 'INTERNAL' end, body, staff_seq,
      case when is_public then public_seq end, case when remark.is_rated then ${idOf('vote', `n || '-' || position + 1`)} end, at
    from state join remark using (n, i) where kind in ('open', 'comment')
  )
  select 1
`;
