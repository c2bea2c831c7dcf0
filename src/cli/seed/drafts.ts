import { idOf, oneOf, pick } from './choose.js';
import {
  groupOf,
  organizationOf,
  organizationsAt,
  projectId,
  roleOf,
  someAgent,
  someCustomer,
  someProject,
  someTeammate,
  staff,
} from './people.js';

// The last ticket there can be, number 10,000,000, is opened in the middle of 2025: nothing is ever written in the future.
const openedAt = `timestamptz '2020-01-06 00:00Z' + sqrt(n) * interval '15 hours'`;

const priorities = { low: 3, normal: 4, high: 2, urgent: 1 };
const types = { incident: 4, request: 3, question: 2, problem: 1 };
const stages = { triage: 1, investigation: 3, fix: 2, verification: 1 };
const outcomes = { solved: 6, workaround: 2, duplicate: 1, not_reproducible: 1, no_response: 1 };
const topics = {
  servers: 4,
  network: 3,
  storage: 2,
  invoices: 2,
  refunds: 1,
  account: 2,
  order_consultation: 1,
  feedback: 1,
};
const levels = { PRIVATE: 1, ACCOUNT_USERS: 6, PROJECT_USERS: 2, ALL_USERS: 1 };
const languages = { 1: 8, 2: 1, 3: 1 };

const stateId = (type: string, key: string): string =>
  `(select id from states where type = '${type}' and key = ${key})`;

/** SQL of one ticket a number n in $1..$2: all that is decided about it, however its conversation goes. */
export const drafts = `
  select n, ${idOf('ticket', 'n')} as id, ${openedAt} as opened_at, is_client, reporter, opener, organization, level,
    case when level = 'PROJECT_USERS' then ${someProject('project', 'n', 'reporter')} end as project,
    ${oneOf('language', 'n', languages)}::int as language,
    ${oneOf('topic', 'n', topics)} as topic,
    ${oneOf('priority', 'n', priorities)} as priority,
    ${oneOf('type', 'n', types)} as type,
    ${oneOf('stage', 'n', stages)} as stage,
    ${someAgent('assignee', 'n')} as assignee,
    case when ${pick('has buyer', 'n', 12)} = 0 then 1 + ${pick('buyer', 'n', 'organizations')} end as buyer,
    case when ${pick('has consumer', 'n', 20)} = 0 then 1 + ${pick('consumer', 'n', 'organizations')} end as consumer,
    is_closed,
    is_closed and is_client and ${pick('rates', 'n', 5)} = 0 as is_rated,
    is_closed or ${pick('is assigned', 'n', 5)} > 0 as is_assigned,
    -- Until somebody settles it, or for good, an assigned ticket is in progress.
    case when is_closed then 'resolved' else nullif(${oneOf('settled', 'n', { in_progress: 1, waiting: 1, resolved: 1 })}, 'in_progress') end as settled,
    case when is_closed then ${oneOf('outcome', 'n', outcomes)} end as outcome,
    -- Most threads are short, some are long: 10 comments on average.
    greatest(1, 61::bigint * length * length * ${pick('length', '-n', 1000)} / 1000000000)::int as comments,
    ${oneOf('machine', 'n', { web: 3, db: 2, mail: 1, app: 2 })} || '-' || 100 + ${pick('machine number', 'n', 900)} as machine
  from generate_series($1::int, $2::int) n,
    lateral (
      select ${organizationsAt('n')} as organizations, ${pick('is client', 'n', 100)} >= 3 as is_client,
        ${pick('is closed', 'n', 10)} >= 3 as is_closed, ${pick('length', 'n', 1000)} as length
    ) nature,
    lateral (
      select case when is_client then ${someCustomer('reporter', 'n', 'organizations')} else ${someAgent('reporter', 'n')} end as reporter
    ) reporting,
    lateral (
      select ${organizationOf('reporter')} as organization,
        case when ${pick('on behalf', 'n', 20)} = 0 then ${someAgent('opener', 'n')} else reporter end as opener
    ) belonging,
    lateral (select case when organization is null then 'ACCOUNT_USERS' else ${oneOf('level', 'n', levels)} end as level) access`;

/** SQL of `draft` with the ids of all that it names. */
export const tickets = `
  select draft.*,
    ${stateId('STATE', `'created'`)} as created_id,
    ${stateId('STATE', `'in_progress'`)} as in_progress_id,
    ${stateId('STATE', 'settled')} as settled_id,
    ${stateId('STATE', `'closed'`)} as closed_id,
    ${stateId('PRIORITY', 'priority')} as priority_id,
    ${stateId('TYPE', 'type')} as type_id,
    ${stateId('STAGE', 'stage')} as stage_id,
    ${stateId('OUTCOME', 'outcome')} as outcome_id,
    (select id from topics where key = topic) as topic_id,
    ${projectId('organization', 'project')} as project_id,
    ${idOf('organization', 'organization')} as organization_id,
    ${idOf('organization', 'buyer')} as buyer_id,
    ${idOf('organization', 'consumer')} as consumer_id,
    ${idOf('user', 'reporter')} as reporter_id,
    ${idOf('user', 'assignee')} as assignee_id,
    ${idOf('group', groupOf('assignee'))} as group_id,
    case when opener = reporter then array[${idOf('user', 'opener')}]
      else array[${idOf('user', 'opener')}, ${idOf('user', 'reporter')}] end as author_ids
  from draft`;

const someColleague = `case when ${pick('is colleague', 'key', 4)} = 0 then ${someAgent('colleague', 'key')} else assignee end`;
const someClient = `case when organization is not null and level in ('ACCOUNT_USERS', 'ALL_USERS') and ${pick('is teammate', 'key', 5)} = 0
  then ${someTeammate('teammate', 'key', 'reporter')} else reporter end`;
const sentence = (part: number): string => `($3::text[])[voice][${part}][1 + ${pick(`sentence ${part}`, 'key', 5)}]`;

/** SQL of all comments, number i of ticket n; $3 are the sentences. Who has no organization to share with speaks for themselves. */
export const remarks = `
  select n, i, key, author, role, is_note, is_support, is_support and i > 1 and is_client and ${pick('thumbs', 'key', 10)} = 0 as is_rated,
    ${idOf('comment', `n || '-' || i`)} as id,
    format(
      concat_ws(' ', case when ${pick('part 1', 'key', 10)} < 7 then ${sentence(1)} end, ${sentence(2)}, ${sentence(3)},
        case when ${pick('part 4', 'key', 10)} < 7 then ${sentence(4)} end),
      machine, 'E-' || 1000 + ${pick('code', 'key', 9000)}
    ) as body
  from ticket,
    generate_series(1, comments) i,
    lateral (select n * 1000::bigint + i as key) naming,
    lateral (
      select case when i = 1 then opener when ${pick('is client', 'key', 100)} < 45 then ${someClient} else ${someColleague} end as author
    ) writing,
    lateral (
      select ${roleOf('author')} as role, i > 1 and author <= ${staff.all} and ${pick('note', 'key', 5)} = 0 as is_note
    ) saying,
    lateral (
      select author <= ${staff.all} and not is_note as is_support,
        case when is_note then 7 when author <= ${staff.all} then 2 * language else 2 * language - 1 end as voice
    ) speaking`;
