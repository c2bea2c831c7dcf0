import { post } from '../load.mjs';

const pageSize = 20;

/** The cursors of some rows, found by walking through the list: `askPage` answers edges and where the next page begins. */
export async function cursorsOf(places, askPage) {
  const wanted = new Set(places.map(({ id }) => id));
  const cursors = new Map();
  for (let after = null; cursors.size < wanted.size;) {
    const { edges, endCursor } = await askPage(after);
    if (edges.length === 0) throw new Error('the list ends before the places that are looked for');
    for (const { id, cursor } of edges) if (wanted.has(id)) cursors.set(id, cursor);
    after = endCursor;
  }
  return cursors;
}

/** The fields of both servers whose schema was made for what is asked here, the textbook's and Mercurius'. */
const inTicketList = `nodes {
  id number title updatedAt reporter { id name } topic { key } commentCount lastComment { id body sentAt }
} hasNextPage endCursor`;

const documents = {
  thread: `query Thread($id: ID!) { ticket(id: $id) {
    id number title createdAt reporter { id name }
    comments(first: 50) { id body sentAt author { id name } vote { score } files { id name size } }
  } }`,
  inbox: `query Inbox { tickets(first: ${pageSize}) { ${inTicketList} } }`,
  deepCursor: `query Inbox($after: String!) { tickets(first: ${pageSize}, after: $after) { ${inTicketList} } }`,
  deepPage: `query Inbox($page: Int!) { tickets(first: ${pageSize}, page: $page) { ${inTicketList} } }`,
  addComment: `mutation AddComment($ticketId: ID!, $authorId: ID!, $body: String!) {
    addComment(ticketId: $ticketId, authorId: $authorId, body: $body) { id body sentAt author { id name } }
  }`,
};

const variables = {
  thread: ({ id }) => ({ id }),
  inbox: () => ({}),
  deepCursor: ({ place }) => ({ after: `${place.updatedAt.toISOString()}|${place.id}` }),
  deepPage: ({ page }) => ({ page }),
  addComment: ({ id, viewer, body }) => ({ ticketId: id, authorId: viewer.id, body }),
};

const listOf = ({ data: { tickets } }) => ({ hasNextPage: tickets.hasNextPage, tickets: tickets.nodes });

const readers = {
  thread: ({ data: { ticket } }) => ({
    ...ticket,
    comments: ticket.comments.map(({ vote, ...comment }) => ({ ...comment, score: vote?.score ?? null })),
  }),
  inbox: (answer) => listOf(answer),
  deepCursor: (answer) => listOf(answer),
  deepPage: (answer) => listOf(answer),
  addComment: ({ data }) => data.addComment,
};

const withTopicKey = ({ topic, ...ticket }) => ({ ...ticket, topic: topic?.key ?? null });

/** A contender that knows no rights and has the schema that the documents above are written for. */
export const plain = ({ script }) => ({
  script,
  path: '/graphql',
  isFree: true,
  open: async () => ({
    request: (query, sample) =>
      documents[query] && post({ query: documents[query], variables: variables[query](sample) }),
    read: (query, answer) => {
      const read = readers[query](answer);
      return read.tickets ? { ...read, tickets: read.tickets.map(withTopicKey) } : read;
    },
  }),
});
