import { uuidOf } from '../../src/global-id.js';
import type { Actor, TestGateway } from '../support/gateway.js';

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
  version: number;
  sentAt: string;
  editedAt: string | null;
  deletedAt: string | null;
  author: Ref & { name: string };
  ticket: Ref;
  vote: Vote | null;
}

interface ConversationEvent {
  __typename: string;
  cursor: string;
  at: string;
  actor: Ref | null;
  ticket?: Ref;
  comment?: Comment;
  user?: Ref;
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
  current?: { id: string; version: number };
}

/** What every mutation answers; the cursor comes with `addComment` alone. */
export interface Payload {
  ticket: Ticket | null;
  comment: Comment | null;
  cursor?: string | null;
  replayed: boolean;
  userErrors: UserError[];
}

export type Mutation = 'createTicket' | 'addComment' | 'joinTicket' | 'closeTicket' | 'reopenTicket';
export type Input = Record<string, unknown>;

const fragments = /* GraphQL */ `
  fragment vote on Vote {
    id
    score
    scale
    normalized
    comment
    createdAt
    voter {
      id
    }
    subject {
      id
    }
  }
  fragment comment on Comment {
    id
    body
    visibility
    isClientAuthor
    version
    sentAt
    editedAt
    deletedAt
    author {
      id
      name
    }
    ticket {
      id
    }
    vote {
      ...vote
    }
  }
  fragment event on ConversationEvent {
    __typename
    cursor
    at
    actor {
      id
    }
    ... on TicketOpened {
      ticket {
        id
      }
    }
    ... on TicketClosed {
      ticket {
        id
      }
    }
    ... on TicketReopened {
      ticket {
        id
      }
    }
    ... on CommentAdded {
      comment {
        ...comment
      }
    }
    ... on MemberJoined {
      user {
        id
      }
    }
    ... on Rated {
      vote {
        ...vote
      }
    }
  }
  fragment ticket on Ticket {
    id
    number
    humanId
    title
    description
    serviceImpact
    accessLevel
    isOpen
    isResolved
    isClientAuthor
    contractHumanId
    tenantHumanId
    externalSubjectId
    noticeId
    version
    createdAt
    updatedAt
    closedAt
    viewerCanClose
    viewerCanReopen
    viewerCanComment
    viewerCanJoin
    status {
      key
    }
    priority {
      key
    }
    topic {
      key
    }
    project {
      key
      organization {
        id
      }
    }
    organization {
      id
    }
    reporter {
      id
    }
    authors {
      id
    }
    vote {
      ...vote
    }
    lastComment {
      id
    }
    comments(first: 100) {
      totalCount
      nodes {
        ...comment
      }
    }
    conversation {
      headCursor
      members {
        user {
          id
        }
        joinedAt
      }
      events(first: 100) {
        nodes {
          ...event
        }
      }
    }
  }
`;

const userErrors = /* GraphQL */ `
  userErrors {
    __typename
    code
    message
    path
    ... on ValidationError {
      constraint
    }
    ... on TicketStateError {
      ticket {
        id
        isOpen
      }
    }
    ... on VersionConflictError {
      currentVersion
      current {
        id
        ... on Ticket {
          version
        }
      }
    }
  }
`;

/** The name of a mutation's input type. */
export const inputOf = (mutation: Mutation): string => `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;

/** Calls a mutation and answers its payload, whatever came of it. */
export async function mutate(actor: Actor, mutation: Mutation, input: Input): Promise<Payload> {
  const cursor = mutation === 'addComment' ? 'cursor' : '';
  const document = `
    mutation ($input: ${inputOf(mutation)}!) {
      payload: ${mutation}(input: $input) { ticket { ...ticket } comment { ...comment } ${cursor} replayed ${userErrors} }
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
  expect(payload).toEqual({
    ticket: null,
    comment: null,
    replayed: false,
    ...(mutation === 'addComment' && { cursor: null }),
  });
  expect(errors).toHaveLength(1);
  expect(await allRows(gateway)).toEqual(before);
  return errors[0] as UserError;
}

const tables = [
  ...['tickets', 'members', 'comments', 'votes', 'conversation_log', 'idempotency_keys'],
  ...['users', 'organizations', 'projects', 'user_projects', 'groups', 'group_members', 'states', 'topics'],
];

/** Everything that was ever written by an operation. */
export async function allRows({ app }: TestGateway): Promise<unknown[]> {
  const selects = tables.map((name) => `select '${name}' as table_name, to_jsonb(r)::text as row from ${name} r`);
  return app.services.db.query(`${selects.join(' union all ')} order by 1, 2`);
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
