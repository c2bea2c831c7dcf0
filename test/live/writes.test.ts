import { type Actor, TestGateway } from '../support/gateway.js';
import type { Listener } from '../support/listener.js';
import { done, idOf, openTicket, say } from '../tickets/support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const follow = /* GraphQL */ `
  subscription ($ticketId: ID!, $after: Cursor) {
    conversationEvents(ticketId: $ticketId, after: $after) {
      __typename
      cursor
      at
      actor {
        id
      }
      ... on CommentAdded {
        comment {
          body
        }
      }
      ... on CommentEdited {
        comment {
          id
          body
          version
        }
      }
      ... on CommentRemoved {
        commentId
      }
      ... on MemberJoined {
        user {
          id
        }
      }
      ... on TicketUpdated {
        ticket {
          title
          isClientRead
        }
        changes {
          field
          before
          after
        }
      }
      ... on Rated {
        subject {
          __typename
          id
        }
        vote {
          score
          normalized
        }
      }
    }
  }
`;

interface Event {
  __typename: string;
  cursor: string;
}

const listen = (actor: Actor, ticketId: string, after?: string) =>
  actor.subscribe<{ conversationEvents: Event }>(follow, { ticketId, after });

async function take(listener: Listener<{ conversationEvents: Event }>, count: number): Promise<Event[]> {
  const events: Event[] = [];
  while (events.length < count) {
    const { conversationEvents: event } = await listener.data();
    if (event.__typename !== 'Checkpoint') events.push(event);
  }
  return events;
}

it('[a8, d10, e30] delivers changes, edits, removals, scores and reading as they happen, and again to whoever resumes', async () => {
  const { customer, teammate, agent } = await gateway.cast();
  const { id: ticketId, conversation } = await openTicket(customer, { title: 'A ticket' });
  const live = listen(teammate, ticketId);
  expect((await live.data()).conversationEvents.__typename).toBe('Checkpoint');

  const [me, staff] = [await idOf(customer), await idOf(agent)];
  const { id: commentId } = await say(agent, ticketId, 'One');
  const expected: object[] = [
    { __typename: 'MemberJoined', user: { id: staff } },
    { __typename: 'CommentAdded', comment: { body: 'One' } },
    {
      __typename: 'TicketUpdated',
      actor: { id: staff },
      changes: [
        { field: 'isClientRead', before: 'true', after: 'false' },
        { field: 'status', before: 'created', after: 'waiting' },
      ],
    },
  ];
  const seen = await take(live, 3);
  const also = async (count: number, ...events: object[]): Promise<void> => {
    expected.push(...events);
    seen.push(...(await take(live, count)));
  };

  await done(agent, 'updateComment', { commentId, body: 'Two' });
  await also(1, { __typename: 'CommentEdited', actor: { id: staff }, comment: { id: commentId, body: 'Two' } });
  await done(agent, 'updateTicket', { ticketId, title: 'Changed' });
  await also(1, {
    __typename: 'TicketUpdated',
    ticket: { title: 'Changed' },
    changes: [{ field: 'title', before: 'A ticket', after: 'Changed' }],
  });
  await done(customer, 'markTicketRead', { ticketId });
  await also(1, {
    __typename: 'TicketUpdated',
    actor: { id: me },
    ticket: { isClientRead: true },
    changes: [{ field: 'isClientRead', before: 'false', after: 'true' }],
  });
  await done(customer, 'rateComment', { commentId, score: -1 });
  await done(customer, 'rateTicket', { ticketId, score: 10 });
  await also(
    2,
    { __typename: 'Rated', subject: { __typename: 'Comment', id: commentId }, vote: { score: -1, normalized: 0 } },
    { __typename: 'Rated', subject: { __typename: 'Ticket', id: ticketId }, vote: { score: 10, normalized: 1 } },
  );
  await done(agent, 'deleteComment', { commentId });
  await also(1, { __typename: 'CommentRemoved', actor: { id: staff }, commentId });
  expect(seen.length).toBe(expected.length);

  const asTheyWere = expected.map((event) => ({ ...event }));
  expect(seen).toMatchObject(asTheyWere);
  expect(live.pending).toBe(0);

  const resumed = await take(listen(customer, ticketId, conversation.headCursor), expected.length);
  expect(resumed.map(({ __typename, cursor }) => [__typename, cursor])).toEqual(
    seen.map(({ __typename, cursor }) => [__typename, cursor]),
  );
  const asTheyAre = expected.map((event) => ({
    ...event,
    ...('comment' in event && { comment: { body: '' } }),
    ...('ticket' in event && { ticket: { title: 'Changed' } }),
  }));
  expect(resumed).toMatchObject(asTheyAre);
  const middle = await take(listen(teammate, ticketId, seen[4]?.cursor), expected.length - 5);
  expect(middle).toEqual(resumed.slice(5));
});

it('[x14] tells staff of notes that are changed or removed, and nobody else', async () => {
  const { customer, agent, admin } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const [theirs, ours] = [listen(customer, ticketId), listen(admin, ticketId)];
  for (const listener of [theirs, ours]) await listener.data();
  const { id: commentId } = await say(agent, ticketId, 'Among us', { visibility: 'INTERNAL' });
  await done(agent, 'updateComment', { commentId, body: 'Between us' });
  await done(admin, 'deleteComment', { commentId });
  await say(customer, ticketId, 'Hello');
  expect((await take(ours, 4)).map(({ __typename }) => __typename)).toEqual([
    ...['CommentAdded', 'CommentEdited', 'CommentRemoved', 'CommentAdded'],
  ]);
  expect(await take(theirs, 1)).toMatchObject([{ __typename: 'CommentAdded', comment: { body: 'Hello' } }]);
  expect(theirs.pending).toBe(0);
});
