import { uuidOf } from '../../src/global-id.js';
import {
  AddGroupMemberDocument,
  AgentsDocument,
  CreateGroupDocument,
  CreateOrganizationDocument,
  CreateUserDocument,
  DeleteUserDocument,
  GroupDocument,
  GroupsDocument,
  OrganizationsDocument,
  UpdateUserDocument,
  UserDocument,
  type UsersQueryVariables,
  UsersDocument,
} from '../support/_generated.js';
import { type Actor, newHumanId, TestGateway } from '../support/gateway.js';
import { absent, done, whoIs } from './support.js';

let gateway: TestGateway;
let admin: Actor;
let agent: Actor;
beforeAll(async () => {
  gateway = await TestGateway.start();
  admin = await gateway.signIn({ role: 'admin', name: 'Admin', email: 'admin@example.com' });
  agent = await gateway.signIn({ role: 'agent', name: 'Agent', email: 'agent@example.com' });
  await whoIs(agent);
});
afterAll(() => gateway.stop());

let people = 0;
const enter = async (name: string, input: object = {}): Promise<string> => {
  const email = `person${++people}@example.com`;
  return (await done(admin, CreateUserDocument, { email, name, ...input })).user?.id ?? '';
};
const namesOf = async (variables: UsersQueryVariables): Promise<string[]> => {
  const { users } = await agent.run(UsersDocument, { first: 100, ...variables });
  const names = users?.edges.map(({ node }) => node.name) ?? [];
  expect(users?.totalCount).toBe(names.length);
  return names;
};

it('[d2] lists the members of staff who may sign in, by name, for their colleagues', async () => {
  await enter('Ёлкина', { role: 'AGENT' });
  await enter('елагин', { role: 'ADMIN' });
  await enter('Жуков', { role: 'AGENT' });
  await enter('Customer');
  await done(admin, DeleteUserDocument, { userId: await enter('Gone', { role: 'AGENT' }) });
  const { agents } = await agent.run(AgentsDocument, {});
  expect(agents?.nodes.map(({ name }) => name)).toEqual(['Admin', 'Agent', 'елагин', 'Ёлкина', 'Жуков']);
  expect(agents).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: false, hasPreviousPage: false } });
  expect((await agent.run(AgentsDocument, { query: 'ЁЛК' })).agents?.nodes.map(({ name }) => name)).toEqual(['Ёлкина']);
  expect((await agent.run(AgentsDocument, { query: 'gone' })).agents?.nodes).toEqual([]);
});

it('finds users by a part of name, address or human id, in any case and script, and takes wildcards as they are', async () => {
  const humanId = newHumanId('USR');
  await enter('Search Мария', { humanId, email: 'Special.Address@example.com' });
  await enter('Search 100%_sure\\');
  await enter('Search 100 is sure');
  const found: [query: string, names: string[]][] = [
    ['мАРИ', ['Search Мария']],
    ['special.ADDRESS@', ['Search Мария']],
    [humanId.toLowerCase(), ['Search Мария']],
    ['100%_', ['Search 100%_sure\\']],
    ['sure\\', ['Search 100%_sure\\']],
    ['  search  ', ['Search 100 is sure', 'Search 100%_sure\\', 'Search Мария']],
    ['search _', []],
    [`' or true --`, []],
  ];
  for (const [query, names] of found) expect({ query, names: await namesOf({ query }) }).toEqual({ query, names });
  expect((await namesOf({ query: ' ' })).length).toBe((await namesOf({})).length);
  for (const query of ['x'.repeat(256), 'a\0b', '\ud800']) {
    const { data, errors } = await agent.send(UsersDocument, { query });
    expect(data).toEqual({ users: null });
    expect(errors).toMatchObject([{ extensions: { code: 'VALIDATION_FAILED', constraint: 'length' } }]);
  }
});

it('lists users that match every argument that is given, and for an empty list nobody', async () => {
  const team = (await done(admin, CreateOrganizationDocument, { name: 'Team' })).organization?.id ?? '';
  const queue = (await done(admin, CreateGroupDocument, { name: 'Queue' })).group?.id ?? '';
  await enter('Filter A', { organizationId: team });
  await enter('Filter B', { organizationId: team, role: 'AGENT' });
  const member = await enter('Filter C', { role: 'AGENT' });
  await done(admin, AddGroupMemberDocument, { groupId: queue, userId: member });
  await done(admin, UpdateUserDocument, { userId: await enter('Filter D'), isActive: false });
  const query = 'filter';
  const all = ['Filter A', 'Filter B', 'Filter C', 'Filter D'];
  const found: [UsersQueryVariables, string[]][] = [
    [{}, all],
    [{ role: null, organizationId: null, groupId: null, isActive: null }, all],
    [{ role: ['AGENT'] }, ['Filter B', 'Filter C']],
    [{ role: ['AGENT', 'CUSTOMER'] }, all],
    [{ organizationId: [team] }, ['Filter A', 'Filter B']],
    [{ organizationId: [team], role: ['CUSTOMER'] }, ['Filter A']],
    [{ organizationId: [team, absent('Organization'), 'nonsense'] }, ['Filter A', 'Filter B']],
    [{ groupId: [queue] }, ['Filter C']],
    [{ groupId: [queue], organizationId: [team] }, []],
    [{ isActive: false }, ['Filter D']],
    [{ isActive: true }, ['Filter A', 'Filter B', 'Filter C']],
    [{ role: [] }, []],
    [{ organizationId: [] }, []],
    [{ groupId: [] }, []],
    [{ groupId: [team] }, []],
  ];
  for (const [filter, names] of found) {
    expect({ filter, names: await namesOf({ query, ...filter }) }).toEqual({ filter, names });
  }
});

