import { uuidOf } from '../../src/global-id.js';
import { followTicket } from '../support/documents.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { allRows, done, idOf, membersOf, openTicket, read, say, story } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

interface Ref {
  id: string;
}

interface SplitComment extends Ref {
  body: string;
  visibility: string;
  sentAt: string;
  splitAt: string | null;
  author: Ref;
  splitTo: Ref | null;
  splitFrom: Ref | null;
  vote: Ref | null;
}

interface SplitTicket extends Ref {
  number: number;
  title: string;
  version: number;
  isClientRead: boolean;
  status: { key: string };
  priority: { key: string };
  topic: { key: string } | null;
  splitFrom: Ref | null;
  splitInto: Ref[];
  comments: { nodes: SplitComment[] };
  conversation: { events: { nodes: { __typename: string; from?: Ref | null; into?: Ref | null }[] } };
}

const fields = /* GraphQL */ `
  fragment split on Ticket {
    id
    number
    title
    version
    isClientRead
    status {
      key
    }
    priority {
      key
    }
    topic {
      key
    }
    splitFrom {
      id
    }
    splitInto {
      id
    }
    comments(first: 100) {
      nodes {
        id
        body
        visibility
        sentAt
        splitAt
        author {
          id
        }
        splitTo {
          id
        }
        splitFrom {
          id
        }
        vote {
          id
        }
      }
    }
    conversation {
      events(first: 100) {
        nodes {
          __typename
          ... on TicketSplit {
            from {
              id
            }
            into {
              id
            }
          }
        }
      }
    }
  }
`;

interface Payload {
  source: SplitTicket | null;
  created: SplitTicket | null;
  replayed: boolean;
  userErrors: { code: string; path: string[] | null; constraint?: string }[];
}

async function split(actor: Actor, input: Record<string, unknown>): Promise<Payload> {
  const document = `
    mutation ($input: SplitTicketInput!) {
      splitTicket(input: $input) {
        source { ...split } created { ...split } replayed
        userErrors { code path ... on ValidationError { constraint } }
      }
    }
    ${fields}`;
  return (await actor.run<{ splitTicket: Payload }>(document, { input })).splitTicket;
}

async function lookAt(actor: Actor, id: string): Promise<SplitTicket | null> {
  const document = `query ($id: ID!) { ticket(id: $id) { ...split } } ${fields}`;
  return (await actor.run<{ ticket: SplitTicket | null }>(document, { id })).ticket;
}

/** A thread about two things: the second and the third comment and a note are about the other one. */
async function twoThings(more: Record<string, unknown> = {}) {
  const { customer, teammate, stranger, agent, admin } = await gateway.cast();
  const { id } = await openTicket(customer, {
    title: 'Two things',
    body: 'The printer burns',
    topicKey: 'servers',
    priorityKey: 'high',
    ...more,
  });
  const second = await say(customer, id, 'And the invoice is wrong');
  const third = await say(agent, id, 'Which invoice?');
  const note = await say(agent, id, 'They never paid', { visibility: 'INTERNAL' });
  return { people: { customer, teammate, stranger, agent, admin }, id, second, third, note };
}

