import { done, idOf, type Input, openTicket, say } from '../tickets/support.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import type { Listener } from '../support/listener.js';
import type { TicketFilter } from '../support/_generated.js';
import { type FeedEvent, feedCursor, fetchList, follow, followTickets } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const sql = (text: string, values: unknown[] = []): Promise<unknown[]> => gateway.app.services.db.query(text, values);

const update = (actor: Actor, ticketId: string, input: Input): Promise<unknown> =>
  done(actor, 'updateTicket', { ticketId, ...input });

const remove = (actor: Actor, ticketId: string): Promise<unknown> =>
  actor.run('mutation ($input: DeleteTicketInput!) { deleteTicket(input: $input) { deletedTicketId } }', {
    input: { ticketId },
  });

const open = async (actor: Actor, input: Input = {}): Promise<string> =>
  (await openTicket(actor, { title: 'A ticket', ...input })).id;

/** A filter that matches the tickets of one test alone, as long as they have the priority. */
function scene(priorityKey = 'high') {
  const externalSubjectId = `s-${Math.random()}`;
  return { externalSubjectId, filter: { externalSubjectId: [externalSubjectId], priorityKey: [priorityKey] } };
}

/** Follows from now on. */
async function followed(actor: Actor, filter: TicketFilter) {
  const feed = follow(actor, { filter });
  const checkpoint = await feed.next();
  expect(checkpoint).toMatchObject({ change: 'CHECKPOINT', ticketId: null, ticket: null });
  return { ...feed, cursor: checkpoint.cursor };
}

const refusalOf = async (listener: Listener<{ ticketFeed: FeedEvent }>): Promise<any> =>
  (await listener.next()).errors?.[0]?.extensions;

const refusal = (actor: Actor, variables: object): Promise<any> =>
  refusalOf(actor.subscribe(followTickets, variables as Record<string, unknown>));

it('[a13] tells staff of a new ticket, and of tickets that enter, change in and leave what they follow', async () => {
  const { customer, agent } = await gateway.cast();
  const { externalSubjectId, filter } = scene();
  const { next } = await followed(agent, filter);
  const id = await open(customer, { externalSubjectId });
  await update(agent, id, { priorityKey: 'high' });
  expect(await next()).toMatchObject({ change: 'ENTERED', ticketId: id, ticket: { id } });
  await update(agent, id, { title: 'Another title' });
  expect(await next()).toMatchObject({ change: 'UPDATED', ticketId: id, ticket: { title: 'Another title' } });
  await say(agent, id, 'A note', { visibility: 'INTERNAL' });
  expect(await next()).toMatchObject({ change: 'UPDATED', ticketId: id });
  await update(agent, id, { priorityKey: 'low' });
  expect(await next()).toMatchObject({ change: 'LEFT', ticketId: id, ticket: { id } });
  const all = await followed(agent, { externalSubjectId: [externalSubjectId] });
  const second = await open(customer, { externalSubjectId, body: 'Help' });
  expect(await all.next()).toMatchObject({ change: 'ENTERED', ticketId: second });
});

it('tells all that one mutation does to a ticket at once', async () => {
  const { customer, agent } = await gateway.cast();
  const { externalSubjectId } = scene();
  const { next, listener } = await followed(agent, { externalSubjectId: [externalSubjectId] });
  const id = await open(customer, { externalSubjectId, body: 'Help' });
  await say(agent, id, 'An answer');
  await remove(agent, id);
  const changes = [await next(), await next(), await next()].map(({ change }) => change);
  expect(changes).toEqual(['ENTERED', 'UPDATED', 'LEFT']);
  expect(listener.pending).toBe(0);
});

it('tells that a ticket has left when it is deleted, and of the ticket nothing more', async () => {
  const { customer, agent } = await gateway.cast();
  const { externalSubjectId } = scene();
  const id = await open(customer, { externalSubjectId });
  const { next } = await followed(agent, { externalSubjectId: [externalSubjectId] });
  await remove(agent, id);
  expect(await next()).toMatchObject({ change: 'LEFT', ticketId: id, ticket: null });
});

it('tells that the customer has read, although that is no new version', async () => {
  const { customer, agent } = await gateway.cast();
  const { externalSubjectId } = scene();
  const id = await open(customer, { externalSubjectId });
  await say(agent, id, 'An answer');
  const { next } = await followed(agent, { externalSubjectId: [externalSubjectId], isClientRead: false });
  await done(customer, 'markTicketRead', { ticketId: id });
  expect(await next()).toMatchObject({ change: 'LEFT', ticketId: id, ticket: { isClientRead: true } });
});

