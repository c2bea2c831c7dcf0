import { addComment, followTicket, openTicket } from '../support/documents.js';
import { TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const everything = /* GraphQL */ `
  query ($id: ID!) {
    ticket(id: $id) {
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
      vote {
        id
      }
      assignee {
        id
      }
      group {
        id
      }
      authors {
        id
      }
      reporter {
        id
        updatedAt
      }
      lastComment {
        id
        body
        sentAt
      }
      comments(last: 100) {
        totalCount
        edges {
          cursor
          node {
            id
            body
            author {
              id
              name
              updatedAt
            }
            visibility
            version
            sentAt
            vote {
              id
            }
          }
        }
        pageInfo {
          hasNextPage
          hasPreviousPage
          startCursor
          endCursor
        }
      }
      conversation {
        id
        headCursor
        members {
          id
          user {
            id
          }
          joinedAt
        }
        events(first: 100) {
          edges {
            cursor
            node {
              __typename
              at
              cursor
              actor {
                id
              }
            }
          }
          pageInfo {
            hasNextPage
            hasPreviousPage
            startCursor
            endCursor
          }
        }
      }
    }
  }
`;

it('changes not a byte of what a customer reads or hears when staff write notes', async () => {
  const { customer, agent, admin } = await gateway.cast();
  const { ticket } = (await customer.run(openTicket, { input: { title: 'Notes', body: 'First' } })).createTicket;
  const add = (actor: typeof agent, input: object) =>
    actor.run(addComment, { input: { ticketId: ticket.id, ...input } });
  await add(agent, { body: 'Hello' });
  const before = JSON.stringify(await customer.send(everything, { id: ticket.id }));
  const live = customer.subscribe(followTicket, { ticketId: ticket.id });
  expect((await live.data()).conversationEvents.__typename).toBe('Checkpoint');

  const adminId = (await admin.run('{ viewer { id } }')).viewer.id;
  await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      add(n % 2 ? agent : admin, {
        body: `Secret ${n}`,
        visibility: 'INTERNAL',
        mentionIds: n % 3 ? undefined : [adminId],
        idempotencyKey: `note ${n}`,
      }),
    ),
  );
  expect(JSON.stringify(await customer.send(everything, { id: ticket.id }))).toBe(before);

  await add(agent, { body: 'For all' });
  const { conversationEvents: first } = await live.data();
  expect(first).toMatchObject({ __typename: 'CommentAdded', comment: { body: 'For all', visibility: 'PUBLIC' } });
  expect(live.pending).toBe(0);
  const bodies = (await agent.run(everything, { id: ticket.id })).ticket.comments.edges.map(
    ({ node }: any) => node.body,
  );
  expect(bodies.filter((body: string) => body.startsWith('Secret'))).toHaveLength(20);
});

it('gives a customer no cursor by which notes could be counted', async () => {
  const { customer, agent } = await gateway.cast();
  const cursorsOf = async (notes: number): Promise<string> => {
    const { ticket } = (await customer.run(openTicket, { input: { title: 'Cursors' } })).createTicket;
    for (let n = 0; n < notes; n++) {
      await agent.run(addComment, { input: { ticketId: ticket.id, body: 'Secret', visibility: 'INTERNAL' } });
    }
    const added = (await customer.run(addComment, { input: { ticketId: ticket.id, body: 'Mine' } })).addComment;
    const text = Buffer.from(added.cursor, 'base64url').toString();
    return text.replace(ticket.id.slice(4), '');
  };
  expect(await cursorsOf(3)).toBe(await cursorsOf(0));
});
