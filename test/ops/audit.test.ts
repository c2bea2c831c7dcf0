import { auditLog } from '../support/documents.js';
import { peopleRows, prepareObjects } from '../people/rights-rows.js';
import { post, send } from '../doors/support.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { done, openTicket, say } from '../tickets/support.js';
import { uuidOf } from '../../src/global-id.js';

interface Entry {
  id: string;
  at: string;
  actor: { id: string };
  operation: string;
  targetId: string | null;
  requestId: string | null;
  changes: { field: string; before: string | null; after: string | null }[];
}

let gateway: TestGateway;
let admin: Actor;
let adminId: string;
let agent: Actor;
beforeAll(async () => {
  gateway = await TestGateway.start();
  ({ admin, agent } = await gateway.cast());
  adminId = await idOf(admin);
});
afterAll(() => gateway.stop());

const idOf = async (actor: Actor): Promise<string> =>
  (await actor.run<{ viewer: { id: string } }>('{ viewer { id } }')).viewer.id;
const log = async (variables: object = {}): Promise<Entry[]> =>
  (await admin.run<{ auditLog: { nodes: Entry[] } }>(auditLog, { ...variables })).auditLog.nodes;
const count = async (): Promise<number> => {
  const [row] = await gateway.app.services.db.query<{ count: number }>('select count(*)::int from audit_log');
  return row?.count ?? NaN;
};