it('[e23, e39] copies comments into a ticket of their own, and both tickets know of each other', async () => {
  const { people, id, second, third, note } = await twoThings();
  const { customer, agent, admin } = people;
  const before = await lookAt(agent, id);
  const title = 'The invoice is wrong';
  const { source, created, userErrors } = await split(admin, {
    ticketId: id,
    commentIds: [note.id, third.id, second.id],
    title,
  });
  expect(userErrors).toEqual([]);
  expect(created).toMatchObject({
    title,
    status: { key: 'created' },
    priority: { key: 'high' },
    topic: { key: 'servers' },
    splitFrom: { id },
    splitInto: [],
  });
  const copies = created?.comments.nodes ?? [];
  expect(copies.map(({ body, visibility }) => [body, visibility])).toEqual([
    ['And the invoice is wrong', 'PUBLIC'],
    ['Which invoice?', 'PUBLIC'],
    ['They never paid', 'INTERNAL'],
  ]);
  const originals = source?.comments.nodes.slice(1) ?? [];
  expect(copies.map(({ splitFrom }) => splitFrom)).toEqual(originals.map((comment) => ({ id: comment.id })));
  expect(copies.map(({ author, sentAt }) => [author, sentAt])).toEqual(
    originals.map(({ author, sentAt }) => [author, sentAt]),
  );
  expect(copies.map(({ splitTo, splitAt }) => [splitTo, splitAt])).toEqual(copies.map(() => [null, null]));
  for (const original of originals) {
    expect(original).toMatchObject({ splitTo: { id: created?.id }, splitAt: expect.any(String), splitFrom: null });
  }
  expect(source).toMatchObject({ splitInto: [{ id: created?.id }], version: (before?.version ?? 0) + 1 });
  expect(source?.comments.nodes[0]).toMatchObject({ splitTo: null, splitAt: null });

  const createdId = created?.id ?? '';
  const told = { __typename: 'TicketSplit', from: { id }, into: { id: createdId } };
  expect(source?.conversation.events.nodes.at(-1)).toEqual(told);
  expect(created?.conversation.events.nodes.at(-1)).toEqual(told);
  const seen = await read(customer, createdId);
  expect(story(seen)).toEqual(['TicketOpened', 'MemberJoined', 'CommentAdded', 'CommentAdded', 'TicketSplit']);
  expect(membersOf(seen)).toEqual([await idOf(customer), await idOf(agent)]);
  expect(seen).toMatchObject({ reporter: { id: await idOf(customer) }, authors: [{ id: await idOf(customer) }] });
  expect(seen.comments.nodes.map(({ body }) => body)).toEqual(['And the invoice is wrong', 'Which invoice?']);
});

it('[e39] shows the new ticket to whom the older one is shown, and nothing of it to others', async () => {
  const { people, id, second } = await twoThings({ accessLevel: 'PRIVATE' });
  const { customer, teammate, stranger, agent } = people;
  await say(agent, id, 'You, please', { mentionIds: [await idOf(stranger)] });
  const { created } = await split(agent, { ticketId: id, commentIds: [second.id], title: 'The invoice' });
  const createdId = created?.id ?? '';
  expect(await lookAt(customer, createdId)).toMatchObject({ splitFrom: { id } });
  expect(await lookAt(teammate, createdId)).toBeNull();
  expect(await lookAt(stranger, createdId)).toBeNull();
  const seen = await lookAt(stranger, id);
  expect(seen?.splitInto).toEqual([]);
  expect(seen?.comments.nodes[1]).toMatchObject({ id: second.id, splitTo: null, splitAt: expect.any(String) });
  expect(seen?.conversation.events.nodes.at(-1)).toEqual({ __typename: 'TicketSplit', from: { id }, into: null });
});

it('[e39] leaves votes behind and carries over what the customer side has read', async () => {
  const { people, id, third, second } = await twoThings();
  const { customer, agent } = people;
  const rate = `mutation ($id: ID!) { rateComment(input: { commentId: $id, score: 1 }) { userErrors { code } } }`;
  expect(await customer.run(rate, { id: third.id })).toEqual({ rateComment: { userErrors: [] } });
  const unread = await split(agent, { ticketId: id, commentIds: [second.id], title: 'No answer in it' });
  expect(unread.created?.isClientRead).toBe(true);
  const mark = `mutation ($id: ID!) { markTicketRead(input: { ticketId: $id }) { userErrors { code } } }`;
  await customer.run(mark, { id });
  const { created } = await split(agent, { ticketId: id, commentIds: [third.id], title: 'An answer that was read' });
  expect(created).toMatchObject({ isClientRead: true, comments: { nodes: [{ vote: null }] } });
  const later = await say(agent, id, 'Anybody there?');
  const third2 = await split(agent, { ticketId: id, commentIds: [later.id], title: 'An answer that was not' });
  expect(third2.created).toMatchObject({ isClientRead: false });
});

it('[e39] copies the files of a comment onto the same bytes', async () => {
  const { people, id, second } = await twoThings();
  const { db } = gateway.app.services;
  await db.query(
    `insert into files (uploader_id, comment_id, position, name, size, content_type, status, storage_key)
     select author_id, id, 1, 'log.txt', 3, 'text/plain', 'READY', gen_random_uuid() from comments where id = $1`,
    [uuidOf('Comment', second.id)],
  );
  const { created } = await split(people.agent, { ticketId: id, commentIds: [second.id], title: 'With a file' });
  const files = await db.query(
    `select c.id = $2 as copied, f.name, f.size, count(*) over (partition by f.storage_key)::int as shared
     from files f join comments c on c.id = f.comment_id where c.id in ($1, $2) order by 1`,
    [uuidOf('Comment', second.id), uuidOf('Comment', created?.comments.nodes[0]?.id ?? '')],
  );
  expect(files).toEqual([
    { copied: false, name: 'log.txt', size: 3, shared: 2 },
    { copied: true, name: 'log.txt', size: 3, shared: 2 },
  ]);
});

