import { idOf, oneOf, pick } from './choose.js';

/** Users are numbered: first the admins, then the agents, then eight customers an organization. */
export const staff = { admins: 4, all: 40 };
const seats = 8;
const groups = ['Servers', 'Network', 'Storage', 'Billing', 'Accounts', 'Sales', 'Duty desk', 'Escalations'];
const longBefore = `timestamptz '2020-01-01 00:00Z'`;

/** SQL of the number of organizations that there are when the ticket with this number is opened: they grow with its root. */
export const organizationsAt = (ticket: string): string => `ceil(2 * sqrt(${ticket}))::int`;

/** SQL of one of the customers of this many organizations. */
export const someCustomer = (purpose: string, key: string, organizations: string): string =>
  `(${staff.all + 1} + ${pick(purpose, key, `${seats} * ${organizations}`)})`;

/** SQL of one of the agents. */
export const someAgent = (purpose: string, key: string): string =>
  `(${staff.admins + 1} + ${pick(purpose, key, staff.all - staff.admins)})`;

/** SQL of somebody of a customer's organization, who may be that customer. */
export const someTeammate = (purpose: string, key: string, user: string): string =>
  `(${user} - ${seatOf(user)} + ${pick(purpose, key, seats - 1)})`;

/** SQL of the role of the user with this number. */
export const roleOf = (user: string): string =>
  `case when ${user} <= ${staff.admins} then 'ADMIN' when ${user} <= ${staff.all} then 'AGENT' else 'CUSTOMER' end`;

const seatOf = (user: string): string => `((${user} - ${staff.all + 1}) % ${seats})`;

/** SQL of the number of a user's organization; null for staff and for the last seat of every fifth one. */
export const organizationOf = (user: string): string =>
  `case when ${user} > ${staff.all} and (${user} - ${staff.all}) % ${5 * seats} <> 0
     then (${user} - ${staff.all + 1}) / ${seats} + 1 end`;

/** SQL of the key of one of the projects that a customer with an organization is in. */
export const someProject = (purpose: string, key: string, user: string): string =>
  `case when ${seatOf(user)} % 2 = 0 and ${pick(purpose, key, 3)} = 0 then 'pilot' else 'main' end`;

/** SQL of the id of an organization's project. */
export const projectId = (organization: string, key: string): string =>
  idOf('project', `${organization} || ' ' || ${key}`);

/** SQL of the number of the group that an agent mainly works in. */
export const groupOf = (agent: string): string => `(${agent} % ${groups.length} + 1)`;

const firstNames = `array['Ana', 'Bruno', 'Clara', 'Daniel', 'Elena', 'Felix', 'Grace', 'Hugo', 'Irina', 'James', 'Karina',
  'Lucas', 'Maria', 'Nikolai', 'Olga', 'Pedro', 'Rita', 'Sergei', 'Tatiana', 'Victor']`;
const lastNames = `array['Almeida', 'Baker', 'Costa', 'Davies', 'Egorova', 'Fischer', 'Gomes', 'Hughes', 'Ivanov', 'Jensen',
  'Kuznetsov', 'Lima', 'Morris', 'Novak', 'Oliveira', 'Petrov', 'Reid', 'Santos', 'Turner', 'Volkov']`;
const trades = { Logistics: 2, Foods: 2, Energy: 1, Media: 2, Robotics: 1, Health: 2, Bank: 1, Travel: 1, Games: 1 };
const places = `array['North', 'River', 'Lake', 'Hill', 'Harbour', 'Forest', 'Bridge', 'Valley', 'Island', 'Meadow']`;

/** Writes staff and groups, and the organizations with their projects and users that $1 tickets need. */
export const insertPeople = `
  with organization as (
    select o, ${idOf('organization', 'o')} as id,
      (${places})[1 + ${pick('place', 'o', 10)}] || ' ' || ${oneOf('trade', 'o', trades)} || ' ' || o as name
    from generate_series(1, ${organizationsAt('$1::int')}) o
  ),
  person as (
    select u, ${idOf('user', 'u')} as id, ${roleOf('u')} as role, ${organizationOf('u')} as o,
      (${firstNames})[1 + ${pick('first name', 'u', 20)}] || ' ' || (${lastNames})[1 + ${pick('last name', 'u', 20)}] as name,
      case when u > ${staff.all} then u - ${staff.all} when u > ${staff.admins} then u - ${staff.admins} else u end as nth
    from generate_series(1, ${staff.all} + ${seats} * ${organizationsAt('$1::int')}) u
  ),
  new_organizations as (
    insert into organizations (id, human_id, name, legal_name, role, created_at, updated_at)
    select id, 'ORG-' || o, name, name || ' Ltd', ${oneOf('role', 'o', { customer: 4, partner: 1 })}, ${longBefore}, ${longBefore}
    from organization
  ),
  new_projects as (
    insert into projects (id, organization_id, key, name)
    select ${projectId('o', 'key')}, id, key, initcap(key) || ' of ' || organization.name
    from organization, unnest(array['main', 'pilot']) key
  ),
  new_users as (
    insert into users (id, sub, human_id, email, name, phone_number, role, organization_id, created_at, updated_at)
    select id, email, 'USR-' || u, email, name, case when u % 3 = 0 then '+44207946' || lpad((u % 10000)::text, 4, '0') end,
      role, ${idOf('organization', 'o')}, ${longBefore}, ${longBefore}
    from person, concat(lower(role), '-', nth, '@example.com') email
  ),
  new_user_projects as (
    insert into user_projects (user_id, project_id)
    select id, ${projectId('o', 'key')}
    from person, unnest(array['main', 'pilot']) key where o is not null and (key = 'main' or ${seatOf('u')} % 2 = 0)
  ),
  new_groups as (
    insert into groups (id, name, created_at, updated_at)
    select ${idOf('group', 'g')}, name, ${longBefore}, ${longBefore}
    from unnest(array['${groups.join(`', '`)}']) with ordinality as g(name, g)
  )
  insert into group_members (group_id, user_id)
  select distinct ${idOf('group', 'g')}, id
  from person, unnest(array[${groupOf('u')}, ${groupOf('(u * 3)')}]) g where role = 'AGENT'`;