it('pages through users of the same name in either direction, without missing one or seeing one twice', async () => {
  for (let n = 0; n < 7; n++) await enter(n < 4 ? 'Same Name' : `Same Name ${n}`);
  const page = async (variables: UsersQueryVariables) => {
    const { users } = await agent.run(UsersDocument, { query: 'same name', ...variables });
    return { ids: users?.edges.map(({ node }) => node.id) ?? [], ...users?.pageInfo, total: users?.totalCount };
  };
  const { ids: all } = await page({});
  expect(new Set(all).size).toBe(7);
  const forward: string[] = [];
  for (let after: string | null | undefined; ;) {
    const { ids, endCursor, hasNextPage, hasPreviousPage, total } = await page({ first: 2, after: after ?? null });
    expect({ hasPreviousPage, total }).toEqual({ hasPreviousPage: forward.length > 0, total: 7 });
    forward.push(...ids);
    if (!hasNextPage) break;
    after = endCursor;
  }
  expect(forward).toEqual(all);
  const backward: string[] = [];
  for (let before: string | null | undefined; ;) {
    const { ids, startCursor, hasNextPage, hasPreviousPage } = await page({ last: 3, before: before ?? null });
    expect(hasNextPage).toBe(backward.length > 0);
    backward.unshift(...ids);
    if (!hasPreviousPage) break;
    before = startCursor;
  }
  expect(backward).toEqual(all);
  expect(await page({ first: 0 })).toMatchObject({ ids: [], total: 7, startCursor: null });
});

it.each([
  [{ first: 101 }, ['first'], 'range'],
  [{ last: -1 }, ['last'], 'range'],
  [{ first: 1, last: 1 }, ['last'], 'exclusive'],
  [{ after: 'nonsense' }, ['after'], 'cursor'],
])('refuses the page %j', async (variables, argument, constraint) => {
  for (const document of [UsersDocument, AgentsDocument, OrganizationsDocument]) {
    const { errors } = await agent.send(document as typeof UsersDocument, variables);
    expect(errors).toMatchObject([{ extensions: { code: 'VALIDATION_FAILED', argument, constraint } }]);
  }
});

it('counts a list only where the total is asked for', async () => {
  const ask = async (fields: string): Promise<number> => {
    gateway.statements.take();
    await agent.run(`{ users(first: 1) { ${fields} } }`);
    return gateway.statements.take().length;
  };
  expect([await ask('nodes { id }'), await ask('nodes { id } totalCount')]).toEqual([2, 3]);
});

it('lists organizations by name, and finds them by a part of name, legal name or human id', async () => {
  const humanId = newHumanId('ORG');
  await done(admin, CreateOrganizationDocument, { name: 'Acme', legalName: 'Acme Holding Ltd', humanId });
  await done(admin, CreateOrganizationDocument, { name: 'ООО Акме' });
  const found = async (query: string | null) => {
    const { organizations } = await agent.run(OrganizationsDocument, { query });
    expect(organizations?.totalCount).toBe(organizations?.nodes.length);
    return organizations?.nodes.map(({ name }) => name);
  };
  expect(await found('acme h')).toEqual(['Acme']);
  expect(await found(humanId.toLowerCase())).toEqual(['Acme']);
  expect(await found('акме')).toEqual(['ООО Акме']);
  expect(await found('%')).toEqual([]);
  expect(await found(null)).toEqual(expect.arrayContaining(['Acme', 'ООО Акме']));
});

