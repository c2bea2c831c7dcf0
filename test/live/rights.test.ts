import { AppError } from '../../src/errors.js';
import { memoryLog } from '../doors/support.js';
import { addComment, followTicket, openTicket } from '../support/documents.js';
import { type Actor, TestGateway } from '../support/gateway.js';

const log = memoryLog();
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({}, log.logger);
});
afterAll(() => gateway.stop());

const followWithNewest = /* GraphQL */ `
  subscription ($ticketId: ID!, $after: Cursor) {
    conversationEvents(ticketId: $ticketId, after: $after) {
      __typename
      ... on CommentAdded {
        comment {
          body
          ticket {
            lastComment {
              body
            }
          }
        }
      }
    }
  }
`;

const uuid = (id: string): string => id.slice(4);
const sql = (text: string, values: unknown[]): Promise<unknown[]> => gateway.app.services.db.query(text, values);

async function open(actor: Actor): Promise<{ id: string; head: string }> {
  const { ticket } = (await actor.run(openTicket, { input: { title: 'Rights' } })).createTicket;
  return { id: ticket.id, head: ticket.conversation.headCursor };
}

const say = (actor: Actor, ticketId: string, body: string, input: object = {}): Promise<any> =>
  actor.run(addComment, { input: { ticketId, body, ...input } });

const userId = async (actor: Actor): Promise<string> => uuid((await actor.run('{ viewer { id } }')).viewer.id);

/** Lets the next statement with this text fail as if the database were away. */
function failOnce(text: string): void {
  const { db } = gateway.app.services;
  const query = db.query.bind(db);
  db.query = (statement, values) => {
    if (!statement.includes(text)) return query(statement, values);
    db.query = query;
    return Promise.reject(new AppError('SERVICE_UNAVAILABLE', 'away'));
  };
}

it('delivers nothing of what was committed after a member of staff became a customer, however much was on its way', async () => {
  const { customer, agent, admin } = await gateway.cast();
  const { id } = await open(customer);
  const { ticket } = await agent.run(`query ($id: ID!) { ticket(id: $id) { conversation { headCursor } } }`, { id });
  for (let n = 0; n < 60; n++) await say(customer, id, `Word ${n}`);
  const live = agent.subscribe(followWithNewest, { ticketId: id, after: ticket.conversation.headCursor });
  await live.data();
  await sql(`update users set role = 'CUSTOMER', access_version = access_version + 1 where id = $1`, [
    await userId(agent),
  ]);
  await say(admin, id, 'Secret', { visibility: 'INTERNAL' });
  for (let errors; !errors;) {
    const result = await live.next();
    errors = result.errors;
    expect(JSON.stringify(result)).not.toContain('Secret');
    if (errors) expect(errors[0]?.extensions?.['code']).toBe('CURSOR_EXPIRED');
  }
});

it('lets a socket follow again with the rights of now after those it was opened with have changed', async () => {
  const { customer, teammate } = await gateway.cast();
  const { id } = await open(customer);
  const first = teammate.subscribe(followTicket, { ticketId: id });
  await first.data();
  await sql('update users set access_version = access_version + 1 where id = $1', [await userId(teammate)]);
  await say(customer, id, 'Hello');
  expect((await first.next()).errors?.[0]?.extensions?.['code']).toBe('CURSOR_EXPIRED');
  const second = teammate.subscribe(followTicket, { ticketId: id });
  expect((await second.data()).conversationEvents.__typename).toBe('Checkpoint');
});