it('goes on from the position of a list, and says when it has caught up', async () => {
  const { customer, agent } = await gateway.cast();
  const { externalSubjectId } = scene();
  const filter = { externalSubjectId: [externalSubjectId] };
  const first = await open(customer, { externalSubjectId });
  const live = await followed(agent, filter);
  const { feedCursor: after, nodes } = await fetchList(agent, filter);
  expect(nodes.map(({ id }) => id)).toEqual([first]);
  const second = await open(customer, { externalSubjectId });
  while ((await live.next()).ticketId !== second);
  const resumed = follow(agent, { filter, after });
  let event = await resumed.next();
  // What was not numbered yet when the list was read is told once more.
  while (event.ticketId === first) event = await resumed.next();
  expect(event).toMatchObject({ change: 'ENTERED', ticketId: second });
  const checkpoint = await resumed.next();
  expect(checkpoint.change).toBe('CHECKPOINT');
  const again = follow(agent, { filter, after: checkpoint.cursor });
  expect((await again.next()).change).toBe('CHECKPOINT');
  const { next } = follow(agent, { filter, after: event.cursor });
  expect((await next()).change).toBe('CHECKPOINT');
});

it('shows each who is in it by their own id', async () => {
  const { customer, agent, admin } = await gateway.cast();
  const { externalSubjectId } = scene();
  const filter = { externalSubjectId: [externalSubjectId], isMember: true };
  const [mine, others] = [await followed(agent, filter), await followed(admin, filter)];
  const id = await open(customer, { externalSubjectId });
  await done(admin, 'joinTicket', { ticketId: id });
  await done(agent, 'joinTicket', { ticketId: id });
  expect(await mine.next()).toMatchObject({ change: 'ENTERED', ticketId: id });
  const changes = [await others.next(), await others.next()];
  expect(changes.map(({ change }) => change)).toEqual(['ENTERED', 'UPDATED']);
});

it('gives customers no position, and refuses them the feed', async () => {
  const { customer } = await gateway.cast();
  expect(await feedCursor(customer)).toBeNull();
  expect(await refusal(customer, {})).toMatchObject({ code: 'FORBIDDEN' });
});

it('refuses a filter that a list refuses, by the same name', async () => {
  const { agent } = await gateway.cast();
  const filter = { title: ' ' };
  expect(await refusal(agent, { filter })).toMatchObject({ code: 'VALIDATION_FAILED', argument: ['filter', 'title'] });
});

it('refuses positions that are no positions of this feed', async () => {
  const { agent, customer } = await gateway.cast();
  const cursor = await feedCursor(agent);
  const { conversation } = await openTicket(customer);
  const other = (pattern: RegExp, text: string): string =>
    Buffer.from(Buffer.from(cursor, 'base64url').toString().replace(pattern, text)).toString('base64url');
  for (const after of ['', 'nonsense', conversation.headCursor]) {
    expect(await refusal(agent, { after })).toMatchObject({ code: 'VALIDATION_FAILED', argument: ['after'] });
  }
  for (const after of [other(/f\.\d+/, 'f.999999999'), other(/^.{8}/, '00000000')]) {
    expect(await refusal(agent, { after })).toMatchObject({ code: 'CURSOR_EXPIRED', argument: ['after'] });
  }
});

it('refuses to go on where what comes next is no longer kept', async () => {
  const { agent, customer } = await gateway.cast();
  const live = await followed(agent, {});
  const after = live.cursor;
  const ids = [await open(customer), await open(customer)];
  for (const id of ids) while ((await live.next()).ticketId !== id);
  await sql('delete from ticket_feed where position = (select min(position) from ticket_feed where ticket_id = $1)', [
    ids[0]!.slice(4),
  ]);
  // A gateway that has yet to read it: this one has it at hand.
  const other = await TestGateway.start();
  try {
    expect(await refusal(other.withToken(agent.token), { after })).toMatchObject({ code: 'CURSOR_EXPIRED' });
  } finally {
    await other.stop();
  }
});

it('ends a feed when the rights of whoever listens change, before anything more is delivered', async () => {
  const { customer, agent, admin } = await gateway.cast();
  const { externalSubjectId } = scene();
  const filter = { externalSubjectId: [externalSubjectId] };
  const [lost, kept] = [await followed(agent, filter), await followed(admin, filter)];
  await sql(`update users set role = 'CUSTOMER', access_version = access_version + 1 where id = $1`, [
    (await idOf(agent)).slice(4),
  ]);
  await open(customer, { externalSubjectId });
  expect(await refusalOf(lost.listener)).toMatchObject({ code: 'CURSOR_EXPIRED' });
  expect(await lost.listener.ended()).toBeUndefined();
  expect((await kept.next()).change).toBe('ENTERED');
});

