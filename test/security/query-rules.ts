import { ascending, byName, opaque, page, refs, type Rule, seen } from './read-rules.js';
import {
  isAdmin,
  isSelfOrStaff,
  isStaff,
  isTeammate,
  mayReadEmail,
  Ref,
  type Row,
  sees,
  type Viewer,
} from './who-sees-what.js';

/** Why something is not answered. */
export class Refusal extends Error {}

/** The lists that customers must not have. */
const staffOnly = (viewer: Viewer): void => {
  if (!isStaff(viewer)) throw new Refusal('FORBIDDEN');
};

const lists: Rule = (_row, viewer, world) => {
  const seenOnes = world.tickets.filter((ticket) => sees(viewer, ticket));
  return ascending(seenOnes, 'updated_at', 'id').toReversed();
};

/** What the roots answer, by the arguments that the walk gives. */
export const queryRules: Record<string, Rule> = {
  viewer: (_row, viewer) => new Ref('User', viewer),
  node: (_row, viewer, world, { type, row }) => seen(type, row, viewer, world),
  ticket: (_row, viewer, world, { row }) => seen('Ticket', row, viewer, world),
  comment: (_row, viewer, world, { row }) => seen('Comment', row, viewer, world),
  user: (_row, viewer, _world, { row, by }) => {
    const may = { id: isSelfOrStaff(viewer, row) || isTeammate(viewer, row), humanId: isSelfOrStaff(viewer, row) };
    return { ...may, email: mayReadEmail(viewer, row) }[by as 'id'] ? new Ref('User', row) : null;
  },
  tickets: (row, viewer, world, args) =>
    page('TicketConnection', refs('Ticket', lists(row, viewer, world, args) as Row[])),
  ticketsPage: (row, viewer, world, args) =>
    new Ref('TicketPage', { nodes: refs('Ticket', lists(row, viewer, world, args) as Row[]) }),
  topics: (_row, _viewer, world) =>
    refs(
      'Topic',
      ascending(
        world.topics.filter((one) => one['parent_id'] === null),
        'rank',
        'key',
      ),
    ),
  topic: (_row, _viewer, _world, { row }) => new Ref('Topic', row),
  states: (_row, _viewer, world, { type }) =>
    refs(
      'State',
      ascending(
        world.states.filter((one) => one['type'] === type),
        'rank',
        'key',
      ),
    ),
  group: (_row, viewer, _world, { row }) => {
    staffOnly(viewer);
    return new Ref('Group', row);
  },
  groups: (_row, viewer, world) => {
    staffOnly(viewer);
    return refs('Group', byName(world.groups));
  },
  agents: (_row, viewer, world) => {
    staffOnly(viewer);
    return page('UserConnection', refs('User', byName(world.users.filter((one) => isStaff(one) && one['is_active']))));
  },
  users: (_row, viewer, world) => {
    staffOnly(viewer);
    return page('UserConnection', refs('User', byName(world.users)));
  },
  organizations: (_row, viewer, world) => {
    staffOnly(viewer);
    return page('OrganizationConnection', refs('Organization', byName(world.organizations)));
  },
  ticketReport: (_row, viewer) => {
    staffOnly(viewer);
    return new Ref('TicketReport', {});
  },
  auditLog: (_row, viewer) => {
    if (!isAdmin(viewer)) throw new Refusal('FORBIDDEN');
    return new Ref('AuditEntryConnection', {});
  },
  rateLimit: () => new Ref('RateLimit', {}),
};

/** How many rows the walk asks for. */
const wanted = ({ nodes, first }: Row): Ref[] => nodes.slice(0, first);

const edges = (type: string): Record<string, Rule> => ({
  nodes: wanted,
  edges: (row) => wanted(row).map((node) => new Ref(`${type}Edge`, { node })),
  pageInfo: (row) => new Ref('PageInfo', row),
});
const edge: Record<string, Rule> = { cursor: () => opaque, node: ({ node }) => node };
const counted: Record<string, Rule> = { totalCount: ({ nodes }) => nodes.length };

/** What pages are made of. */
export const pageRules: Record<string, Record<string, Rule>> = {
  UserConnection: { ...edges('User'), ...counted },
  UserEdge: edge,
  OrganizationConnection: { ...edges('Organization'), ...counted },
  OrganizationEdge: edge,
  CommentConnection: { ...edges('Comment'), ...counted },
  CommentEdge: edge,
  SystemEventConnection: { ...edges('SystemEvent'), ...counted },
  SystemEventEdge: edge,
  ConversationEventConnection: edges('ConversationEvent'),
  ConversationEventEdge: edge,
  TicketConnection: {
    ...edges('Ticket'),
    ...counted,
    isCountCapped: () => false,
    feedCursor: (_row, viewer) => (isStaff(viewer) ? opaque : null),
  },
  TicketEdge: edge,
  TicketPage: {
    items: wanted,
    itemCount: ({ nodes }) => nodes.length,
    pageCount: ({ nodes, first }) => Math.ceil(nodes.length / first),
    itemsPerPage: ({ first }) => first,
    page: () => 1,
    hasNext: ({ nodes, first }) => nodes.length > first,
    hasPrevious: () => false,
    isCountCapped: () => false,
  },
  PageInfo: {
    hasNextPage: ({ nodes, first }) => nodes.length > first,
    hasPreviousPage: () => false,
    startCursor: (row) => (wanted(row).length > 0 ? opaque : null),
    endCursor: (row) => (wanted(row).length > 0 ? opaque : null),
  },
};

/** What only members of staff reach, and what is of no other's: that they may have it is the rule, other tests work it out. */
export const reachedByStaff: readonly string[] = [
  'AuditEntryConnection',
  'AuditEntryEdge',
  'TicketReport',
  'TicketReportConnection',
  'TicketReportEdge',
  'TicketReportRow',
];
export const oneself: readonly string[] = ['RateLimit', 'RateLimitBucket'];