/** Calls a mutation of an admin; answers its only entry. */
async function entryOf(mutation: string, input: object, headers: Record<string, string> = {}): Promise<Entry> {
  const before = await count();
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { message } } }`;
  const authorization = `Bearer ${admin.token}`;
  const { text } = await post(gateway.url, { query, variables: { input } }, { authorization, ...headers });
  expect(JSON.parse(text)).toEqual({ data: { [mutation]: { userErrors: [] } } });
  expect(await count()).toBe(before + 1);
  const [entry] = await log({ first: 1 });
  return entry as Entry;
}
const make = async (mutation: string, input: object): Promise<string> =>
  (await entryOf(mutation, input)).targetId ?? '';
let made = 0;
const fresh = (what: string): string => `${what} ${++made}`;

describe('Whatever an admin does', () => {
  const rows = peopleRows.filter(([operation]) => operation.startsWith('Mutation.'));

  it.each(rows)('by %s (%s) is written down once, with who did it and to what', async (operation, _what, document) => {
    const variables = await prepareObjects(gateway, uuidOf('User', adminId) ?? '');
    const before = await count();
    const headers = { authorization: `Bearer ${admin.token}`, 'x-request-id': 'of-the-audit' };
    const { text } = await post(gateway.url, { query: document, variables }, headers);
    expect(JSON.parse(text)).toEqual({ data: { field: { replayed: false } } });
    expect(await count()).toBe(before + 1);
    const [entry] = await log({ first: 1 });
    expect(entry).toMatchObject({
      operation: operation.split('.')[1],
      actor: { id: adminId },
      requestId: 'of-the-audit',
    });
    const named = Object.values(variables).includes(entry?.targetId ?? '');
    expect(named || /\.(create|upsert)/.test(operation)).toBe(true);
    expect(Date.now() - Date.parse(entry?.at ?? '')).toBeLessThan(60_000);
  });

  it('is refused to customers and agents without an entry', async () => {
    const variables = await prepareObjects(gateway, uuidOf('User', adminId) ?? '');
    const before = await count();
    for (const [, , document] of rows) {
      expect((await agent.send(document, variables)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    expect(await count()).toBe(before);
  });
});

describe('What a member of staff removes', () => {
  it('is told of for good: a ticket, and a comment of whomever, but nothing that customers remove', async () => {
    const { customer } = await gateway.cast();
    const { id } = await openTicket(customer, { title: 'Gone soon' });
    const [{ id: mine }, { id: theirs }] = [await say(customer, id, 'Mine'), await say(customer, id, 'Theirs')];
    const before = await count();
    await done(customer, 'deleteComment', { commentId: mine });
    expect(await count()).toBe(before);
    await done(agent, 'deleteComment', { commentId: theirs });
    await agent.run('mutation ($input: DeleteTicketInput!) { deleteTicket(input: $input) { deletedTicketId } }', {
      input: { ticketId: id },
    });
    expect(await count()).toBe(before + 2);
    const [agentId, customerId] = [await idOf(agent), await idOf(customer)];
    const [ticket, comment] = await log({ first: 2 });
    expect(ticket).toMatchObject({ operation: 'deleteTicket', actor: { id: agentId }, targetId: id });
    expect(ticket?.changes).toEqual(expect.arrayContaining([{ field: 'title', before: 'Gone soon', after: null }]));
    expect(comment).toMatchObject({ operation: 'deleteComment', actor: { id: agentId }, targetId: theirs });
    expect(comment?.changes).toEqual(
      expect.arrayContaining([
        { field: 'ticketId', before: id, after: null },
        { field: 'authorId', before: customerId, after: null },
      ]),
    );
  });
});

describe('An entry tells what was different afterwards', () => {
  it('of a user, with ids that clients know', async () => {
    const organizationId = await make('createOrganization', { name: 'Company' });
    const projectId = await make('upsertProject', { organizationId, key: 'web', name: 'Web' });
    const email = `${fresh('somebody').replace(' ', '')}@example.com`;
    const created = await entryOf('createUser', { email, name: 'Somebody', role: 'AGENT' });
    expect(created.changes).toEqual(
      expect.arrayContaining([
        { field: 'email', before: null, after: email },
        { field: 'role', before: null, after: 'AGENT' },
        { field: 'isActive', before: null, after: 'true' },
      ]),
    );
    const userId = created.targetId ?? '';
    const groupId = await make('createGroup', { name: fresh('Queue') });
    const joined = await entryOf('addGroupMember', { groupId, userId });
    expect(joined).toMatchObject({
      targetId: groupId,
      changes: [{ field: 'memberIds', before: '[]', after: JSON.stringify([userId]) }],
    });
    const updated = await entryOf('updateUser', {
      ...{ userId, role: 'CUSTOMER', phoneNumber: '+15005550006', organizationId, projectKeys: ['web'] },
    });
    expect(updated.targetId).toBe(userId);
    const byField = (a: { field: string }, b: { field: string }): number => (a.field < b.field ? -1 : 1);
    expect([...updated.changes].sort(byField)).toEqual([
      { field: 'groupIds', before: JSON.stringify([groupId]), after: '[]' },
      { field: 'organizationId', before: null, after: organizationId },
      { field: 'phoneNumber', before: null, after: '+15005550006' },
      { field: 'projectIds', before: '[]', after: JSON.stringify([projectId]) },
      { field: 'role', before: 'AGENT', after: 'CUSTOMER' },
    ]);
    const deactivated = await entryOf('deleteUser', { userId });
    expect(deactivated.changes).toEqual([{ field: 'isActive', before: 'true', after: 'false' }]);
  });

  it('of what is made, changed and deleted', async () => {
    const name = fresh('Group');
    const groupId = await make('createGroup', { name });
    const renamed = fresh('Group');
    expect((await entryOf('updateGroup', { groupId, name: renamed })).changes).toEqual([
      { field: 'name', before: name, after: renamed },
    ]);
    expect((await entryOf('updateGroup', { groupId, name: renamed })).changes).toEqual([]);
    expect((await entryOf('deleteGroup', { groupId })).changes).toEqual([
      { field: 'name', before: renamed, after: null },
      { field: 'memberIds', before: '[]', after: null },
    ]);
    const key = fresh('topic').replace(' ', '-');
    const topic = { key, names: [{ locale: 'en', value: 'One' }], rank: 1 };
    await entryOf('upsertTopic', topic);
    const again = await entryOf('upsertTopic', { ...topic, names: [{ locale: 'en', value: 'Two' }] });
    expect(again.changes).toEqual([{ field: 'names', before: '{"en":"One"}', after: '{"en":"Two"}' }]);
  });

  it('and is exact where several change the same at once', async () => {
    const groupId = await make('createGroup', { name: fresh('Group') });
    const names = Array.from({ length: 8 }, () => fresh('Group'));
    const query = 'mutation ($input: UpdateGroupInput!) { updateGroup(input: $input) { userErrors { code } } }';
    await Promise.all(names.map((name) => admin.run(query, { input: { groupId, name } })));
    const entries = await log({ targetId: groupId, operation: ['updateGroup'] });
    const steps = new Map(entries.map(({ changes: [change] }) => [change?.before, change?.after]));
    expect(steps.size).toBe(names.length);
    // Each goes on from another one, from the first name to the last.
    const [first] = [...steps.keys()].filter((name) => ![...steps.values()].includes(name));
    let name: string | null | undefined = first;
    for (let step = 0; step < names.length; step++) name = steps.get(name ?? '');
    expect([...steps.keys()]).not.toContain(name);
  });
});

it('A mutation that is sent again, or fails, leaves no other entry', async () => {
  const input = { name: fresh('Group'), idempotencyKey: fresh('key') };
  await entryOf('createGroup', input);
  const before = await count();
  const query = 'mutation ($input: CreateGroupInput!) { createGroup(input: $input) { replayed userErrors { code } } }';
  expect(await admin.run(query, { input })).toEqual({ createGroup: { replayed: true, userErrors: [] } });
  const { createGroup } = await admin.run<any>(query, { input: { name: input.name } });
  expect(createGroup.userErrors).toEqual([{ code: 'VALIDATION_FAILED' }]);
  expect(await count()).toBe(before);
});

it('What can not be written down is not done', async () => {
  const { db } = gateway.app.services;
  await db.query(
    `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'full'; end $$`,
  );
  await db.query('create trigger refuses before insert on audit_log for each row execute function refuse()');
  const name = fresh('Group');
  const query = 'mutation ($input: CreateGroupInput!) { createGroup(input: $input) { group { id } } }';
  try {
    expect(await admin.send(query, { input: { name } })).toMatchObject({
      errors: [{ extensions: { code: 'INTERNAL' } }],
    });
    const report = await agent.send('{ ticketReport(period: WEEKLY) { csvUrl } }');
    expect(report).toMatchObject({ data: { ticketReport: null }, errors: [{ extensions: { code: 'INTERNAL' } }] });
  } finally {
    await db.query('drop trigger refuses on audit_log');
    await db.query('drop function refuse');
  }
  expect(await db.query('select id from groups where name = $1', [name])).toEqual([]);
});

it('Who reads a report is written down, with the span of time, before anything is read', async () => {
  const agentId = await idOf(agent);
  const [from, to] = ['2026-05-04T00:00:00.000Z', '2026-05-05T00:00:00.000Z'];
  const query = `{ ticketReport(from: "${from}", to: "${to}") { csvUrl } }`;
  const { ticketReport } = await agent.run<{ ticketReport: { csvUrl: string } }>(query);
  const changes = [
    { field: 'from', before: null, after: from },
    { field: 'to', before: null, after: to },
  ];
  const { headers } = await send(ticketReport.csvUrl);
  expect(await log({ actorId: agentId, operation: ['ticketReport', 'tickets.csv'] })).toMatchObject([
    { operation: 'tickets.csv', targetId: null, requestId: headers['x-request-id'], changes },
    { operation: 'ticketReport', targetId: null, changes },
  ]);
});

describe('The log', () => {
  it('is for admins alone, whatever is asked of it', async () => {
    const { customer } = await gateway.cast();
    for (const actor of [customer, agent]) {
      for (const variables of [{}, { after: 'no cursor' }, { first: 5, last: 5 }]) {
        const { data, errors } = await actor.send(auditLog, variables);
        expect(data).toEqual({ auditLog: null });
        expect(errors).toMatchObject([{ path: ['auditLog'], extensions: { code: 'FORBIDDEN' } }]);
      }
    }
    const { errors } = await gateway.withToken().send(auditLog, {});
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('is only ever added to', async () => {
    await entryOf('createGroup', { name: fresh('Group') });
    const { db } = gateway.app.services;
    const before = await db.query('select * from audit_log order by id');
    for (const sql of [
      `update audit_log set operation = 'nothing'`,
      'update audit_log set changes = changes',
      'delete from audit_log',
      'delete from audit_log where false',
      'truncate audit_log',
    ]) {
      await expect(db.query(sql)).rejects.toThrow('The audit log is only ever added to.');
    }
    expect(await db.query('select * from audit_log order by id')).toEqual(before);
  });

  it('is paged from the newest on, and filtered by who, what, on what and when', async () => {
    const groupId = await make('createGroup', { name: fresh('Group') });
    for (let n = 0; n < 4; n++) await entryOf('updateGroup', { groupId, name: fresh('Group') });
    const all = await log({ targetId: groupId });
    expect(all.map(({ operation }) => operation)).toEqual([...Array<string>(4).fill('updateGroup'), 'createGroup']);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: any = await admin.run<any>(auditLog, { targetId: groupId, first: 2, after });
      seen.push(...page.auditLog.nodes.map(({ id }: Entry) => id));
      after = page.auditLog.pageInfo.hasNextPage ? page.auditLog.pageInfo.endCursor : null;
    } while (after);
    expect(seen).toEqual(all.map(({ id }) => id));
    const ids = async (variables: object): Promise<string[]> =>
      (await log({ targetId: groupId, ...variables })).map(({ id }) => id);
    expect(await ids({ operation: ['createGroup', 'deleteGroup'] })).toEqual(seen.slice(-1));
    expect(await ids({ operation: [] })).toEqual([]);
    expect(await ids({ actorId: adminId })).toEqual(seen);
    expect(await ids({ actorId: await idOf(agent) })).toEqual([]);
    expect(await ids({ actorId: groupId })).toEqual([]);
    expect(await ids({ from: all[0]?.at })).toContain(seen[0]);
    expect(await ids({ to: all.at(-1)?.at })).toEqual([]);
    expect(await ids({ last: 1 })).toEqual(seen.slice(-1));
    const wrong = await admin.send(auditLog, { after: 'nonsense' });
    expect(wrong.errors).toMatchObject([{ extensions: { code: 'VALIDATION_FAILED', argument: ['after'] } }]);
  });
});
