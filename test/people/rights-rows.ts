import { globalId } from '../../src/global-id.js';
import { newHumanId, type TestGateway } from '../support/gateway.js';

type Row = [operation: string, what: string, document: string, outcomes: string[]];

// A column for each: author, teammate, mentioned, stranger, agent, admin.
export const forStaff = ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'ok', 'ok'];
const forAdmins = ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'ok'];
const forTeam = ['ok', 'ok', 'null', 'null', 'ok', 'ok'];
const forAuthor = ['ok', 'null', 'null', 'null', 'ok', 'ok'];
const forAdminAlone = ['null', 'null', 'null', 'null', 'null', 'ok'];
const forNoCustomer = ['null', 'null', 'null', 'null', 'ok', 'ok'];

const mutation = (name: string, input: string, variables: string[]): Row[2] => {
  const declared = variables.map((variable) => `$${variable}: ID!`).join();
  return `mutation ${declared && `(${declared})`} { field: ${name}(input: { ${input} }) { replayed } }`;
};
const forAdmin = (name: string, what: string, input: string, ...variables: string[]): Row => [
  `Mutation.${name}`,
  what,
  mutation(name, input, variables),
  forAdmins,
];
const names = 'names: [{ locale: "en", value: "New" }], rank: 1';

/** Who may do what to people, groups, organizations and look-up tables. */
export const peopleRows: Row[] = [
  ['Query.agents', 'all', '{ field: agents { nodes { id } } }', forStaff],
  ['Query.users', 'all', '{ field: users { nodes { id } } }', forStaff],
  ['Query.organizations', 'all', '{ field: organizations { nodes { id } } }', forStaff],
  ['Query.groups', 'all', '{ field: groups { id } }', forStaff],
  ['Query.group', 'one', 'query ($groupId: ID!) { field: group(id: $groupId) { id } }', forStaff],
  ['Query.user', 'somebody else', 'query ($userId: ID!) { field: user(id: $userId) { id } }', forNoCustomer],
  ['Query.user', 'of a team', 'query ($authorId: ID!) { field: user(id: $authorId) { id } }', forTeam],
  ['Query.user', 'by an address', 'query ($email: String) { field: user(email: $email) { id } }', forTeam],
  ['Query.user', 'by a human id', 'query ($humanId: String) { field: user(humanId: $humanId) { id } }', forAuthor],
  ['Query.auditLog', 'all', '{ field: auditLog { nodes { id } } }', forAdmins],
  ['Query.node', 'an audit entry', 'query ($entryId: ID!) { field: node(id: $entryId) { id } }', forAdminAlone],
  forAdmin('createUser', 'somebody', 'email: "new@example.com", name: "New"'),
  forAdmin('updateUser', 'a name', 'userId: $userId, name: "New"', 'userId'),
  forAdmin('updateUser', 'a role', 'userId: $userId, role: ADMIN', 'userId'),
  forAdmin('deleteUser', 'somebody', 'userId: $userId', 'userId'),
  forAdmin('createGroup', 'one', 'name: "New"'),
  forAdmin('updateGroup', 'one', 'groupId: $groupId, name: "Newer"', 'groupId'),
  forAdmin('deleteGroup', 'one', 'groupId: $groupId', 'groupId'),
  forAdmin('addGroupMember', 'somebody', 'groupId: $groupId, userId: $userId', 'groupId', 'userId'),
  forAdmin('removeGroupMember', 'somebody', 'groupId: $groupId, userId: $userId', 'groupId', 'userId'),
  forAdmin('createOrganization', 'one', 'name: "New"'),
  forAdmin('updateOrganization', 'one', 'organizationId: $organizationId, name: "New"', 'organizationId'),
  forAdmin('upsertProject', 'one', 'organizationId: $organizationId, key: "new", name: "New"', 'organizationId'),
  forAdmin('deleteProject', 'one', 'projectId: $projectId', 'projectId'),
  forAdmin('upsertState', 'one', `type: STAGE, key: "new", ${names}`),
  forAdmin('deleteState', 'one', 'stateId: $stateId', 'stateId'),
  forAdmin('upsertTopic', 'one', `key: "new", ${names}`),
  forAdmin('deleteTopic', 'one', 'topicId: $topicId', 'topicId'),
];

/** Somebody, and one of everything that people and tickets refer to, all of it unused; a human id and an address for the author. */
export async function prepareObjects({ app }: TestGateway, authorId: string): Promise<Record<string, string>> {
  const humanId = newHumanId('USR');
  interface Ids {
    [type: string]: string;
  }
  const [ids] = await app.services.db.query<Ids>(
    `with person as (insert into users (name, role) values ('Somebody', 'AGENT') returning id),
       team as (insert into organizations (name) values ('Company') returning id),
       part as (insert into projects (organization_id, key, name) select id, 'part', 'Part' from team returning id),
       queue as (insert into groups (name) values ($1) returning id),
       stage as (insert into states (type, key, description, localized_names, rank)
         values ('STAGE', lower($1), '', '{"en": "Stage"}', 9) returning id),
       topic as (insert into topics (key, localized_names, rank) values (lower($1), '{"en": "Topic"}', 9) returning id),
       entry as (insert into audit_log (actor_id, operation, changes) values ($2::uuid, 'createGroup', '[]') returning id),
       author as (update users set human_id = $1 where id = $2::uuid returning email)
     select person.id as "userId", team.id as "organizationId", part.id as "projectId", queue.id as "groupId",
       stage.id as "stateId", topic.id as "topicId", entry.id as "entryId",
       author.email
     from person, team, part, queue, stage, topic, entry, author`,
    [humanId, authorId],
  );
  const { userId, organizationId, projectId, groupId, stateId, topicId, entryId, email } = ids as Ids;
  return {
    userId: globalId('User', userId ?? ''),
    organizationId: globalId('Organization', organizationId ?? ''),
    projectId: globalId('Project', projectId ?? ''),
    groupId: globalId('Group', groupId ?? ''),
    stateId: globalId('State', stateId ?? ''),
    topicId: globalId('Topic', topicId ?? ''),
    entryId: globalId('AuditEntry', entryId ?? ''),
    authorId: globalId('User', authorId),
    email: email ?? '',
    humanId,
  };
}
