import { SignJWT } from 'jose';
import { ask, post } from '../load.mjs';
import { cursorsOf } from './graphql.mjs';

const secret = new TextEncoder().encode('a key that only the bench signs with');
const pageSize = 20;
/** The highest that the gateway takes. */
const highest = { times: 999_999, points: 999_999_999 };

const inTicketList = `id number title updatedAt reporter { id name } topic { key }
  comments(first: 0) { totalCount } lastComment { id body sentAt }`;
const pageInfo = 'pageInfo { hasNextPage endCursor }';

const documents = {
  thread: `query Thread($id: ID!) { ticket(id: $id) {
    id number title createdAt reporter { id name }
    comments(first: 50) { nodes { id body sentAt author { id name } vote { score } files { id name size } } }
  } }`,
  inbox: `query Inbox { tickets(filter: { isOpen: true }, first: ${pageSize}) { nodes { ${inTicketList} } ${pageInfo} } }`,
  deepCursor: `query Inbox($after: Cursor!) {
    tickets(filter: { isOpen: true }, first: ${pageSize}, after: $after) { nodes { ${inTicketList} } ${pageInfo} }
  }`,
  deepPage: `query InboxPage($page: Int!) {
    ticketsPage(filter: { isOpen: true }, page: $page, itemsPerPage: ${pageSize}) { items { ${inTicketList} } hasNext }
  }`,
  search: `query Search($text: String!) { tickets(query: $text, first: ${pageSize}) { nodes { id number title } } }`,
  addComment: `mutation AddComment($input: AddCommentInput!) {
    addComment(input: $input) { comment { id body sentAt author { id name } } }
  }`,
};

const walk = `query Walk($after: Cursor) {
  tickets(filter: { isOpen: true }, first: 100, after: $after) { edges { cursor node { id } } pageInfo { endCursor } }
}`;

const uuidOf = (id) => id.slice(id.indexOf('_') + 1);
const withUuid = (row) => row && { ...row, id: uuidOf(row.id) };

const commentOf = ({ vote, files, ...comment }) => ({
  ...withUuid(comment),
  author: withUuid(comment.author),
  score: vote?.score ?? null,
  files: files.map(withUuid),
});

const rowOf = ({ comments, topic, ...ticket }) => ({
  ...withUuid(ticket),
  reporter: withUuid(ticket.reporter),
  topic: topic?.key ?? null,
  commentCount: comments.totalCount,
  lastComment: withUuid(ticket.lastComment),
});

const listOf = ({ data: { tickets } }) => ({
  hasNextPage: tickets.pageInfo.hasNextPage,
  tickets: tickets.nodes.map(rowOf),
});

const readers = {
  thread: ({ data: { ticket } }) => ({
    ...withUuid(ticket),
    reporter: withUuid(ticket.reporter),
    comments: ticket.comments.nodes.map(commentOf),
  }),
  inbox: listOf,
  deepCursor: listOf,
  deepPage: ({ data: { ticketsPage } }) => ({
    hasNextPage: ticketsPage.hasNext,
    tickets: ticketsPage.items.map(rowOf),
  }),
  search: ({ data: { tickets } }) => ({ tickets: tickets.nodes.map(withUuid) }),
  addComment: ({ data }) => {
    const { comment } = data.addComment;
    return { ...withUuid(comment), author: withUuid(comment.author) };
  },
};

/** A token as an identity provider would sign it for one of the seed's people. */
const sign = ({ email, role, organization, projects }) =>
  new SignJWT({
    email,
    role: role.toLowerCase(),
    ...(organization && { organization, projects }),
  })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(email)
    .setIssuedAt()
    .setExpirationTime('24h')
    .sign(secret);

async function headersOf(samples) {
  const viewers = [
    ...samples.agents,
    ...[...samples.threads, ...samples.inbox, ...samples.open].map(({ viewer }) => viewer),
  ];
  const byEmail = new Map(viewers.map((viewer) => [viewer.email, viewer]));
  const headers = new Map();
  for (const viewer of byEmail.values()) headers.set(viewer.id, { authorization: `Bearer ${await sign(viewer)}` });
  return headers;
}

/** This gateway as it runs in production: it knows everybody by their token, and nothing that it limits is off but high. */
export const gateway = {
  script: new URL('../../../dist/main.js', import.meta.url),
  args: ['start'],
  env: {
    JWT_SECRET: new TextDecoder().decode(secret),
    HOST: '127.0.0.1',
    PORT: '0',
    RATE_LIMITS: `tickets=${highest.times},comments=${highest.times},uploads=${highest.times}`,
    COST_PER_MINUTE: `${highest.points}`,
    // Letters would be written while others are measured.
    MAIL_DIGEST_SECONDS: 'off',
  },
  open: async (url, samples) => {
    const headers = await headersOf(samples);
    // Whoever comes with their first token is written down once, which is not what is measured.
    for (const header of headers.values()) await ask(url, post({ query: '{ viewer { id } }' }, header));
    const cursors = await cursorsOf(samples.places, async (after) => {
      const request = post({ query: walk, variables: { after } }, headers.get(samples.agents[0].id));
      const { tickets } = (await ask(url, request)).data;
      const edges = tickets.edges.map(({ cursor, node }) => ({ cursor, id: uuidOf(node.id) }));
      return { edges, endCursor: tickets.pageInfo.endCursor };
    });
    const variables = {
      thread: ({ id }) => ({ id: `tic_${id}` }),
      inbox: () => ({}),
      deepCursor: ({ place }) => ({ after: cursors.get(place.id) }),
      deepPage: ({ page }) => ({ page }),
      search: ({ text }) => ({ text }),
      addComment: ({ id, body }) => ({ input: { ticketId: `tic_${id}`, body } }),
    };
    return {
      request: (query, sample) =>
        post({ query: documents[query], variables: variables[query](sample) }, headers.get(sample.viewer.id)),
      read: (query, answer) => readers[query](answer),
    };
  },
};
