import { type Actor, TestGateway } from '../support/gateway.js';
import { type Comment, deactivate, done, idOf, type Input, openTicket, say, type Ticket } from '../tickets/support.js';
import { uuidOf } from '../../src/global-id.js';
import { MailServer, type Received, startGateway } from './support.js';

jest.setTimeout(60_000);

const server = new MailServer();
/** Plans digests that are made when a test says so, by the other one. */
let gateway: TestGateway;
/** Plans them for the next second, and makes all. */
let eager: TestGateway;
beforeAll(async () => {
  await server.start();
  gateway = await startGateway(server, { MAIL_DIGEST_SECONDS: '3600' }, { jobs: false });
  eager = await startGateway(server, { MAIL_DIGEST_SECONDS: '1' });
});
afterAll(async () => {
  await Promise.all([gateway.stop(), eager.stop()]);
  await server.stop();
});

let made = 0;
interface Person {
  actor: Actor;
  email: string;
  id: string;
}

async function newPerson(role: 'customer' | 'agent', name: string, locale?: string, at = gateway): Promise<Person> {
  const email = `reader-${++made}@example.com`;
  const actor = await at.signIn({ role, email, name, ...(locale && { locale }) });
  return { actor, email, id: await idOf(actor) };
}

/** Waits until the digest of a ticket was put off for at least so many seconds. */
async function putOff({ id }: Ticket, seconds: number): Promise<void> {
  const sql = `select id from pgboss.job where singleton_key = $1 and start_after - created_on >= $2 * interval '1 s'`;
  while ((await gateway.app.services.db.query(sql, [uuidOf('Ticket', id), seconds])).length === 0);
}

interface Scene {
  customer: Person;
  agent: Person;
  ticket: Ticket;
}

/** A customer's ticket with a member of staff in its conversation. */
async function openScene(at = gateway): Promise<Scene> {
  const customer = await newPerson('customer', 'Anna', undefined, at);
  const agent = await newPerson('agent', 'Boris', undefined, at);
  const ticket = await openTicket(customer.actor, { title: 'A printer', body: 'Help' });
  await done(agent.actor, 'joinTicket', { ticketId: ticket.id });
  return { customer, agent, ticket };
}

/** Has the digests that are planned by now made at once. */
const makeDigests = (): Promise<unknown> =>
  gateway.app.services.db.query(
    `update pgboss.job set start_after = now() where name = 'digest' and state = 'created'`,
  );

/** Has digests made, and waits for a letter to an address, the first or a further one. */
async function letterTo(email: string, nth = 1): Promise<Received> {
  await makeDigests();
  return server.letterTo(email, nth);
}

/** Waits until somebody is noted as connected, or is not any more. */
async function noted(email: string, isConnected: boolean): Promise<void> {
  const sql = 'select user_id from presence p join users u on u.id = p.user_id where u.email = $1';
  while ((await gateway.app.services.db.query(sql, [email])).length > 0 !== isConnected);
}

/** Waits until every digest that is planned by now was made, and every letter of theirs has arrived. */
async function allTold(): Promise<void> {
  const { customer, agent, ticket } = await openScene();
  await say(agent.actor, ticket.id, 'The last word');
  await letterTo(customer.email);
}

const call = (actor: Actor, mutation: string, type: string, input: Input) =>
  actor.run(`mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { code } } }`, { input });
const markRead = (actor: Actor, ticketId: string) => call(actor, 'markTicketRead', 'MarkTicketReadInput', { ticketId });
const remove = (actor: Actor, { id }: Comment) => call(actor, 'deleteComment', 'DeleteCommentInput', { commentId: id });

