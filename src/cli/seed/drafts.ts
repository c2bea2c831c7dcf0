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
const openedAt = `date_trunc('milliseconds', timestamptz '2020-01-06 00:00Z' + sqrt(n) * interval '15 hours')`;

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
const machines = { web: 3, db: 2, mail: 1, app: 2 };
const languages = { 1: 8, 2: 1, 3: 1 };

// Below, `offset 0` keeps the planner from choosing a thing anew wherever it is used.

/** SQL of one ticket a number n in $1..$2: all that is decided about it, however its conversation goes. */
export const drafts = `
  select n, ${idOf('ticket', 'n')} as id, ${openedAt} as opened_at, is_client, is_closed, reporter, opener, agent, organization, level,
    case when level = 'PROJECT_USERS' then ${someProject('project', 'n', 'reporter')} end as project,
    ${oneOf('topic', 'n', topics)} as topic,
    ${oneOf('priority', 'n', priorities)} as priority,
    ${oneOf('answered', 'n', { waiting: 1, resolved: 1 })} as answered,
    case when is_closed then ${oneOf('outcome', 'n', outcomes)} end as outcome,
    case when ${pick('has buyer', 'n', 12)} = 0 then 1 + ${pick('buyer', 'n', 'organizations')} end as buyer,
    case when ${pick('has consumer', 'n', 20)} = 0 then 1 + ${pick('consumer', 'n', 'organizations')} end as consumer,
    is_closed and is_client and ${pick('is rated', 'n', 5)} = 0 as is_rated,
    ${oneOf('language', 'n', languages)}::int as language,
    ${oneOf('machine', 'n', machines)} || '-' || 100 + ${pick('machine number', 'n', 900)} as machine,
    greatest(1, 61::bigint * length * length * ${pick('brevity', 'n', 1000)} / 1000000000)::int as comments
  from generate_series($1::int, $2::int) n,
    lateral (
      select ${organizationsAt('n')} as organizations, ${pick('is client', 'n', 100)} >= 3 as is_client,
        ${pick('is closed', 'n', 10)} >= 3 as is_closed, ${pick('length', 'n', 1000)} as length,
        ${someAgent('assignee', 'n')} as agent
      offset 0
    ) nature,
    lateral (
      select case when is_client then ${someCustomer('reporter', 'n', 'organizations')} else ${someAgent('reporter', 'n')} end as reporter
      offset 0
    ) reporting,
    lateral (
      select ${organizationOf('reporter')} as organization,
        case when ${pick('on behalf', 'n', 20)} = 0 then ${someAgent('opener', 'n')} else reporter end as opener
      offset 0
    ) belonging,
    lateral (
      select case when organization is null then 'ACCOUNT_USERS' else ${oneOf('level', 'n', levels)} end as level offset 0
    ) access`;

const stateId = (type: string, key: string): string =>
  `(select id from states where type = '${type}' and key = ${key})`;

/** SQL of `draft` with the ids of all that it names. */
export const tickets = `
  select *,
    ${stateId('STATE', `'created'`)} as created_id,
    ${stateId('STATE', 'answered')} as answered_id,
    ${stateId('STATE', `'in_progress'`)} as in_progress_id,
    ${stateId('STATE', `'closed'`)} as closed_id,
    ${stateId('PRIORITY', 'priority')} as priority_id,
    ${stateId('OUTCOME', 'outcome')} as outcome_id,
    (select id from topics where key = topic) as topic_id,
    ${projectId('organization', 'project')} as project_id,
    ${idOf('organization', 'organization')} as organization_id,
    ${idOf('organization', 'buyer')} as buyer_id,
    ${idOf('organization', 'consumer')} as consumer_id,
    ${idOf('user', 'reporter')} as reporter_id,
    case when opener = reporter then array[${idOf('user', 'opener')}]
      else array[${idOf('user', 'opener')}, ${idOf('user', 'reporter')}] end as author_ids
  from draft`;

/** SQL of what the tickets are once support has taken them up. */
export const care = `
  select n, true as is_assigned,
    ${stateId('TYPE', oneOf('type', 'n', types))} as type_id,
    ${stateId('STAGE', oneOf('stage', 'n', stages))} as stage_id,
    ${idOf('user', 'agent')} as assignee_id,
    ${idOf('group', groupOf('agent'))} as group_id
  from draft`;

const someColleague = `case when ${pick('is colleague', 'key', 4)} = 0 then ${someAgent('colleague', 'key')} else agent end`;
const someClient = `case when organization is not null and level in ('ACCOUNT_USERS', 'ALL_USERS') and ${pick('is teammate', 'key', 5)} = 0
  then ${someTeammate('teammate', 'key', 'reporter')} else reporter end`;
const sentence = (part: number): string => `($3::text[])[voice][${part}][1 + ${pick(`sentence ${part}`, 'key', 5)}]`;

const logLine = `chr(10) || '%1$s: error %2$s, connection lost after 30000 ms'`;

/** SQL of all comments, each number i of a ticket; $3 are the sentences. A teammate speaks only where the access level lets them. */
export const remarks = `
  select n, i, author, role, is_note, is_support,
    is_support and i > 1 and is_client and ${pick('thumbs', 'key', 10)} = 0 as has_thumbs,
    format(
      concat_ws(' ', case when ${pick('has part 1', 'key', 10)} < 7 then ${sentence(1)} end, ${sentence(2)}, ${sentence(3)},
        case when ${pick('has part 4', 'key', 10)} < 7 then ${sentence(4)} end)
        || case when ${pick('has log', 'key', 12)} = 0 then repeat(${logLine}, 1 + ${pick('log lines', 'key', 15)}) else '' end,
      machine, 'E-' || 1000 + ${pick('code', 'key', 9000)}
    ) as body
  from ticket,
    generate_series(1, comments) i,
    lateral (select n * 1000::bigint + i as key) naming,
    lateral (
      select case when i = 1 then opener when ${pick('is client', 'key', 100)} < 45 then ${someClient} else ${someColleague} end as author
      offset 0
    ) writing,
    lateral (
      select ${roleOf('author')} as role, i > 1 and author <= ${staff.all} and ${pick('is note', 'key', 5)} = 0 as is_note
      offset 0
    ) saying,
    lateral (
      select author <= ${staff.all} and not is_note as is_support,
        case when is_note then 7 when author <= ${staff.all} then 2 * language else 2 * language - 1 end as voice
      offset 0
    ) speaking`;
