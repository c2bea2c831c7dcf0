import { addComment, followTicket, openTicket } from '../support/documents.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { done, idOf, type Input } from '../tickets/support.js';

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
      isClientRead
      version
      createdAt
      updatedAt
      closedAt
      viewerCanUpdate
      viewerCanChangeAccess
      viewerCanClose
      viewerCanReopen
      viewerCanComment
      viewerCanJoin
      viewerCanRate
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
            isClientRead
            version
            sentAt
            editedAt
            deletedAt
            viewerCanUpdate
            viewerCanDelete
            viewerCanRate
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
        viewerUnreadCount
        viewerLastRead {
          id
        }
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
              ... on TicketUpdated {
                changes {
                  field
                  before
                  after
                }
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

it('changes not a byte of what a customer reads or hears when staff write, change, remove and read notes', async () => {
  const { customer, teammate, agent, admin } = await gateway.cast();
  const { ticket } = (await customer.run(openTicket, { input: { title: 'Notes', body: 'First' } })).createTicket;
  const ticketId = ticket.id;
  const add = (actor: Actor, input: Input) => done(actor, 'addComment', { ticketId, ...input });
  await add(agent, { body: 'Hello' });
  await done(customer, 'markTicketRead', { ticketId });
  await add(admin, { body: 'Are you there?' });
  const seen = async (): Promise<string[]> =>
    Promise.all(
      [customer, teammate].map(async (actor) => JSON.stringify(await actor.send(everything, { id: ticketId }))),
    );
  const before = await seen();
  const live = customer.subscribe(followTicket, { ticketId });
  expect((await live.data()).conversationEvents.__typename).toBe('Checkpoint');

  const adminId = await idOf(admin);
  await Promise.all(
    Array.from({ length: 20 }, async (_, n) => {
      const actor = n % 2 ? agent : admin;
      const { comment } = await add(actor, {
        body: `Secret ${n}`,
        visibility: 'INTERNAL',
        mentionIds: n % 3 ? undefined : [adminId],
        idempotencyKey: `note ${n}`,
      });
      if (n % 4 === 1) await done(actor, 'updateComment', { commentId: comment?.id, body: `Secret ${n}, again` });
      if (n % 4 === 2) await done(agent, 'deleteComment', { commentId: comment?.id });
      if (n % 4 === 3) await done(admin, 'markTicketRead', { ticketId, commentId: n % 8 ? comment?.id : null });
    }),
  );
  expect(await seen()).toEqual(before);

  await add(agent, { body: 'For all' });
  const { conversationEvents: first } = await live.data();
  expect(first).toMatchObject({ __typename: 'CommentAdded', comment: { body: 'For all', visibility: 'PUBLIC' } });
  expect(live.pending).toBe(0);
  const bodies = (await agent.run(everything, { id: ticketId })).ticket.comments.edges.map(
    ({ node }: any) => node.body,
  );
  expect(bodies.filter((body: string) => body.startsWith('Secret'))).toHaveLength(15);
});

it('gives a customer no cursor by which notes could be counted', async () => {
  const { customer, agent } = await gateway.cast();
  const cursorsOf = async (notes: number): Promise<string> => {
    const { ticket } = (await customer.run(openTicket, { input: { title: 'Cursors' } })).createTicket;
    for (let n = 0; n < notes; n++) {
      const input = { ticketId: ticket.id, body: 'Secret', visibility: 'INTERNAL' };
      const commentId = (await agent.run(addComment, { input })).addComment.comment.id;
      await done(agent, 'updateComment', { commentId, body: 'Secret still' });
      if (n === 1) await done(agent, 'deleteComment', { commentId });
    }
    const added = (await customer.run(addComment, { input: { ticketId: ticket.id, body: 'Mine' } })).addComment;
    const text = Buffer.from(added.cursor, 'base64url').toString();
    return text.replace(ticket.id.slice(4), '');
  };
  expect(await cursorsOf(3)).toBe(await cursorsOf(0));
});