it('[a13] writes one letter about all comments of a while to members who have not read them', async () => {
  const { customer, agent, ticket } = await openScene();
  for (const body of ['Have you\r\nplugged it in?', 'Really?']) await say(agent.actor, ticket.id, body);
  const letter = await letterTo(customer.email);
  expect(letter.subject).toBe(`[${ticket.humanId}] A printer: 2 new comments`);
  expect(letter.text).toMatch(/Boris, .* UTC:\n> Have you\n> plugged it in\?\n\nBoris, .* UTC:\n> Really\?\n/);
  expect(letter.text).not.toContain('Help');
  await allTold();
  expect(server.to(customer.email)).toHaveLength(1);
  expect(server.to(agent.email)).toEqual([]);

  await say(customer.actor, ticket.id, 'It is now');
  await say(agent.actor, ticket.id, 'And?');
  expect((await letterTo(customer.email, 2)).text).toMatch(/^There is news.*\n\nBoris, .*:\n> And\?\n$/);
  expect((await letterTo(agent.email)).text).toContain('> It is now');
});

it('[a13] writes to whoever is in the conversation, mentioned or not, but to no author about themselves', async () => {
  const { customer, agent, ticket } = await openScene();
  const [mentioned, teammate] = [await newPerson('customer', 'Mila'), await newPerson('agent', 'Oleg')];
  await say(teammate.actor, ticket.id, 'Look here', { mentionIds: [mentioned.id] });
  for (const { email } of [customer, agent, mentioned]) expect((await letterTo(email)).text).toContain('Look here');
  await allTold();
  expect(server.to(teammate.email)).toEqual([]);
});

it('[a13] writes about the words with which a ticket is opened, closed and reopened, too', async () => {
  const [customer, agent] = [await newPerson('customer', 'Anna'), await newPerson('agent', 'Boris')];
  const input = { title: 'For you', body: 'Opened', reporterId: customer.id };
  const { id: ticketId } = await openTicket(agent.actor, input);
  await done(agent.actor, 'closeTicket', { ticketId, message: 'Closed' });
  const { text } = await letterTo(customer.email);
  expect(text).toMatch(/> Opened\n[^]*> Closed\n/);
  await done(customer.actor, 'reopenTicket', { ticketId, body: 'Reopened' });
  expect((await letterTo(agent.email)).text).toContain('> Reopened');
});

it('[a13] writes nothing of a note, and nothing because of one', async () => {
  const { customer, agent, ticket } = await openScene();
  const colleague = await newPerson('agent', 'Clara');
  await done(colleague.actor, 'joinTicket', { ticketId: ticket.id });
  await say(agent.actor, ticket.id, 'Between us', { visibility: 'INTERNAL' });
  await allTold();
  for (const { email } of [customer, colleague]) expect(server.to(email)).toEqual([]);
  await say(agent.actor, ticket.id, 'For all');
  await say(agent.actor, ticket.id, 'Between us again', { visibility: 'INTERNAL' });
  for (const { email } of [customer, colleague]) {
    const { subject, text } = await letterTo(email);
    expect(subject).toContain('a new comment');
    expect(text).not.toContain('Between us');
  }
});

it('[a13] writes to nobody who has read, is gone, may not see the ticket or has no address, and about nothing that is gone', async () => {
  const scenes = await Promise.all(Array.from({ length: 6 }, () => openScene()));
  const [read, gone, deleted, unreachable, odd, removed] = scenes as [Scene, Scene, Scene, Scene, Scene, Scene];
  const words = await Promise.all(scenes.map(({ agent, ticket }) => say(agent.actor, ticket.id, 'A word')));
  const { db } = gateway.app.services;
  await markRead(read.customer.actor, read.ticket.id);
  await deactivate(gateway, gone.customer.id);
  await call(deleted.agent.actor, 'deleteTicket', 'DeleteTicketInput', { ticketId: deleted.ticket.id });
  await db.query('update users set email = null where email = $1', [unreachable.customer.email]);
  await db.query(`update users set email = $2 where email = $1`, [odd.customer.email, `${odd.customer.email}\nx`]);
  await remove(removed.agent.actor, words[5] as Comment);
  await allTold();
  for (const { customer } of scenes) expect(server.to(customer.email)).toEqual([]);
});

