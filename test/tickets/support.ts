import { uuidOf } from '../../src/global-id.js';
import type { Actor, TestGateway } from '../support/gateway.js';
import { fragments, mineQuery, userErrors } from './fragments.js';

/** An object of which no more than the id matters. */
interface Ref {
  id: string;
}

interface Vote extends Ref {
  score: number;
  scale: string;
  normalized: number;
  comment: string | null;
  createdAt: string;
  voter: Ref;
  subject: Ref;
}

export interface Comment extends Ref {
  body: string;
  visibility: string;
  isClientAuthor: boolean;
  isClientRead: boolean;
  version: number;
  sentAt: string;
  editedAt: string | null;
  deletedAt: string | null;
  author: Ref & { name: string };
  ticket: Ref;
  vote: Vote | null;
}

/** A field of a ticket with its text before and after. */
interface Change {
  field: string;
  before: string | null;
  after: string | null;
}

interface ConversationEvent {
  __typename: string;
  cursor: string;
  at: string;
  actor: Ref | null;
  ticket?: Ref;
  comment?: Comment;
  commentId?: string;
  changes?: Change[];
  user?: Ref;
  subject?: Ref;
  vote?: Vote;
}

export interface Ticket extends Ref {
  number: number;
  humanId: string;
  title: string;
  description: string | null;
  serviceImpact: string | null;
  accessLevel: string;
  isOpen: boolean;
  isResolved: boolean;
  isClientAuthor: boolean;
  isClientRead: boolean;
  contractHumanId: string | null;
  tenantHumanId: string | null;
  externalSubjectId: string | null;
  noticeId: number | null;
  version: number;
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  viewerCanClose: boolean;
  viewerCanReopen: boolean;
  viewerCanComment: boolean;
  viewerCanJoin: boolean;
  status: { key: string };
  priority: { key: string };
  type: { key: string } | null;
  stage: { key: string } | null;
  outcome: { key: string } | null;
  assignee: Ref | null;
  group: Ref | null;
  buyer: Ref | null;
  consumer: Ref | null;
  topic: { key: string } | null;
  project: { key: string; organization: Ref } | null;
  organization: Ref | null;
  reporter: Ref;
  authors: Ref[];
  vote: Vote | null;
  lastComment: Ref | null;
  comments: { totalCount: number; nodes: Comment[] };
  conversation: {
    headCursor: string;
    members: { user: Ref; joinedAt: string }[];
    events: { nodes: ConversationEvent[] };
  };
}

export interface UserError {
  __typename: string;
  code: string;
  message: string;
  path: string[] | null;
  constraint?: string;
  ticket?: { id: string; isOpen: boolean };
  currentVersion?: number;
  current?: { id: string; version: number; body?: string };
}

/** What a mutation answers: `answers` says which of the objects. */
export interface Payload {
  ticket: Ticket | null;
  comment: Comment | null;
  cursor?: string | null;
  deletedCommentId?: string | null;
  vote?: Vote | null;
  subject?: Ref | null;
  replayed: boolean;
  userErrors: UserError[];
}

const ticketAnswer = { ticket: '{ ...ticket }', comment: '{ ...comment }' };
const voteAnswer = { vote: '{ ...vote }', subject: '{ id ...ticket ...comment }' };

/** What is read of each mutation's payload, beside `replayed` and `userErrors`. */
const answers = {
  createTicket: ticketAnswer,
  updateTicket: ticketAnswer,
  closeTicket: ticketAnswer,
  reopenTicket: ticketAnswer,
  joinTicket: ticketAnswer,
  markTicketRead: ticketAnswer,
  rateTicket: voteAnswer,
  rateComment: voteAnswer,
  addComment: { ...ticketAnswer, cursor: '' },
  updateComment: { ...ticketAnswer, cursor: '' },
  deleteComment: { ticket: '{ ...ticket }', deletedCommentId: '' },
} satisfies Record<string, Partial<Record<keyof Payload, string>>>;

export type Mutation = keyof typeof answers;
export type Input = Record<string, unknown>;