it('[d12, d28] lists the groups by name with their members, page by page, in as many statements as for one', async () => {
  const [b, a] = [
    await done(admin, CreateGroupDocument, { name: 'Duty b' }),
    await done(admin, CreateGroupDocument, { name: 'Duty a' }),
  ].map(({ group }) => group?.id ?? '') as [string, string];
  const members = [];
  for (const name of ['Zoe', 'Adam', 'Мила', 'Gone']) members.push(await enter(name, { role: 'AGENT' }));
  for (const userId of members) await done(admin, AddGroupMemberDocument, { groupId: a, userId });
  await done(admin, AddGroupMemberDocument, { groupId: b, userId: members[0] ?? '' });
  await done(admin, DeleteUserDocument, { userId: members[3] ?? '' });
  const namesIn = (group: { members: { nodes: { name: string }[] } } | null | undefined) =>
    group?.members.nodes.map(({ name }) => name);

  gateway.statements.take();
  const { groups } = await agent.run(GroupsDocument, { first: 2 });
  const statements = gateway.statements.take().length;
  const duties = groups?.filter(({ name }) => name.startsWith('Duty'));
  expect(duties?.map((group) => [group.name, namesIn(group), group.members.totalCount])).toEqual([
    ['Duty a', ['Adam', 'Zoe'], 3],
    ['Duty b', ['Zoe'], 1],
  ]);
  const { group } = await agent.run(GroupDocument, { id: a, first: 2, after: duties?.[0]?.members.pageInfo.endCursor });
  expect(namesIn(group)).toEqual(['Мила']);
  expect(group?.members.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  gateway.statements.take();
  await agent.run(GroupDocument, { id: b, first: 2 });
  expect(gateway.statements.take()).toHaveLength(statements);
  for (const id of [absent('Group'), members[0] ?? '', 'nonsense']) {
    expect(await agent.run(GroupDocument, { id })).toEqual({ group: null });
  }
});

it('pages through the members of a group from the back', async () => {
  const { group } = await done(admin, CreateGroupDocument, { name: 'Back' });
  for (const name of ['One', 'Two', 'Three']) {
    await done(admin, AddGroupMemberDocument, {
      groupId: group?.id ?? '',
      userId: await enter(name, { role: 'AGENT' }),
    });
  }
  const document = `query ($id: ID!, $before: Cursor) { group(id: $id) { members(last: 2, before: $before) {
    nodes { name } pageInfo { startCursor hasNextPage hasPreviousPage } } } }`;
  const page = async (before?: string) => (await agent.run(document, { id: group?.id, before })).group.members;
  const last = await page();
  expect(last).toMatchObject({
    nodes: [{ name: 'Three' }, { name: 'Two' }],
    pageInfo: { hasNextPage: false, hasPreviousPage: true },
  });
  expect(await page(last.pageInfo.startCursor)).toMatchObject({
    nodes: [{ name: 'One' }],
    pageInfo: { hasNextPage: true, hasPreviousPage: false },
  });
});

it('shows customers the group of a ticket without its members', async () => {
  const customer = await gateway.signIn({ role: 'customer' });
  const { createTicket } = await customer.run(`mutation { createTicket(input: { title: "Mine" }) { ticket { id } } }`);
  const { group } = await done(admin, CreateGroupDocument, { name: 'Seen' });
  await done(admin, AddGroupMemberDocument, { groupId: group?.id ?? '', userId: (await whoIs(agent)).id });
  const { db } = gateway.app.services;
  const ids = [uuidOf('Ticket', createTicket.ticket.id), uuidOf('Group', group?.id ?? '')];
  await db.query('update tickets set group_id = $2 where id = $1', ids);
  const document = `query ($id: ID!) { ticket(id: $id) { group { name members { totalCount nodes { id } } } } }`;
  expect((await customer.run(document, { id: createTicket.ticket.id })).ticket.group).toEqual({
    name: 'Seen',
    members: { totalCount: 0, nodes: [] },
  });
});

it('finds users by exactly one key, and nobody by what is no key', async () => {
  for (const keys of [{}, { id: null }, { id: 'x', email: 'y' }, { humanId: 'x', email: 'y', id: 'z' }]) {
    const { data, errors } = await agent.send(UserDocument, keys);
    expect(data).toEqual({ user: null });
    expect(errors).toMatchObject([{ extensions: { code: 'VALIDATION_FAILED', constraint: 'exactly_one' } }]);
  }
  for (const key of ['', 'nonsense', 'a\0b', '\ud800', absent('Group'), '%']) {
    for (const keys of [{ id: key }, { humanId: key }, { email: key }]) {
      expect(await agent.run(UserDocument, keys)).toEqual({ user: null });
    }
  }
});

it('[e27] lets customers find nobody by a key that they could not read', async () => {
  const organization = newHumanId('ORG');
  const self = await gateway.signIn({ role: 'customer', organization });
  const people = {
    self,
    teammate: await gateway.signIn({ role: 'customer', organization }),
    colleague: await gateway.signIn({ role: 'agent', organization }),
    stranger: await gateway.signIn({ role: 'customer', organization: newHumanId('ORG') }),
  };
  const found: Record<string, string[]> = {};
  for (const [name, actor] of Object.entries(people)) {
    const { id } = await whoIs(actor);
    await done(admin, UpdateUserDocument, { userId: id, humanId: newHumanId('USR') });
    const { email, humanId } = await whoIs(actor);
    for (const keys of [{ id }, { humanId }, { email: email?.toUpperCase() }]) {
      expect((await agent.run(UserDocument, keys)).user?.id).toBe(id);
      const { user } = await self.run(UserDocument, keys);
      if (user) (found[name] ??= []).push(Object.keys(keys).join());
    }
  }
  expect(found).toEqual({ self: ['id', 'humanId', 'email'], teammate: ['id', 'email'], colleague: ['id'] });
});