it('ends the feed of somebody who was deactivated, although nothing happens in it', async () => {
  const { agent } = await gateway.cast();
  const id = await idOf(agent);
  const { listener } = await followed(agent, { title: 'no such title' });
  await sql('update users set is_active = false, access_version = access_version + 1 where id = $1', [id.slice(4)]);
  expect(await refusalOf(listener)).toMatchObject({ code: 'UNAUTHENTICATED' });
});

const upsertState = `mutation ($input: UpsertStateInput!) { upsertState(input: $input) { replayed } }`;
const upsertTopic = `mutation ($input: UpsertTopicInput!) { upsertTopic(input: $input) { replayed } }`;
const names = { names: [{ locale: 'en', value: 'Name' }], rank: 9 };
const newKey = (): string => `k-${Math.trunc(Math.random() * 1e12)}`;

/** What changes what a filter looks up, in the hands of an admin. */
const lookUps: [what: string, prepare: (admin: Actor) => Promise<{ filter: TicketFilter; act: () => Promise<any> }>][] =
  [
    [
      'the category of a status',
      async (admin) => {
        const key = newKey();
        const state = (category: string) =>
          admin.run(upsertState, { input: { type: 'STATE', key, category, ...names } });
        await state('OPEN');
        return { filter: { statusCategory: ['WAITING'] }, act: () => state('WAITING') };
      },
    ],
    [
      'a state with a key that there was not',
      (admin) => {
        const key = newKey();
        const act = () => admin.run(upsertState, { input: { type: 'STAGE', key, ...names } });
        return Promise.resolve({ filter: { not: { stageKey: [key] } }, act });
      },
    ],
    [
      'a subtopic',
      async (admin) => {
        const key = newKey();
        await admin.run(upsertTopic, { input: { key, ...names } });
        const act = () => admin.run(upsertTopic, { input: { key: newKey(), parentKey: key, ...names } });
        return { filter: { topicKey: [key] }, act };
      },
    ],
    [
      'a project with the key in another organization',
      (admin) => {
        const key = newKey();
        const act = () => gateway.signIn({ role: 'customer', organization: newKey(), projects: [key] }).then(idOf);
        return Promise.resolve({ filter: { or: [{ projectKey: [key] }, { isOpen: true }] }, act: admin ? act : act });
      },
    ],
    [
      'whose an e-mail address is',
      async (admin) => {
        const email = `${newKey()}@example.com`;
        const userId = await idOf(await gateway.signIn({ role: 'customer' }));
        const act = () =>
          admin.run(`mutation ($input: UpdateUserInput!) { updateUser(input: $input) { replayed } }`, {
            input: { userId, email },
          });
        return { filter: { authorEmail: [email] }, act };
      },
    ],
  ];

it.each(lookUps)('ends a feed, and refuses its positions, when %s is another', async (_what, prepare) => {
  const { agent, admin } = await gateway.cast();
  const { filter, act } = await prepare(admin);
  const { listener, cursor } = await followed(agent, filter);
  const other = await followed(agent, { title: 'no such title' });
  await act();
  expect(await refusalOf(listener)).toMatchObject({ code: 'CURSOR_EXPIRED' });
  expect(await listener.ended()).toBeUndefined();
  expect(await refusal(agent, { filter, after: cursor })).toMatchObject({
    code: 'CURSOR_EXPIRED',
    argument: ['after'],
  });
  // A filter that looks nothing up has nothing to fear.
  expect((await follow(agent, { after: other.cursor, filter: { title: 'no such title' } }).next()).change).toBe(
    'CHECKPOINT',
  );
  other.listener.stop();
});

it('lets a feed go on when what its filter looks up is the same as before', async () => {
  const { customer, agent, admin } = await gateway.cast();
  const { externalSubjectId, filter } = scene('low');
  const { next } = await followed(agent, filter);
  await admin.run(upsertState, { input: { type: 'STAGE', key: newKey(), ...names } });
  const id = await open(customer, { externalSubjectId });
  expect(await next()).toMatchObject({ change: 'ENTERED', ticketId: id });
});

it('reads what is new once for all who listen', async () => {
  const { customer, agent } = await gateway.cast();
  const { externalSubjectId } = scene();
  const filter = { externalSubjectId: [externalSubjectId] };
  const feeds = await Promise.all(Array.from({ length: 12 }, () => followed(agent, filter)));
  gateway.statements.take();
  await open(customer, { externalSubjectId });
  for (const { next } of feeds) expect((await next()).change).toBe('ENTERED');
  const reads = gateway.statements.take().filter((text) => text.includes('from ticket_feed f'));
  // One for the news and, where it takes long, some for the looks of every second and the rights of those who are slower.
  expect(reads.length).toBeLessThan(feeds.length);
});
