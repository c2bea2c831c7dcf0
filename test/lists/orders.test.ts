import type { TicketOrder } from '../support/_generated.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { insertTickets, list, pageOf, stateId, titles } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const day = (n: number): string => `2026-02-0${n}T10:00:00.000Z`;

/** Four tickets that every order puts into another one. */
async function four(): Promise<Actor> {
  const author = await gateway.signIn({ role: 'customer' });
  const [created, waiting, closed] = await Promise.all(
    ['created', 'waiting', 'closed'].map((key) => stateId(gateway, 'STATE', key)),
  );
  const [low, high, urgent] = await Promise.all(
    ['low', 'high', 'urgent'].map((key) => stateId(gateway, 'PRIORITY', key)),
  );
  await insertTickets(gateway, author, [
    { title: 'b', created_at: day(1), updated_at: day(4), status_id: closed, priority_id: high, closed_at: day(4) },
    { title: 'Ä', created_at: day(2), updated_at: day(2), status_id: created, priority_id: urgent },
    { title: 'я', created_at: day(3), updated_at: day(5), status_id: waiting, priority_id: low },
    {
      title: 'Ёлка',
      created_at: day(4),
      updated_at: day(1),
      status_id: created,
      priority_id: low,
    },
  ]);
  return author;
}

it('[e13, e34] orders by every field in both directions, status and priority by rank, and ids decide among equals', async () => {
  const author = await four();
  const ascending: Record<string, string[]> = {
    CREATED_AT: ['b', 'Ä', 'я', 'Ёлка'],
    UPDATED_AT: ['Ёлка', 'Ä', 'b', 'я'],
    NUMBER: ['b', 'Ä', 'я', 'Ёлка'],
    TITLE: ['Ä', 'b', 'Ёлка', 'я'],
  };
  for (const [field, expected] of Object.entries(ascending)) {
    const order = (direction: 'ASC' | 'DESC') => titles(author, null, { field, direction } as TicketOrder);
    expect({ field, found: await order('ASC') }).toEqual({ field, found: expected });
    expect({ field, found: await order('DESC') }).toEqual({ field, found: expected.toReversed() });
  }
  const status = await titles(author, null, { field: 'STATUS', direction: 'ASC' });
  expect([status.slice(0, 2).sort(), status.slice(2)]).toEqual([
    ['Ä', 'Ёлка'],
    ['я', 'b'],
  ]);
  expect(await titles(author, null, { field: 'STATUS', direction: 'DESC' })).toEqual(status.toReversed());
  const { nodes } = await list(author, { orderBy: { field: 'STATUS', direction: 'ASC' } });
  expect(nodes[0]!.id < nodes[1]!.id).toBe(true);
  const priority = await titles(author, null, { field: 'PRIORITY', direction: 'DESC' });
  expect([priority.slice(0, 2), priority.slice(2).sort()]).toEqual([
    ['Ä', 'b'],
    ['Ёлка', 'я'],
  ]);
});

it('[e13, e34] begins with what changed last when nothing is said, and takes either half of an order', async () => {
  const author = await four();
  const newest = ['я', 'b', 'Ä', 'Ёлка'];
  const found = async (orderBy: unknown): Promise<string[]> =>
    (await list(author, { orderBy: orderBy as TicketOrder })).nodes.map(({ title }) => title);
  expect(await found(undefined)).toEqual(newest);
  expect(await found(null)).toEqual(newest);
  expect(await found({})).toEqual(newest);
  expect(await found({ direction: 'ASC' })).toEqual(newest.toReversed());
  expect(await found({ field: 'NUMBER' })).toEqual(['Ёлка', 'я', 'Ä', 'b']);
  expect((await pageOf(author)).items.map(({ title }) => title)).toEqual(newest);
});

it.each(['CREATED_AT', 'UPDATED_AT', 'NUMBER', 'TITLE', 'STATUS', 'PRIORITY'] as const)(
  '[e13] takes cursors of the order %s in both directions and no other cursors',
  async (field) => {
    const author = await four();
    const { edges } = await list(author, { orderBy: { field, direction: 'ASC' } });
    const after = edges[1]!.cursor;
    const rest = await list(author, { orderBy: { field, direction: 'ASC' }, after });
    expect(rest.edges).toEqual(edges.slice(2));
    const back = await list(author, { orderBy: { field, direction: 'DESC' }, after });
    expect(back.edges).toEqual([edges[0]]);
    const other = field === 'NUMBER' ? 'TITLE' : 'NUMBER';
    const { errors } = await author.send(
      'query ($after: Cursor, $orderBy: TicketOrder) { tickets(after: $after, orderBy: $orderBy) { nodes { id } } }',
      {
        after,
        orderBy: { field: other },
      },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'VALIDATION_FAILED', argument: ['after'] } }]);
  },
);
