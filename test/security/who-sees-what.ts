/** A row of a table, as JSON has it. */
export type Row = Record<string, any>;

/** An object that an answer holds: its type in the schema and what it is made of. */
export class Ref {
  constructor(
    readonly type: string,
    readonly row: Row,
  ) {}
}

/** All rows of all tables. */
export interface World {
  users: Row[];
  organizations: Row[];
  projects: Row[];
  groups: Row[];
  states: Row[];
  topics: Row[];
  tickets: Row[];
  members: Row[];
  comments: Row[];
  votes: Row[];
  files: Row[];
  ticket_attributes: Row[];
  system_events: Row[];
  conversation_log: Row[];
  read_marks: Row[];
  user_projects: Row[];
  group_members: Row[];
  audit_log: Row[];
}

/** Who asks: a row of `users`, with the projects that they belong to. */
export type Viewer = Row & { projectIds: string[] };

/** Whether somebody works for support. */
export const isStaff = (person: Row): boolean => person['role'] !== 'CUSTOMER';
/** Whether somebody may change who may do what. */
export const isAdmin = (person: Row): boolean => person['role'] === 'ADMIN';
/** The row with this id. */
export const byId = (rows: Row[], id: string | null): Row => rows.find((row) => row['id'] === id) as Row;
const reachedByLevel = (viewer: Viewer, ticket: Row): boolean => {
  if (ticket['organization_id'] === null || ticket['organization_id'] !== viewer['organization_id']) return false;
  if (['ACCOUNT_USERS', 'ALL_USERS'].includes(ticket['access_level'])) return true;
  return ticket['access_level'] === 'PROJECT_USERS' && viewer.projectIds.includes(ticket['project_id']);
};

/** How somebody stands to a ticket; null when it is as if it were not there. */
export function relation(viewer: Viewer, ticket: Row): 'staff' | 'author' | 'access' | 'mentioned' | null {
  if (ticket['deleted_at'] !== null) return null;
  if (isStaff(viewer)) return 'staff';
  if (ticket['author_ids'].includes(viewer['id'])) return 'author';
  if (reachedByLevel(viewer, ticket)) return 'access';
  return ticket['member_ids'].includes(viewer['id']) ? 'mentioned' : null;
}

/** Whether a ticket is there for somebody. */
export const sees = (viewer: Viewer, ticket: Row): boolean => relation(viewer, ticket) !== null;
/** Whether somebody may do more than read and talk. */
export const actsOn = (viewer: Viewer, ticket: Row): boolean => ![null, 'mentioned'].includes(relation(viewer, ticket));
/** The ticket that a row belongs to. */
export const ticketOf = (world: World, row: Row): Row => byId(world.tickets, row['ticket_id']);

/** Removed comments are seen where an event or an id leads to them. */
export const seesComment = (viewer: Viewer, world: World, comment: Row): boolean =>
  sees(viewer, ticketOf(world, comment)) && (isStaff(viewer) || comment['visibility'] === 'PUBLIC');

const seesFile = (viewer: Viewer, world: World, file: Row): boolean => {
  if (file['comment_id'] === null) return file['uploader_id'] === viewer['id'];
  const comment = byId(world.comments, file['comment_id']);
  return comment['deleted_at'] === null && seesComment(viewer, world, comment);
};

/** What somebody knows of the organizations that there are. */
export const knowsOrganization = (viewer: Viewer, world: World, organization: Row): boolean =>
  isStaff(viewer) ||
  organization['id'] === viewer['organization_id'] ||
  world.tickets.some(
    (ticket) =>
      sees(viewer, ticket) &&
      [ticket['organization_id'], ticket['buyer_id'], ticket['consumer_id']].includes(organization['id']),
  );

/** Whether somebody may read all of a user. */
export const isSelfOrStaff = (viewer: Viewer, user: Row): boolean => isStaff(viewer) || viewer['id'] === user['id'];
/** Whether somebody is of the same organization. */
export const isTeammate = (viewer: Viewer, user: Row): boolean =>
  user['organization_id'] !== null && user['organization_id'] === viewer['organization_id'];
/** Whether somebody may read an e-mail address. */
export const mayReadEmail = (viewer: Viewer, user: Row): boolean =>
  isSelfOrStaff(viewer, user) || (isTeammate(viewer, user) && !isStaff(user));

/** Whether somebody knows a person: themselves, people of their organization, and whom they have met in a ticket that they see. */
const knowsPerson = (viewer: Viewer, world: World, { id, organization_id: organizationId }: Row): boolean =>
  isStaff(viewer) ||
  id === viewer['id'] ||
  (organizationId !== null && organizationId === viewer['organization_id']) ||
  world.tickets.some((ticket) => sees(viewer, ticket) && meets(world, ticket, id));

const meets = (world: World, ticket: Row, userId: string): boolean =>
  ticket['assignee_id'] === userId ||
  ticket['member_ids'].includes(userId) ||
  world.conversation_log.some(
    (entry) => entry['ticket_id'] === ticket['id'] && entry['actor_id'] === userId && entry['public_seq'] !== null,
  );

/** Whether `node(id:)` finds a row of this type for somebody. */
export const isFound: Record<string, (row: Row, viewer: Viewer, world: World) => boolean> = {
  AuditEntry: (_row, viewer) => isAdmin(viewer),
  Comment: (row, viewer, world) => seesComment(viewer, world, row),
  Conversation: (row, viewer) => sees(viewer, row),
  File: (row, viewer, world) => seesFile(viewer, world, row),
  Group: (row, viewer, world) =>
    isStaff(viewer) || world.tickets.some((ticket) => sees(viewer, ticket) && ticket['group_id'] === row['id']),
  Member: (row, viewer, world) => sees(viewer, ticketOf(world, row)),
  Organization: (row, viewer, world) => knowsOrganization(viewer, world, row),
  Project: (row, viewer, world) =>
    isStaff(viewer) ||
    viewer.projectIds.includes(row['id']) ||
    world.tickets.some((ticket) => sees(viewer, ticket) && ticket['project_id'] === row['id']),
  State: () => true,
  SystemEvent: (row, viewer, world) => isStaff(viewer) && sees(viewer, ticketOf(world, row)),
  Ticket: (row, viewer) => sees(viewer, row),
  TicketAttribute: (row, viewer, world) => actsOn(viewer, ticketOf(world, row)),
  Topic: () => true,
  User: (row, viewer, world) => knowsPerson(viewer, world, row),
  Vote: (row, viewer, world) => {
    const comment = byId(world.comments, row['comment_id']);
    return sees(viewer, ticketOf(world, row)) && (!comment || seesComment(viewer, world, comment));
  },
};

/** The tables behind the types that `node(id:)` finds, and what their ids begin with. */
export const nodes: Record<string, [table: keyof World, prefix: string]> = {
  AuditEntry: ['audit_log', 'aud'],
  Comment: ['comments', 'com'],
  Conversation: ['tickets', 'cnv'],
  File: ['files', 'fil'],
  Group: ['groups', 'grp'],
  Member: ['members', 'mem'],
  Organization: ['organizations', 'org'],
  Project: ['projects', 'prj'],
  State: ['states', 'sta'],
  SystemEvent: ['system_events', 'evt'],
  Ticket: ['tickets', 'tic'],
  TicketAttribute: ['ticket_attributes', 'att'],
  Topic: ['topics', 'top'],
  User: ['users', 'usr'],
  Vote: ['votes', 'vot'],
};
/** The id that clients see. */
export const idOf = (type: string, row: Row): string => `${nodes[type]?.[1]}_${row['id']}`;
