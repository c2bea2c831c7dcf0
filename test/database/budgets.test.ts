import { addComment, openTicket } from '../support/documents.js';
import { type Actor, TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const thread = /* GraphQL */ `
  query ($id: ID!) {
    ticket(id: $id) {
      id
      humanId
      title
      isResolved
      status {
        key
        name
      }
      priority {
        key
        name
      }
      topic {
        key
        name
      }
      authors {
        id
        name
      }
      reporter {
        id
        name
      }
      vote {
        score
      }
      comments(first: 50) {
        nodes {
          id
          body
          sentAt
          author {
            id
            name
          }
          vote {
            score
            comment
            voter {
              name
            }
          }
        }
      }
      conversation {
        headCursor
        members {
          joinedAt
          user {
            id
            name
          }
        }
      }
    }
  }
`;

/** Statements of one operation, without the one that tells who is asking; where the only other one tells that as well, there is none. */
async function statementsOf(actor: Actor, document: string, variables: object): Promise<string[]> {
  await actor.run('{ viewer { id } }');
  gateway.statements.take();
  await actor.run(document, variables);
  const [first = '', ...rest] = gateway.statements.take();
  if (first.includes('from users u where u.sub')) return rest;
  expect([first, ...rest].join()).toContain('select u.access_version');
  return [first, ...rest];
}

async function makeThread(comments: number, writers: number): Promise<{ reader: Actor; id: string }> {
  const { customer } = await gateway.cast();
  const input = { title: 'A thread', topicKey: 'servers' };
  const { ticket } = (await customer.run(openTicket, { input })).createTicket;
  const agents = await Promise.all(Array.from({ length: writers }, () => gateway.signIn({ role: 'agent' })));
  for (let n = 0; n < comments; n++) {
    await agents[n % writers]!.run(addComment, { input: { ticketId: ticket.id, body: `Comment ${n}` } });
  }
  await gateway.app.services.db.query(
    `with given as (
       insert into votes (ticket_id, comment_id, voter_id, score, scale)
       select c.ticket_id, c.id, t.reporter_id, 1, 'THUMBS'
       from comments c join tickets t on t.id = c.ticket_id where c.ticket_id = $1 returning id, comment_id
     )
     update comments set vote_id = given.id from given where comments.id = given.comment_id`,
    [ticket.id.slice(4)],
  );
  return { reader: customer, id: ticket.id };
}

it('reads a thread of 50 comments with authors, votes, topic and members in one statement', async () => {
  const { reader, id } = await makeThread(50, 5);
  const statements = await statementsOf(reader, thread, { id });
  expect(statements).toHaveLength(1);
  const answered = (await reader.run(thread, { id })).ticket.comments.nodes;
  expect(answered).toHaveLength(50);
  expect(answered[49].vote).toMatchObject({ score: 1, voter: { name: 'Customer' } });
});

it('reads a short thread in as many statements as a long one', async () => {
  const short = await makeThread(2, 2);
  const long = await makeThread(30, 6);
  const shortStatements = await statementsOf(short.reader, thread, { id: short.id });
  expect(await statementsOf(long.reader, thread, { id: long.id })).toHaveLength(shortStatements.length);
});

it('asks for each size of page once, however many tickets have such a page', async () => {
  const { customer } = await gateway.cast();
  const ids: string[] = [];
  for (let n = 0; n < 5; n++) {
    const input = { title: `Ticket ${n}`, body: 'A word' };
    ids.push((await customer.run(openTicket, { input })).createTicket.ticket.id);
  }
  const fields = ids.map(
    (id, n) =>
      `t${n}: node(id: "${id}") { ... on Ticket { lastComment { body } comments(first: 3) { totalCount nodes { body author { name } } } } }`,
  );
  const statements = await statementsOf(customer, `{ ${fields.join(' ')} }`, {});
  expect(statements).toHaveLength(5);
});

it('adds a comment in one statement after the ticket was read, the row lock taken by the last', async () => {
  const { customer } = await gateway.cast();
  const { ticket } = (await customer.run(openTicket, { input: { title: 'Writes' } })).createTicket;
  const document = `mutation ($input: AddCommentInput!) { addComment(input: $input) { replayed } }`;
  const statements = await statementsOf(customer, document, { input: { ticketId: ticket.id, body: 'A word' } });
  expect(statements).toHaveLength(2);
  expect(statements[1]).toContain('for no key update');
});

it('reads an inbox of 100 tickets in two statements, that of the total included, and in as many as one of 10', async () => {
  const { customer, agent } = await gateway.cast();
  const { ticket } = (await customer.run(openTicket, { input: { title: 'An inbox', body: 'A word' } })).createTicket;
  await agent.run(addComment, { input: { ticketId: ticket.id, body: 'An answer' } });
  await gateway.app.services.db.query(
    `with opened as (
       insert into tickets (title, status_id, priority_id, topic_id, access_level, reporter_id, assignee_id, is_client_author,
         author_ids, member_ids, staff_seq, public_seq)
       select 'Ticket ' || n, t.status_id, t.priority_id, (select id from topics where key = 'servers'), 'PRIVATE', t.reporter_id,
         (select author_id from comments c where c.ticket_id = t.id and c.author_role = 'AGENT'), true, t.author_ids, t.author_ids, 1, 1
       from tickets t, generate_series(1, 120) n where t.id = $1 returning id, reporter_id
     )
     insert into comments (ticket_id, author_id, author_role, visibility, body, staff_seq, public_seq, sent_at)
     select id, reporter_id, 'CUSTOMER', 'PUBLIC', 'A word', 1, 1, now() from opened`,
    [ticket.id.slice(4)],
  );
  const inbox = `query ($first: Int!) {
    tickets(filter: { isOpen: true, mine: true }, first: $first) {
      totalCount
      nodes {
        id humanId title updatedAt
        authors { id name }
        topic { key name }
        status { key name }
        assignee { id name }
        comments(first: 0) { totalCount }
        lastComment { body author { name } }
      }
    }
  }`;
  const statements = await statementsOf(customer, inbox, { first: 100 });
  expect(statements).toHaveLength(2);
  expect(await statementsOf(customer, inbox, { first: 10 })).toHaveLength(statements.length);
  const { nodes, totalCount } = (await customer.run(inbox, { first: 100 })).tickets;
  expect([nodes.length, totalCount]).toEqual([100, 121]);
  expect(nodes[5]).toMatchObject({
    assignee: { name: 'Agent' },
    comments: { totalCount: 1 },
    lastComment: { body: 'A word' },
  });
});

it('counts a list once for all who ask, and not at all when nobody does', async () => {
  const { customer } = await gateway.cast();
  await customer.run(openTicket, { input: { title: 'One', body: 'A word' } });
  const page = 'p: ticketsPage { itemCount pageCount isCountCapped items { id } }';
  expect(await statementsOf(customer, `{ ${page} }`, {})).toHaveLength(2);
  expect(await statementsOf(customer, '{ tickets { totalCount isCountCapped } }', {})).toHaveLength(2);
  expect(await statementsOf(customer, '{ ticketsPage { hasNext items { id } } }', {})).toHaveLength(1);
  expect(await statementsOf(customer, '{ tickets(query: "word") { nodes { id } } }', {})).toHaveLength(2);
});
