import {
  actsOn,
  byId,
  idOf,
  isFound,
  isSelfOrStaff,
  isStaff,
  isTeammate,
  mayReadEmail,
  Ref,
  type Row,
  seesComment,
  sees,
  relation,
  ticketOf,
  type Viewer,
  type World,
} from './who-sees-what.js';

/** What an object's field has to be for somebody, worked out plainly. */
export type Rule = (row: any, viewer: Viewer, world: World, args: Row) => unknown;

/** Any text: positions and links, which only the server can read. */
export const opaque: unknown = expect.any(String);

const moment = (text: string | null): string | null => text && new Date(text).toISOString();
/** Rows in the order of some columns. */
export const ascending = (rows: Row[], ...columns: string[]): Row[] =>
  rows.toSorted((a, b) => {
    const column = columns.find((name) => a[name] !== b[name]);
    return column === undefined ? 0 : a[column] < b[column] ? -1 : 1;
  });
const names = new Intl.Collator('en');
/** Rows by name. */
export const byName = (rows: Row[]): Row[] =>
  rows.toSorted((a, b) => names.compare(a['name'], b['name']) || (a['id'] < b['id'] ? -1 : 1));
/** Objects of one type. */
export const refs = (type: string, rows: Row[]): Ref[] => rows.map((row) => new Ref(type, row));
const ref = (type: string, row: Row | undefined | null): Ref | null => (row ? new Ref(type, row) : null);
/** A page with all objects of a list; the walk says how many of them are wanted. */
export const page = (type: string, nodes: Ref[], more: Row = {}): Ref => new Ref(type, { nodes, ...more });

const commentsOf = (viewer: Viewer, world: World, ticket: Row): Row[] =>
  ascending(
    world.comments.filter(
      (comment) =>
        comment['ticket_id'] === ticket['id'] && comment['deleted_at'] === null && seesComment(viewer, world, comment),
    ),
    'staff_seq',
  );

const rateable = (comment: Row): boolean =>
  comment['author_role'] !== 'CUSTOMER' && comment['visibility'] === 'PUBLIC' && comment['deleted_at'] === null;

const state: (column: string) => Rule = (column) => (ticket, _viewer, world) =>
  ref('State', byId(world.states, ticket[column]));
const user: (column: string) => Rule = (column) => (row, _viewer, world) => ref('User', byId(world.users, row[column]));
const organization: (column: string) => Rule = (column) => (row, _viewer, world) =>
  ref('Organization', byId(world.organizations, row[column]));
const vote: Rule = (row, _viewer, world) => ref('Vote', byId(world.votes, row['vote_id']));
/** An object that an id or another object leads to; null where it must not be found. */
export const seen = (type: string, row: Row | undefined, viewer: Viewer, world: World): Ref | null =>
  row && isFound[type]?.(row, viewer, world) ? new Ref(type, row) : null;
const subject: Rule = ({ comment_id: commentId, ticket_id: ticketId }, viewer, world) =>
  commentId
    ? seen('Comment', byId(world.comments, commentId), viewer, world)
    : seen('Ticket', byId(world.tickets, ticketId), viewer, world);

const column =
  (name: string): Rule =>
  (row) =>
    row[name];
const time =
  (name: string): Rule =>
  (row) =>
    moment(row[name]);
const localized = (row: Row): string => row['localized_names']['en'];
const localizedList: Rule = (row) =>
  Object.entries(row['localized_names'] as Record<string, string>)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([locale, value]) => new Ref('LocalizedString', { locale, value }));

/** What the fields of a row are that stand in its table as they are answered. */
const plain = (...columns: string[]): Record<string, Rule> =>
  Object.fromEntries(
    columns.map((name) => [
      name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      name.endsWith('_at') ? time(name) : column(name),
    ]),
  );

const id = (type: string): Record<string, Rule> => ({ id: (row: Row) => idOf(type, row) });

/** Whether a ticket, or a comment, may get a score. */
const canRate: Rule = (row, viewer, world) => {
  const ticket = 'ticket_id' in row ? ticketOf(world, row) : row;
  return !isStaff(viewer) && actsOn(viewer, ticket) && (ticket === row || rateable(row));
};