it('closes the socket of somebody who was deactivated with 4403', async () => {
  const { customer, teammate } = await gateway.cast();
  const { id } = await open(customer);
  const live = teammate.subscribe(followTicket, { ticketId: id });
  await live.data();
  await sql('update users set is_active = false where id = $1', [await userId(teammate)]);
  await say(customer, id, 'Hello');
  expect((await live.next()).errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
  const late = teammate.subscribe(followTicket, { ticketId: id });
  expect(await late.ended()).toMatchObject({ code: 4403 });
});

it('delivers an event once it can be read, and writes the fault down, when the database was away for a moment', async () => {
  const { customer, agent } = await gateway.cast();
  const { id, head } = await open(customer);
  const live = customer.subscribe<any>(followTicket, { ticketId: id, after: head });
  await live.data();
  failOnce('from comments r');
  const write = `mutation ($input: AddCommentInput!) { addComment(input: $input) { replayed } }`;
  for (const body of ['First', 'Second']) await agent.run(write, { input: { ticketId: id, body } });
  expect((await live.data()).conversationEvents.__typename).toBe('MemberJoined');
  expect((await live.data()).conversationEvents.comment.body).toBe('First');
  expect((await live.data()).conversationEvents.__typename).toBe('TicketUpdated');
  expect((await live.data()).conversationEvents.comment.body).toBe('Second');
  const retried = log.entries.filter(({ msg }) => msg === 'an event could not be read and is tried again');
  expect(retried).toMatchObject([{ level: 40, error: { message: 'away' } }]);
});

it('goes on with a stream when the database was away while it looked for news', async () => {
  const { customer } = await gateway.cast();
  const { id, head } = await open(customer);
  const live = customer.subscribe(followTicket, { ticketId: id, after: head });
  await live.data();
  failOnce('from conversation_log c');
  for (const body of ['First', 'Second']) await say(customer, id, body);
  for (const body of ['First', 'Second']) expect((await live.data()).conversationEvents.comment.body).toBe(body);
});

it('ends a stream with the error when an event can not be read for another reason, so that a client resumes before it', async () => {
  const { customer } = await gateway.cast();
  const { id, head } = await open(customer);
  const live = customer.subscribe(followTicket, { ticketId: id, after: head });
  await live.data();
  const { db } = gateway.app.services;
  const query = db.query.bind(db);
  db.query = (statement, values) =>
    statement.includes('from comments r') ? Promise.reject(new Error('a fault')) : query(statement, values);
  try {
    await say(customer, id, 'Hello').catch(() => undefined);
    expect((await live.next()).errors?.[0]?.extensions?.['code']).toBe('INTERNAL');
    expect(await live.ended()).toBeUndefined();
  } finally {
    db.query = query;
  }
});

it('lists members in the order of their events, also when a mention names some who are in already', async () => {
  const { customer, agent, admin } = await gateway.cast();
  const { id } = await open(customer);
  const people = [customer, agent, admin, await gateway.signIn({ role: 'agent' })];
  const ids = await Promise.all(people.map(async (actor) => (await actor.run('{ viewer { id } }')).viewer.id));
  await say(agent, id, 'Hello', { mentionIds: [ids[0], ids[1], ids[2]] });
  await say(people[3] as Actor, id, 'Me too');
  const { ticket } = await customer.run(
    `query ($id: ID!) { ticket(id: $id) { conversation {
      members { user { id } } events { nodes { ... on MemberJoined { user { id } } } }
    } } }`,
    { id },
  );
  expect(ticket.conversation.members.map(({ user }: any) => user.id)).toEqual(ids);
  const joined = ticket.conversation.events.nodes.flatMap(({ user }: any) => (user ? [user.id] : []));
  expect(joined).toEqual(ids.slice(1));
});

it('refuses a subscription over HTTP by saying where it runs, and to nobody known not even that', async () => {
  const { customer } = await gateway.cast();
  const { id } = await open(customer);
  const codeOf = async (actor: Actor): Promise<string | undefined> =>
    (await actor.send(followTicket, { ticketId: id })).errors?.[0]?.extensions.code;
  expect(await codeOf(customer)).toBe('VALIDATION_FAILED');
  expect(await codeOf(gateway.withToken())).toBe('UNAUTHENTICATED');
});

it('refuses pages within pages that would fill a huge answer', async () => {
  const { customer } = await gateway.cast();
  const { id } = await open(customer);
  const nested = (levels: number): string =>
    levels === 0 ? 'id' : `comments(first: 100) { nodes { ticket { ${nested(levels - 1)} } } }`;
  const ask = (levels: number): Promise<any> =>
    customer.send(`{ node(id: "${id}") { ... on Ticket { ${nested(levels)} } } }`);
  expect((await ask(2)).errors).toBeUndefined();
  expect((await ask(3)).errors[0].extensions.code).toBe('QUERY_TOO_COMPLEX');
});