it('[a13] asks once more when the letter is sent, so that nothing goes out that was read or removed meanwhile', async () => {
  const [read, removed] = [await openScene(), await openScene()];
  server.mood = 'busy';
  const { refused } = server;
  for (const { agent, ticket } of [read, removed]) await say(agent.actor, ticket.id, 'First');
  const second = await say(removed.agent.actor, removed.ticket.id, 'Second');
  await makeDigests();
  await server.until(() => server.refused >= refused + 2);
  await markRead(read.customer.actor, read.ticket.id);
  await remove(removed.agent.actor, second);
  server.mood = 'open';
  const { text } = await letterTo(removed.customer.email);
  expect(text).toContain('First');
  expect(text).not.toContain('Second');
  await allTold();
  expect(server.to(read.customer.email)).toEqual([]);
});

it('[a13] writes to nobody who is connected, and once they have left to whoever has not read', async () => {
  const { customer, agent, ticket } = await openScene(eager);
  const document = 'subscription ($id: ID!) { event: conversationEvents(ticketId: $id) { __typename } }';
  const live = customer.actor.subscribe<{ event: { __typename: string } }>(document, { id: ticket.id });
  expect((await live.data()).event.__typename).toBe('Checkpoint');
  await noted(customer.email, true);
  await say(agent.actor, ticket.id, 'Look here');
  expect((await live.data()).event.__typename).toBe('CommentAdded');
  await allTold();
  expect(server.to(customer.email)).toEqual([]);
  await putOff(ticket, 2);
  await customer.actor.leave();
  await noted(customer.email, false);
  expect((await letterTo(customer.email)).text).toContain('> Look here');
  await allTold();
  expect(server.to(customer.email)).toHaveLength(1);
});

it.each([
  ['ru-RU', 'новые комментарии: 1'],
  ['pt-BR', 'a new comment'],
  ['constructor', 'a new comment'],
])('[a13] writes in the language of a token that says %s, or else in its own', async (locale, subject) => {
  const [customer, agent] = [await newPerson('customer', 'Anna', locale), await newPerson('agent', 'Boris')];
  const { id } = await openTicket(customer.actor, { title: 'A printer' });
  await say(agent.actor, id, 'A word');
  expect((await letterTo(customer.email)).subject).toContain(subject);
});

it('tells of every comment once, however many are written while digests are made', async () => {
  const { customer, agent, ticket } = await openScene(eager);
  const told = (): string[] => server.to(customer.email).flatMap(({ text }) => text.match(/Word \d+/g) ?? []);
  // A letter shows 50 at most, and all may be written before the first is made.
  const bodies = Array.from({ length: 48 }, (_, n) => `Word ${n}`);
  for (let n = 0; n < bodies.length; n += 4) {
    await Promise.all(bodies.slice(n, n + 4).map((body) => say(agent.actor, ticket.id, body)));
  }
  await server.until(() => told().length >= bodies.length);
  await allTold();
  expect(told().sort()).toEqual([...bodies].sort());
});

it('writes no digests when they are off, and one statement more for a comment when they are on', async () => {
  const silent = await TestGateway.start();
  const document = `mutation ($input: AddCommentInput!) { addComment(input: $input) { replayed } }`;
  const { customer, agent, ticket } = await openScene();
  const statements = async (at: TestGateway, { token }: Actor): Promise<string[]> => {
    const actor = at.withToken(token);
    await actor.run('{ viewer { id } }');
    at.statements.take();
    await actor.run(document, { input: { ticketId: ticket.id, body: 'A word' } });
    return at.statements.take().slice(1);
  };
  expect(await statements(silent, agent.actor)).toHaveLength(2);
  const withJob = await statements(gateway, customer.actor);
  expect(withJob.filter((sql) => !sql.includes('pgboss'))).toHaveLength(2);
  expect(withJob.filter((sql) => sql.includes('pgboss'))).toHaveLength(1);
  await letterTo(agent.email);
  await silent.stop();
});
