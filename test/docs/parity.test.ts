import { existsSync, readFileSync } from 'node:fs';
import { uuidOf } from '../../src/global-id.js';
import { feedCursor } from '../feed/support.js';
import { upload } from '../files/support.js';
import { type Actor, newHumanId, TestGateway } from '../support/gateway.js';
import { done, idOf, openTicket, say, whoIs } from '../tickets/support.js';

interface Row {
  id: string;
  here: string;
  proof: string;
}

interface Example {
  name: string;
  actor: 'customer' | 'agent' | 'admin';
  document: string;
  answer: string;
}

const text = readFileSync('docs/parity.md', 'utf8');

const rowsOf = (page: string): Row[] =>
  [...page.matchAll(/^\| (?<id>[a-ex]\d+) +\|[^|]+\| (?<here>[^|]+?) +\| `(?<proof>[^`]+)` +\|$/gm)].map(
    ({ groups }) => groups as unknown as Row,
  );

const pattern =
  /^### (?<name>.+)\n\nSent by an? (?<actor>customer|agent|admin):\n\n```graphql\n(?<document>[^`]+)```\n\n```json\n(?<answer>[^`]+)```/gm;
const examples = [...text.matchAll(pattern)].map(({ groups }) => groups as unknown as Example);
const rows = rowsOf(text);

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

interface Stage {
  actors: Record<Example['actor'], Actor>;
  /** What stands for a text in angle brackets. */
  names: Record<string, string>;
}

/** People, a ticket with all that belongs to it, and a closed one. */
async function setTheStage(): Promise<Stage> {
  const { agent, admin } = await gateway.cast();
  const email = `${newHumanId('someone').toLowerCase()}@example.com`;
  const customer = await gateway.signIn({
    role: 'customer',
    organization: newHumanId('ORG'),
    projects: ['web'],
    email,
    name: 'Customer',
  });
  const user = await gateway.signIn({ role: 'customer', name: 'Somebody' });
  const feedStart = await feedCursor(agent);
  const contact = { mainEmail: 'desk@example.com', preferredContactMethod: 'email' };
  const subject = { externalSubjectId: '1', topicKey: 'servers', accessLevel: 'PROJECT_USERS', projectKey: 'web' };
  const ticket = await openTicket(customer, { title: 'The shop is slow', ...subject, contact });
  const own = await say(customer, ticket.id, 'It takes ten seconds to open the shop, slow as never before.');
  const comment = await say(agent, ticket.id, 'One of two servers is down.');
  await done(customer, 'closeTicket', {
    ticketId: (await openTicket(customer, { title: 'Closed' })).id,
    score: 4,
  });
  const closed = await openTicket(customer, { title: 'Closed as well' });
  await done(customer, 'closeTicket', { ticketId: closed.id });
  const { db } = gateway.app.services;
  const [group] = await db.query<{ id: string }>(
    `with made as (insert into groups (name) values ($1) returning id), member as
       (insert into group_members select id, $2::uuid from made) select id from made`,
    [newHumanId('Desk'), uuidOf('User', await idOf(agent))],
  );
  const { attributes } = (
    await agent.run<{ ticket: { attributes: { id: string }[] } }>(
      'query ($id: ID!) { ticket(id: $id) { attributes { id } } }',
      { id: ticket.id },
    )
  ).ticket;
  return {
    actors: { customer, agent, admin },
    names: {
      ticket: ticket.id,
      'closed ticket': closed.id,
      'human id': ticket.humanId,
      number: String(ticket.number),
      cursor: ticket.conversation.headCursor,
      'feed cursor': feedStart,
      comment: comment.id,
      'own comment': own.id,
      attribute: attributes[0]?.id ?? '',
      user: await idOf(user),
      agent: await idOf(agent),
      file: await upload(customer),
      group: `grp_${group?.id}`,
      organization: (await whoIs(customer)).organization?.id ?? '',
      email,
    },
  };
}

/** What an answer is made of: names of fields, kinds of values, and of lists their first item. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 ? [shapeOf(value[0])] : [];
  if (typeof value !== 'object' || value === null) return value === null ? null : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, shapeOf(field)]));
}

it('links every line to a document that stands below, or to another page', () => {
  const anchors = examples.map(({ name }) => `#${name.toLowerCase().replaceAll(' ', '-')}`);
  const links = rows.flatMap(({ here }) => [...here.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target as string));
  for (const target of links) {
    if (target.startsWith('#')) expect(anchors).toContain(target);
    else expect(existsSync(`docs/${target}`)).toBe(true);
  }
  expect(new Set(anchors)).toEqual(new Set(links.filter((target) => target.startsWith('#'))));
});

it('names for every line a test that names the line', () => {
  expect(rows.length).toBeGreaterThan(100);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  const unproved = rows.filter(({ id, proof }) => {
    const titles = existsSync(proof) ? readFileSync(proof, 'utf8') : '';
    return !new RegExp(`\\[(?:[a-ex]\\d+[, ]+)*${id}(?:[, ]+[a-ex]\\d+)*\\]`).test(titles);
  });
  expect(unproved).toEqual([]);
});

it('is found out when a line, a document or its answer is missing', () => {
  expect(rowsOf(text.replace('| a1 ', '| 1 '))).toHaveLength(rows.length - 1);
  const headings = text.slice(text.indexOf('## The documents')).match(/^### /gm) ?? [];
  expect(examples).toHaveLength(headings.length);
  expect([...text.replace('```json', '```').matchAll(pattern)]).toHaveLength(examples.length - 1);
});

it.each(examples.map((example) => [example.name, example] as const))(
  'answers what the page says: %s',
  async (_name, { actor, document, answer }) => {
    const { actors, names } = await setTheStage();
    const sent = document.replace(/<([a-z ]+)>/g, (placeholder, name: string) => names[name] ?? placeholder);
    expect(sent).not.toMatch(/<[a-z ]+>/);
    const isSubscription = document.startsWith('subscription');
    const answered = isSubscription ? await actors[actor].subscribe(sent).next() : await actors[actor].send(sent);
    expect(shapeOf(answered)).toEqual(shapeOf(JSON.parse(answer)));
    expect(answered).not.toHaveProperty('errors');
  },
);
