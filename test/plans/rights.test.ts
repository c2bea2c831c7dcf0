import { openTicket } from '../support/documents.js';
import { type Actor, newHumanId, TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const thread = 'query ($id: ID!) { ticket(id: $id) { title comments(first: 50) { nodes { body } } } }';
const inbox = '{ tickets(first: 50) { nodes { id title } } }';

/** A ticket of somebody, and a teammate who sees it because of their organization. */
async function sharedTicket(): Promise<{ teammate: Actor; id: string; userId: string }> {
  const organization = newHumanId('ORG');
  const customer = await gateway.signIn({ role: 'customer', organization });
  const teammate = await gateway.signIn({ role: 'customer', organization });
  const input = { title: 'Shared', body: 'A word', accessLevel: 'ACCOUNT_USERS' };
  const { ticket } = (await customer.run(openTicket, { input })).createTicket;
  const { viewer } = await teammate.run('{ viewer { id } }');
  return { teammate, id: ticket.id, userId: viewer.id.slice(4) };
}

const statements = (): string[] => gateway.statements.take();

it('tells who asks and answers a thread or an inbox by one statement, once it has seen the token', async () => {
  const { teammate, id } = await sharedTicket();
  for (const [document, variables] of [
    [thread, { id }],
    [inbox, {}],
  ] as const) {
    statements();
    await teammate.run(document, variables);
    expect(statements()).toHaveLength(1);
  }
});

it('leaves a text that is asked for under many names to the resolvers: the database would write it as often', async () => {
  const { teammate, id } = await sharedTicket();
  const names = Array.from({ length: 30 }, (_, n) => `b${n}: body`).join(' ');
  statements();
  await teammate.run(`query ($id: ID!) { ticket(id: $id) { comments(first: 50) { nodes { ${names} } } } }`, { id });
  expect(statements().filter((sql) => sql.includes(' as json'))).toEqual([]);
});

it('answers by the rights of now somebody whose rights have changed since their last request', async () => {
  const { teammate, id, userId } = await sharedTicket();
  expect((await teammate.run(thread, { id })).ticket).toMatchObject({ title: 'Shared' });
  await gateway.app.services.db.query(
    'update users set organization_id = null, access_version = access_version + 1 where id = $1',
    [userId],
  );
  statements();
  expect(await teammate.run(thread, { id })).toEqual({ ticket: null });
  // What was written by the rights of before, who asks now, and what they may see.
  expect(statements()).toHaveLength(3);
  expect((await teammate.run(inbox)).tickets.nodes).toEqual([]);
});

it('answers at once what somebody may see since a moment ago', async () => {
  const { teammate, id, userId } = await sharedTicket();
  const [{ organizationId }] = (await gateway.app.services.db.query(
    'update users u set organization_id = null, access_version = u.access_version + 1 from users o where u.id = $1 and o.id = u.id returning o.organization_id as "organizationId"',
    [userId],
  )) as [{ organizationId: string }];
  expect(await teammate.run(thread, { id })).toEqual({ ticket: null });
  await gateway.app.services.db.query(
    'update users set organization_id = $2, access_version = access_version + 1 where id = $1',
    [userId, organizationId],
  );
  // No row of a ticket tells that the rights have changed.
  expect((await teammate.run(thread, { id })).ticket).toMatchObject({ title: 'Shared' });
});

it('finds out who asks before resolvers answer what the database could not write', async () => {
  const { teammate, id, userId } = await sharedTicket();
  const { db } = gateway.app.services;
  await db.query('update users set organization_id = null, access_version = access_version + 1 where id = $1', [
    userId,
  ]);
  const query = db.query.bind(db);
  jest.spyOn(db, 'query').mockImplementation((sql, values) => {
    if (!sql.includes(' as json')) return query(sql, values);
    jest.restoreAllMocks();
    return Promise.reject(new Error('out of order'));
  });
  expect(await teammate.run(thread, { id })).toEqual({ ticket: null });
});

it.each([
  ['a query that the database answers', thread],
  ['a query that resolvers answer', '{ viewer { id } }'],
  ['a mutation', 'mutation { createTicket(input: { title: "Mine" }) { replayed } }'],
])('refuses %s of somebody who may not sign in any more as at the door', async (_name, query) => {
  const { teammate, id, userId } = await sharedTicket();
  await gateway.app.services.db.query(
    'update users set is_active = false, access_version = access_version + 1 where id = $1',
    [userId],
  );
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${teammate.token}` };
  const ask = (authorization: object): Promise<Response> =>
    fetch(gateway.url, {
      method: 'POST',
      headers: { ...headers, ...authorization },
      body: JSON.stringify({ query, variables: { id } }),
    });
  const refused = await ask({});
  const atTheDoor = await ask({ Authorization: 'Bearer none' });
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  expect(await refused.text()).toBe(await atTheDoor.text());
  // There the body is not read, and the connection closed therefore.
  const ofConnection = ['connection', 'keep-alive'];
  const fields = ({ headers: all }: Response): string[] =>
    [...all.keys()].filter((name) => !ofConnection.includes(name)).sort();
  expect(fields(refused)).toEqual(fields(atTheDoor));
});
