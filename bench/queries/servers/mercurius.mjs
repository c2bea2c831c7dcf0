import Fastify from 'fastify';
import mercurius from 'mercurius';
import pg from 'pg';

/** Mercurius as its manual has it: JIT, loaders, and SQL written by hand. */
const timestamps = 1184;
pg.types.setTypeParser(timestamps, (text) => new Date(text).toISOString());
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const run = async (name, text, values) => (await pool.query({ name, text, values })).rows;

const schema = `
  type User { id: ID! name: String! }
  type Topic { id: ID! key: String! }
  type Vote { id: ID! score: Int! }
  type File { id: ID! name: String! size: Int! }
  type Comment { id: ID! body: String! sentAt: String! author: User! vote: Vote files: [File!]! }
  type Ticket {
    id: ID! number: Int! title: String! createdAt: String! updatedAt: String!
    reporter: User! topic: Topic comments(first: Int!): [Comment!]! commentCount: Int! lastComment: Comment
  }
  type TicketList { nodes: [Ticket!]! hasNextPage: Boolean! endCursor: String }
  type Query { ticket(id: ID!): Ticket tickets(first: Int!, after: String, page: Int): TicketList! }
  type Mutation { addComment(ticketId: ID!, authorId: ID!, body: String!): Comment! }
`;

const ticketColumns = `id, number, title, created_at as "createdAt", updated_at as "updatedAt", reporter_id as "reporterId", topic_id as "topicId"`;
const commentColumns = `id, ticket_id as "ticketId", body, sent_at as "sentAt", author_id as "authorId", vote_id as "voteId"`;

/** One row for each of the ids that a key leads to. */
const byId = (name, columns, table, key) => async (queries) => {
  const ids = [...new Set(queries.map(({ obj }) => obj[key]).filter((id) => id !== null))];
  const rows = await run(name, `select ${columns} from ${table} where id = any($1::uuid[])`, [ids]);
  const found = new Map(rows.map((row) => [row.id, row]));
  return queries.map(({ obj }) => found.get(obj[key]) ?? null);
};

const idsOf = (queries) => queries.map(({ obj }) => obj.id);

function groupBy(rows, key) {
  const groups = new Map();
  for (const row of rows) {
    const group = groups.get(row[key]);
    if (group) group.push(row);
    else groups.set(row[key], [row]);
  }
  return groups;
}

const loaders = {
  Ticket: {
    reporter: byId('reporter', 'id, name', 'users', 'reporterId'),
    topic: byId('topic', 'id, key', 'topics', 'topicId'),
    comments: async (queries) => {
      const rows = await run(
        'comments',
        `select c.* from unnest($1::uuid[]) t(id), lateral (
           select ${commentColumns} from comments
           where ticket_id = t.id and deleted_at is null order by staff_seq limit $2
         ) c`,
        [idsOf(queries), queries[0].params.first],
      );
      const groups = groupBy(rows, 'ticketId');
      return queries.map(({ obj }) => groups.get(obj.id) ?? []);
    },
    commentCount: async (queries) => {
      const rows = await run(
        'commentCount',
        `select ticket_id as id, count(*)::int from comments
         where ticket_id = any($1::uuid[]) and deleted_at is null group by ticket_id`,
        [idsOf(queries)],
      );
      const counts = new Map(rows.map(({ id, count }) => [id, count]));
      return queries.map(({ obj }) => counts.get(obj.id) ?? 0);
    },
    lastComment: async (queries) => {
      const rows = await run(
        'lastComment',
        `select c.* from unnest($1::uuid[]) t(id), lateral (
           select ${commentColumns} from comments
           where ticket_id = t.id and deleted_at is null order by staff_seq desc limit 1
         ) c`,
        [idsOf(queries)],
      );
      const found = new Map(rows.map((row) => [row.ticketId, row]));
      return queries.map(({ obj }) => found.get(obj.id) ?? null);
    },
  },
  Comment: {
    author: byId('author', 'id, name', 'users', 'authorId'),
    vote: byId('vote', 'id, score', 'votes', 'voteId'),
    files: async (queries) => {
      const rows = await run(
        'files',
        `select id, comment_id as "commentId", name, size from files where comment_id = any($1::uuid[]) order by position`,
        [idsOf(queries)],
      );
      const groups = groupBy(rows, 'commentId');
      return queries.map(({ obj }) => groups.get(obj.id) ?? []);
    },
  },
};

async function listTickets(_root, { first, after, page = 1 }) {
  const [updatedAt, id] = after?.split('|') ?? [null, null];
  const rows = await run(
    after ? 'ticketsAfter' : 'tickets',
    `select ${ticketColumns} from tickets where closed_at is null and deleted_at is null
       ${after ? 'and (updated_at, id) < ($3::timestamptz, $4::uuid)' : ''}
     order by updated_at desc, id desc limit $1 offset $2`,
    [first + 1, (page - 1) * first, ...(after ? [updatedAt, id] : [])],
  );
  const nodes = rows.slice(0, first);
  const last = nodes.at(-1);
  return { nodes, hasNextPage: rows.length > first, endCursor: last ? `${last.updatedAt}|${last.id}` : null };
}

async function addComment(_root, { ticketId, authorId, body }) {
  const [comment] = await run(
    'addComment',
    `with ticket as (
       update tickets set staff_seq = staff_seq + 1, public_seq = public_seq + 1, version = version + 1,
         updated_at = now(), last_event_at = now()
       where id = $1 and closed_at is null and deleted_at is null
       returning id, staff_seq, public_seq, updated_at
     )
     insert into comments (ticket_id, author_id, author_role, visibility, body, staff_seq, public_seq, sent_at)
     select ticket.id, u.id, u.role, 'PUBLIC', $3, staff_seq, public_seq, ticket.updated_at from ticket, users u where u.id = $2
     returning ${commentColumns}`,
    [ticketId, authorId, body],
  );
  if (!comment) throw new mercurius.ErrorWithProps('There is no such open ticket.');
  return comment;
}

const app = Fastify();
await app.register(mercurius, {
  schema,
  resolvers: {
    Query: {
      ticket: async (_root, { id }) =>
        (await run('ticket', `select ${ticketColumns} from tickets where id = $1 and deleted_at is null`, [id]))[0],
      tickets: listTickets,
    },
    Mutation: { addComment },
  },
  loaders,
  jit: 1,
});
console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