const ticketEvent: Record<string, Rule> = {
  ticket: (row, viewer, world) => seen('Ticket', ticketOf(world, row), viewer, world),
};
const commentEvent: Record<string, Rule> = {
  comment: (row, viewer, world) => seen('Comment', byId(world.comments, row['comment_id']), viewer, world),
};

/** A split stands in the logs of both tickets. */
const splitEnd =
  (wantsCopy: boolean): Rule =>
  (row, viewer, world) => {
    const [own, other] = [ticketOf(world, row), byId(world.tickets, row['other_ticket_id'])];
    const copy = own['split_from_id'] === other['id'] ? own : other;
    return seen('Ticket', wantsCopy ? copy : copy === own ? other : own, viewer, world);
  };

const event: Record<string, Rule> = { at: time('at'), cursor: () => opaque, actor: user('actor_id') };

/** What everybody gets of every field of an object. */
export const readRules: Record<string, Record<string, Rule>> = {
  User: {
    ...id('User'),
    ...plain('name', 'role', 'is_active', 'created_at', 'updated_at'),
    email: (row, viewer) => (mayReadEmail(viewer, row) ? row['email'] : null),
    humanId: (row, viewer) => (isSelfOrStaff(viewer, row) ? row['human_id'] : null),
    phoneNumber: (row, viewer) => (isSelfOrStaff(viewer, row) ? row['phone_number'] : null),
    organization: (row, viewer, world) =>
      isSelfOrStaff(viewer, row) || isTeammate(viewer, row)
        ? ref('Organization', byId(world.organizations, row['organization_id']))
        : null,
    groups: (row, viewer, world) => {
      const ids = world.group_members.filter((one) => one['user_id'] === row['id']).map((one) => one['group_id']);
      return isSelfOrStaff(viewer, row)
        ? refs('Group', byName(world.groups.filter((one) => ids.includes(one['id']))))
        : [];
    },
    projects: (row, viewer, world) => {
      const ids = world.user_projects.filter((one) => one['user_id'] === row['id']).map((one) => one['project_id']);
      return isSelfOrStaff(viewer, row)
        ? refs(
            'Project',
            ascending(
              world.projects.filter((one) => ids.includes(one['id'])),
              'key',
            ),
          )
        : [];
    },
  },
  Organization: {
    ...id('Organization'),
    ...plain('human_id', 'name', 'legal_name', 'role', 'created_at', 'updated_at'),
  },
  Project: { ...id('Project'), ...plain('key', 'name'), organization: organization('organization_id') },
  Group: {
    ...id('Group'),
    ...plain('name', 'created_at', 'updated_at'),
    members: (row, viewer, world) => {
      const ids = world.group_members.filter((one) => one['group_id'] === row['id']).map((one) => one['user_id']);
      const active = world.users.filter((one) => ids.includes(one['id']) && one['is_active']);
      return page('UserConnection', isStaff(viewer) ? refs('User', byName(active)) : []);
    },
  },
  State: {
    ...id('State'),
    ...plain('type', 'key', 'description', 'rank', 'category', 'created_at', 'updated_at'),
    name: localized,
    names: localizedList,
  },
  Topic: {
    ...id('Topic'),
    ...plain('key'),
    name: localized,
    names: localizedList,
    parent: (row, _viewer, world) => ref('Topic', byId(world.topics, row['parent_id'])),
    subtopics: (row, _viewer, world) =>
      refs(
        'Topic',
        ascending(
          world.topics.filter((one) => one['parent_id'] === row['id']),
          'rank',
          'key',
        ),
      ),
  },
  LocalizedString: plain('locale', 'value'),
  Ticket: {
    ...id('Ticket'),
    ...plain('number', 'title', 'description', 'access_level', 'is_client_author', 'service_impact'),
    ...plain('contract_human_id', 'tenant_human_id', 'external_subject_id', 'notice_id', 'version'),
    ...plain('created_at', 'updated_at', 'closed_at'),
    humanId: (row) => `INC-${row['number']}`,
    isOpen: (row) => row['closed_at'] === null,
    isClientRead: (row) => row['last_support_seq'] <= row['client_read_seq'],
    isResolved: (row, _viewer, world) => byId(world.states, row['status_id'])['category'] === 'RESOLVED',
    status: state('status_id'),
    priority: state('priority_id'),
    type: state('type_id'),
    stage: state('stage_id'),
    outcome: state('outcome_id'),
    topic: (row, _viewer, world) => ref('Topic', byId(world.topics, row['topic_id'])),
    project: (row, _viewer, world) => ref('Project', byId(world.projects, row['project_id'])),
    group: (row, _viewer, world) => ref('Group', byId(world.groups, row['group_id'])),
    reporter: user('reporter_id'),
    assignee: user('assignee_id'),
    authors: (row, _viewer, world) => row['author_ids'].map((one: string) => ref('User', byId(world.users, one))),
    organization: organization('organization_id'),
    buyer: organization('buyer_id'),
    consumer: organization('consumer_id'),
    vote,
    attributes: (row, viewer, world) => {
      const all = world.ticket_attributes.filter((one) => one['ticket_id'] === row['id']);
      return actsOn(viewer, row) ? refs('TicketAttribute', ascending(all, 'type', 'created_at', 'key')) : [];
    },
    splitFrom: (row, viewer, world) => seen('Ticket', byId(world.tickets, row['split_from_id']), viewer, world),
    splitInto: (row, viewer, world) =>
      refs(
        'Ticket',
        ascending(
          world.tickets.filter((one) => one['split_from_id'] === row['id'] && sees(viewer, one)),
          'number',
        ),
      ),
    comments: (row, viewer, world) => page('CommentConnection', refs('Comment', commentsOf(viewer, world, row))),
    lastComment: (row, viewer, world) => ref('Comment', commentsOf(viewer, world, row).at(-1)),
    conversation: (row) => new Ref('Conversation', row),
    contactConfirmation: (row, viewer, world) => {
      const asked = world.system_events.filter((one) => one['key'] === 'notification.contacts.confirm');
      return isStaff(viewer)
        ? ref(
            'SystemEvent',
            asked.find((one) => one['ticket_id'] === row['id']),
          )
        : null;
    },
    systemEvents: (row, viewer, world) => {
      const all = ascending(
        world.system_events.filter((one) => one['ticket_id'] === row['id']),
        'position',
      );
      return page('SystemEventConnection', isStaff(viewer) ? refs('SystemEvent', all) : []);
    },
    viewerCanUpdate: (row, viewer) => isStaff(viewer) && row['closed_at'] === null,
    viewerCanChangeAccess: (row, viewer) => ['staff', 'author'].includes(relation(viewer, row) ?? ''),
    viewerCanClose: (row, viewer) => actsOn(viewer, row) && row['closed_at'] === null,
    viewerCanReopen: (row, viewer) => actsOn(viewer, row) && row['closed_at'] !== null,
    viewerCanComment: (row) => row['closed_at'] === null,
    viewerCanJoin: (row, viewer) => isStaff(viewer) && !row['member_ids'].includes(viewer['id']),
    viewerCanRate: canRate,
  },
  TicketAttribute: { ...id('TicketAttribute'), ...plain('type', 'key', 'value', 'created_at') },
  SystemEvent: {
    ...id('SystemEvent'),
    ...plain('key', 'value', 'created_at'),
    target: (row, _viewer, world) => `INC-${ticketOf(world, row)['number']}`,
  },
  Comment: {
    ...id('Comment'),
    ...plain('body', 'visibility', 'version', 'sent_at', 'edited_at', 'deleted_at', 'split_at'),
    author: user('author_id'),
    files: (row, _viewer, world) =>
      refs(
        'File',
        ascending(
          world.files.filter((one) => one['comment_id'] === row['id']),
          'position',
        ),
      ),
    isClientAuthor: (row) => row['author_role'] === 'CUSTOMER',
    isClientRead: (row, _viewer, world) =>
      row['visibility'] === 'PUBLIC' &&
      (row['author_role'] === 'CUSTOMER' || row['public_seq'] <= ticketOf(world, row)['client_read_seq']),
    ticket: (row, _viewer, world) => new Ref('Ticket', ticketOf(world, row)),
    splitFrom: (row, viewer, world) => seen('Comment', byId(world.comments, row['split_from_id']), viewer, world),
    splitTo: (row, viewer, world) => seen('Ticket', byId(world.tickets, row['split_to_id']), viewer, world),
    vote,
    viewerCanUpdate: (row, viewer, world) =>
      ticketOf(world, row)['closed_at'] === null && row['deleted_at'] === null && row['author_id'] === viewer['id'],
    viewerCanDelete: (row, viewer, world) =>
      ticketOf(world, row)['closed_at'] === null &&
      row['deleted_at'] === null &&
      isSelfOrStaff(viewer, { id: row['author_id'] }),
    viewerCanRate: canRate,
  },
  File: {
    ...id('File'),
    ...plain('name', 'size', 'content_type', 'status'),
    url: (row) => (row['status'] === 'READY' ? opaque : null),
  },
  Vote: {
    ...id('Vote'),
    ...plain('score', 'scale', 'comment', 'created_at'),
    normalized: ({ score, scale }) =>
      scale === 'THUMBS' ? (score + 1) / 2 : scale === 'FIVE_POINT' ? (score - 1) / 4 : (score - 1) / 9,
    voter: user('voter_id'),
    subject,
  },
  Member: { ...id('Member'), ...plain('joined_at'), user: user('user_id') },
  Conversation: {
    ...id('Conversation'),
    headCursor: () => opaque,
    ticket: (row) => new Ref('Ticket', row),
    members: (row, _viewer, world) =>
      refs(
        'Member',
        ascending(
          world.members.filter((one) => one['ticket_id'] === row['id']),
          'position',
        ),
      ),
    events: (row, viewer, world) => {
      const log = world.conversation_log.filter((one) => one['ticket_id'] === row['id']);
      const read = log.filter((one) => isStaff(viewer) || one['public_seq'] !== null);
      return page(
        'ConversationEventConnection',
        ascending(read, 'staff_seq').map((one) => new Ref(one['type'], one)),
      );
    },
    viewerLastRead: (row, viewer, world) => {
      const mark = world.read_marks.find((one) => one['ticket_id'] === row['id'] && one['user_id'] === viewer['id']);
      return mark ? seen('Comment', byId(world.comments, mark['comment_id']), viewer, world) : null;
    },
    viewerUnreadCount: (row, viewer, world) => {
      const mark = world.read_marks.find((one) => one['ticket_id'] === row['id'] && one['user_id'] === viewer['id']);
      const unread = commentsOf(viewer, world, row).filter((one) => one['staff_seq'] > (mark?.['staff_seq'] ?? 0));
      return unread.filter((one) => one['author_id'] !== viewer['id']).length;
    },
  },
  TicketOpened: { ...event, ...ticketEvent },
  TicketUpdated: {
    ...event,
    ...ticketEvent,
    changes: (row) => refs('FieldChange', row['changes']),
  },
  TicketClosed: { ...event, ...ticketEvent },
  TicketReopened: { ...event, ...ticketEvent },
  TicketDeleted: { ...event, ticketId: (row) => `tic_${row['ticket_id']}` },
  TicketSplit: { ...event, from: splitEnd(false), into: splitEnd(true) },
  CommentAdded: { ...event, ...commentEvent },
  CommentEdited: { ...event, ...commentEvent },
  CommentRemoved: { ...event, commentId: (row) => `com_${row['comment_id']}` },
  MemberJoined: { ...event, user: user('user_id') },
  Rated: { ...event, subject, vote },
  Checkpoint: event,
  AuditEntry: {
    ...id('AuditEntry'),
    ...plain('operation', 'target_id', 'request_id'),
    at: time('at'),
    actor: user('actor_id'),
    changes: (row) => refs('FieldChange', row['changes']),
  },
  FieldChange: plain('field', 'before', 'after'),
};
