import { type Actor, TestGateway } from '../support/gateway.js';
import { TicketsDocument, TicketsPageDocument } from '../support/_generated.js';
import { done, idOf, openTicket, say } from '../tickets/support.js';
import { list, pageOf } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const everyAnswer = async (actor: Actor, query: string): Promise<unknown[]> => {
  const answers: unknown[] = [];
  const orders = ['UPDATED_AT', 'CREATED_AT', 'NUMBER', 'TITLE', 'STATUS', 'PRIORITY'] as const;
  for (const field of orders) answers.push(await actor.run(TicketsDocument, { orderBy: { field, direction: 'DESC' } }));
  const filters = [
    { lastCommentBy: 'AGENT' },
    { isClientRead: true },
    { isMember: true },
    { mine: true },
    { isOpen: true },
  ] as const;
  for (const filter of filters) answers.push(await actor.run(TicketsDocument, { filter }));
  answers.push(await actor.run(TicketsPageDocument, { itemsPerPage: 1, page: 2 }));
  answers.push(await actor.run(TicketsDocument, { query }));
  answers.push(await actor.run(TicketsPageDocument, { query }));
  answers.push(
    await actor.run(TicketsDocument, { query: 'spoken', orderBy: { field: 'RELEVANCE', direction: 'DESC' } }),
  );
  return answers;
};

it('[a1, c5, c7] shows staff all tickets and others those that they take part in or that are open to them', async () => {
  const { customer, teammate, stranger, agent, admin } = await gateway.cast();
  const mentioned = await gateway.signIn({ role: 'customer', organization: 'ORG-mentioned' });
  await openTicket(customer, { title: 'Shared', body: 'puffin' });
  const own = await openTicket(customer, { title: 'Own', body: 'puffin', accessLevel: 'PRIVATE' });
  await say(agent, own.id, 'Look at this', { mentionIds: [await idOf(mentioned)] });
  const expected = new Map([
    [customer, ['Own', 'Shared']],
    [teammate, ['Shared']],
    [mentioned, ['Own']],
    [stranger, []],
    [agent, ['Own', 'Shared']],
    [admin, ['Own', 'Shared']],
  ]);
  const orderBy = { field: 'TITLE', direction: 'ASC' } as const;
  for (const [actor, seen] of expected) {
    for (const query of [undefined, 'puffin']) {
      const { nodes, totalCount } = await list(actor, { query, orderBy });
      const page = await pageOf(actor, { query, orderBy });
      expect(nodes.map(({ title }) => title)).toEqual(seen);
      expect(page.items.map(({ title }) => title)).toEqual(seen);
      expect([totalCount, page.itemCount]).toEqual([seen.length, seen.length]);
    }
  }
  expect((await list(stranger, { filter: { number: [1, 2, 3] } })).nodes).toEqual([]);
  expect((await list(stranger, { filter: { not: { title: 'x' } } })).nodes).toEqual([]);
});

it('[a1] tells customers nothing of notes: neither lists, counts, cursors, filters nor searches change by a byte', async () => {
  const { customer, teammate, agent } = await gateway.cast();
  const first = await openTicket(customer, { title: 'First', body: 'Spoken' });
  await openTicket(customer, { title: 'Second', body: 'Spoken too' });
  await say(agent, first.id, 'An answer');
  const before = [await everyAnswer(customer, 'cassowary'), await everyAnswer(teammate, 'cassowary')];
  await say(agent, first.id, 'A cassowary among us', { visibility: 'INTERNAL' });
  await done(agent, 'joinTicket', { ticketId: first.id });
  await say(await gateway.signIn({ role: 'admin' }), first.id, 'Two cassowaries', { visibility: 'INTERNAL' });
  const after = [await everyAnswer(customer, 'cassowary'), await everyAnswer(teammate, 'cassowary')];
  expect(JSON.stringify(after)).toBe(JSON.stringify(before));
  expect((await list(agent, { query: 'cassowary' })).nodes).toMatchObject([{ title: 'First' }]);
});

it('[a1] does not show a ticket any longer once it is deleted, to anybody', async () => {
  const { customer, agent } = await gateway.cast();
  const { id } = await openTicket(customer, { title: 'Dodo', body: 'dodo' });
  await gateway.app.services.db.query('update tickets set deleted_at = now() where id = $1', [id.slice(4)]);
  for (const actor of [customer, agent]) {
    expect(await list(actor, { query: 'dodo' })).toMatchObject({ nodes: [], totalCount: 0 });
    expect(await list(actor, { filter: { title: 'Dodo' } })).toMatchObject({ nodes: [], totalCount: 0 });
  }
});