/** The name of a mutation's input type. */
export const inputOf = (mutation: Mutation): string => `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;

/** Calls a mutation and answers its payload, whatever came of it. */
export async function mutate(actor: Actor, mutation: Mutation, input: Input): Promise<Payload> {
  const objects = Object.entries(answers[mutation]).map(([name, selection]) => `${name} ${selection}`);
  const document = `
    mutation ($input: ${inputOf(mutation)}!) {
      payload: ${mutation}(input: $input) { ${objects.join(' ')} replayed ${userErrors} }
    }
    ${fragments}`;
  return (await actor.run<{ payload: Payload }>(document, { input })).payload;
}

/** Calls a mutation that has to succeed. */
export async function done(actor: Actor, mutation: Mutation, input: Input): Promise<Payload & { ticket: Ticket }> {
  const payload = await mutate(actor, mutation, input);
  expect(payload.userErrors).toEqual([]);
  return payload as Payload & { ticket: Ticket };
}

/** Calls a mutation that has to be refused for one reason and without a trace: no row of any table is another. */
export async function refused(
  gateway: TestGateway,
  actor: Actor,
  mutation: Mutation,
  input: Input,
): Promise<UserError> {
  // Whoever is seen for the first time leaves a trace by that alone.
  await actor.send('{ viewer { id } }');
  const before = await allRows(gateway);
  const { userErrors: errors, ...payload } = await mutate(actor, mutation, input);
  const nothing = Object.fromEntries(Object.keys(answers[mutation]).map((name) => [name, null]));
  expect(payload).toEqual({ ...nothing, replayed: false });
  expect(errors).toHaveLength(1);
  expect(await allRows(gateway)).toEqual(before);
  return errors[0] as UserError;
}

const tables = [
  ...['tickets', 'members', 'comments', 'votes', 'read_marks', 'conversation_log', 'idempotency_keys'],
  ...['ticket_attributes', 'files', 'system_events', 'pgboss.job', 'audit_log'],
  ...['users', 'organizations', 'projects', 'user_projects', 'groups', 'group_members', 'states', 'topics'],
];

/** How many rows each table has and what they are, in so few words that thousands are soon compared; their order does not count. */
export async function allRows({ app }: TestGateway): Promise<unknown[]> {
  const selects = tables.map(
    (name) =>
      `select '${name}' as table_name, count(*)::int as rows, sum(hashtextextended(r::text, 0)) as digest from ${name} r`,
  );
  return app.services.db.query(`${selects.join(' union all ')} order by 1`);
}

/** Opens a ticket. */
export const openTicket = async (actor: Actor, input: Input = { title: 'A ticket' }): Promise<Ticket> =>
  (await done(actor, 'createTicket', input)).ticket;

/** Adds a comment. */
export async function say(actor: Actor, ticketId: string, body: string, more: Input = {}): Promise<Comment> {
  return (await done(actor, 'addComment', { ticketId, body, ...more })).comment as Comment;
}

/** The ticket as somebody reads it; null where they may not. */
export async function look(actor: Actor, id: string): Promise<Ticket | null> {
  const document = `query ($id: ID!) { ticket(id: $id) { ...ticket } } ${fragments}`;
  return (await actor.run<{ ticket: Ticket | null }>(document, { id })).ticket;
}

/** The ticket as somebody reads it who has to see it. */
export async function read(actor: Actor, id: string): Promise<Ticket> {
  const ticket = await look(actor, id);
  expect(ticket).not.toBeNull();
  return ticket as Ticket;
}

/** What of a ticket depends on who reads it. */
export interface Mine {
  viewerCanUpdate: boolean;
  viewerCanChangeAccess: boolean;
  viewerCanClose: boolean;
  viewerCanReopen: boolean;
  viewerCanComment: boolean;
  viewerCanJoin: boolean;
  viewerCanRate: boolean;
  conversation: { viewerUnreadCount: number; viewerLastRead: Ref | null };
  comments: { nodes: (Ref & { viewerCanUpdate: boolean; viewerCanDelete: boolean; viewerCanRate: boolean })[] };
}

/** What of a ticket is somebody's own. */
export const mine = async (actor: Actor, id: string): Promise<Mine> =>
  (await actor.run<{ ticket: Mine }>(mineQuery, { id })).ticket;

/** What happened last in a ticket. */
export const lastEvents = ({ conversation }: Ticket, count: number): ConversationEvent[] =>
  conversation.events.nodes.slice(-count);

/** What the last event of a ticket says was changed. */
export const lastChanges = (ticket: Ticket): Change[] | undefined => lastEvents(ticket, 1)[0]?.changes;

/** What happened in a ticket, by name. */
export const story = (ticket: Ticket): string[] => ticket.conversation.events.nodes.map((event) => event.__typename);

/** Who takes part in a ticket. */
export const membersOf = (ticket: Ticket): string[] => ticket.conversation.members.map(({ user }) => user.id);

/** Who somebody is. */
export async function whoIs(actor: Actor): Promise<{ id: string; organization: Ref | null }> {
  return (
    await actor.run<{ viewer: { id: string; organization: Ref | null } }>(`{ viewer { id organization { id } } }`)
  ).viewer;
}

/** Somebody's id. */
export const idOf = async (actor: Actor): Promise<string> => (await whoIs(actor)).id;

/** Takes somebody's right to sign in away. */
export async function deactivate({ app }: TestGateway, userId: string): Promise<void> {
  const sql = 'update users set is_active = false, access_version = access_version + 1 where id = $1 returning id';
  expect(await app.services.db.query(sql, [uuidOf('User', userId)])).toHaveLength(1);
}