it('tells those who follow the older ticket of the split, and gives the new one a topic of its own', async () => {
  const { people, id, second } = await twoThings();
  const { customer, agent } = people;
  const live = customer.subscribe<{ conversationEvents: { __typename: string } }>(followTicket, { ticketId: id });
  expect((await live.data()).conversationEvents.__typename).toBe('Checkpoint');
  const input = { ticketId: id, commentIds: [second.id], title: '  The invoice  ', topicKey: 'invoices' };
  const { created } = await split(agent, { ...input, idempotencyKey: 'once' });
  expect(created).toMatchObject({ title: 'The invoice', topic: { key: 'invoices' } });
  expect((await live.data()).conversationEvents.__typename).toBe('TicketSplit');
  const again = await split(agent, { ...input, idempotencyKey: 'once' });
  expect(again).toMatchObject({ replayed: true, created: { id: created?.id } });
});

it('[e23] refuses what can not be split, and nothing is half done', async () => {
  const { people, id, second, third } = await twoThings();
  const { customer, stranger, agent } = people;
  const other = await twoThings();
  const removed = await say(agent, id, 'Oops');
  const remove = `mutation ($id: ID!) { deleteComment(input: { commentId: $id }) { userErrors { code } } }`;
  await agent.run(remove, { id: removed.id });
  const title = 'A title';
  const cases: [Actor, Record<string, unknown>, object][] = [
    [customer, { commentIds: [second.id], title }, { code: 'FORBIDDEN', path: ['input', 'ticketId'] }],
    [stranger, { commentIds: [second.id], title }, { code: 'NOT_FOUND', path: ['input', 'ticketId'] }],
    [agent, { commentIds: [], title }, { code: 'VALIDATION_FAILED', path: ['input', 'commentIds'] }],
    [agent, { commentIds: [second.id, second.id], title }, { code: 'VALIDATION_FAILED', constraint: 'items' }],
    [agent, { commentIds: [second.id], title: ' ' }, { code: 'VALIDATION_FAILED', path: ['input', 'title'] }],
    [
      agent,
      { commentIds: [second.id], title, topicKey: 'nonsense' },
      { code: 'NOT_FOUND', path: ['input', 'topicKey'] },
    ],
    [
      agent,
      { commentIds: [second.id, other.second.id], title },
      { code: 'NOT_FOUND', path: ['input', 'commentIds', '1'] },
    ],
    [agent, { commentIds: [removed.id], title }, { code: 'NOT_FOUND', path: ['input', 'commentIds', '0'] }],
    [agent, { commentIds: ['nonsense'], title }, { code: 'NOT_FOUND', path: ['input', 'commentIds', '0'] }],
  ];
  for (const [actor, input, error] of cases) {
    const before = await allRows(gateway);
    const payload = await split(actor, { ticketId: id, ...input });
    expect(payload).toMatchObject({ source: null, created: null, userErrors: [error] });
    expect(await allRows(gateway)).toEqual(before);
  }
  await split(agent, { ticketId: id, commentIds: [second.id], title });
  const again = await split(agent, { ticketId: id, commentIds: [third.id, second.id], title });
  expect(again.userErrors).toMatchObject([{ constraint: 'already_split', path: ['input', 'commentIds', '1'] }]);
  await done(agent, 'closeTicket', { ticketId: id });
  const late = await split(agent, { ticketId: id, commentIds: [third.id], title });
  expect(late.userErrors).toMatchObject([{ code: 'TICKET_CLOSED' }]);
});

it('copies each comment once when several split the same ones at the same time', async () => {
  const { people, id, second, third } = await twoThings();
  const payloads = await Promise.all(
    [people.agent, people.admin, people.agent, people.admin].map((actor, n) =>
      split(actor, { ticketId: id, commentIds: [second.id, third.id], title: `Split ${n}` }),
    ),
  );
  expect(payloads.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
  expect((await lookAt(people.agent, id))?.splitInto).toHaveLength(1);
});
