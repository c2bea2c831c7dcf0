import { uuidOf } from '../../src/global-id.js';
import {
  AddGroupMemberDocument,
  CreateGroupDocument,
  DeleteGroupDocument,
  DeleteUserDocument,
  GroupDocument,
  RemoveGroupMemberDocument,
  UpdateGroupDocument,
} from '../support/_generated.js';
import { type Actor, newHumanId, TestGateway } from '../support/gateway.js';
import { openTicket } from '../tickets/support.js';
import { absent, broken, call, done, failure, refused, whoIs } from './support.js';

let gateway: TestGateway;
let admin: Actor;
beforeAll(async () => {
  gateway = await TestGateway.start();
  admin = await gateway.signIn({ role: 'admin' });
});
afterAll(() => gateway.stop());

const newName = (): string => newHumanId('GRP');
const newGroup = async (): Promise<string> =>
  (await done(admin, CreateGroupDocument, { name: newName() })).group?.id ?? '';
const staffId = async (): Promise<string> => (await whoIs(await gateway.signIn({ role: 'agent' }))).id;
const membersOf = async (id: string) =>
  (await admin.run(GroupDocument, { id })).group?.members.nodes.map((member) => member.id);

it('makes a group, renames it and deletes it with its memberships', async () => {
  const name = newName();
  const { group } = await done(admin, CreateGroupDocument, { name: ` ${name} ` });
  expect(group).toMatchObject({ name, members: { totalCount: 0 } });
  const id = group?.id ?? '';
  await done(admin, AddGroupMemberDocument, { groupId: id, userId: await staffId() });
  const renamed = await done(admin, UpdateGroupDocument, { groupId: id, name: `${name} too` });
  expect(renamed.group).toMatchObject({ id, name: `${name} too`, createdAt: group?.createdAt });
  expect(Date.parse(renamed.group?.updatedAt ?? '')).toBeGreaterThan(Date.parse(group?.updatedAt ?? ''));
  expect(await done(admin, DeleteGroupDocument, { groupId: id })).toMatchObject({ deletedGroupId: id });
  expect(await admin.run(GroupDocument, { id })).toEqual({ group: null });
});

it('gives no two groups the same name, also at once', async () => {
  const [name, id] = [newName(), await newGroup()];
  const payloads = await Promise.all([1, 2, 3].map(() => call(admin, CreateGroupDocument, { name })));
  expect(payloads.map(({ userErrors: [error] }) => error?.code ?? 'done').sort()).toEqual([
    ...['VALIDATION_FAILED', 'VALIDATION_FAILED', 'done'],
  ]);
  expect(await refused(gateway, admin, CreateGroupDocument, { name })).toEqual(broken('name', 'unique'));
  expect(await refused(gateway, admin, UpdateGroupDocument, { groupId: id, name })).toEqual(broken('name', 'unique'));
  for (const bad of ['', ' ', 'x'.repeat(256)]) {
    expect(await refused(gateway, admin, CreateGroupDocument, { name: bad })).toEqual(broken('name', 'length'));
  }
});

it('puts members of staff into a group and takes them out, as often as one likes', async () => {
  const [groupId, userId] = [await newGroup(), await staffId()];
  for (const [document, members] of [
    [AddGroupMemberDocument, [userId]],
    [RemoveGroupMemberDocument, []],
  ] as const) {
    for (let time = 0; time < 2; time++) {
      await done(admin, document as typeof AddGroupMemberDocument, { groupId, userId });
      expect(await membersOf(groupId)).toEqual(members);
    }
  }
});

it('puts no customers into groups, nobody who is deactivated, and nobody into what is no group', async () => {
  const groupId = await newGroup();
  const add = (input: object) =>
    refused(gateway, admin, AddGroupMemberDocument, { groupId, userId: absent('User'), ...input });
  const { id: customerId } = await whoIs(await gateway.signIn({ role: 'customer' }));
  expect(await add({ userId: customerId })).toEqual(broken('userId', 'staff'));
  const goneId = await staffId();
  await done(admin, DeleteUserDocument, { userId: goneId });
  for (const userId of [goneId, absent('User'), groupId, '']) {
    expect(await add({ userId })).toEqual(failure('NOT_FOUND', 'userId'));
  }
  const userId = await staffId();
  for (const id of [absent('Group'), userId, 'nonsense']) {
    expect(await add({ groupId: id, userId })).toEqual(failure('NOT_FOUND', 'groupId'));
    const named = { groupId: id, name: newName() };
    expect(await refused(gateway, admin, UpdateGroupDocument, named)).toEqual(failure('NOT_FOUND', 'groupId'));
    expect(await refused(gateway, admin, DeleteGroupDocument, { groupId: id })).toEqual(
      failure('NOT_FOUND', 'groupId'),
    );
  }
});

it('deletes no group that a ticket is in', async () => {
  const groupId = await newGroup();
  await done(admin, AddGroupMemberDocument, { groupId, userId: await staffId() });
  const ticket = await openTicket(await gateway.signIn({ role: 'customer' }));
  const ids = [uuidOf('Ticket', ticket.id), uuidOf('Group', groupId)];
  await gateway.app.services.db.query('update tickets set group_id = $2 where id = $1', ids);
  expect(await refused(gateway, admin, DeleteGroupDocument, { groupId })).toEqual(broken('groupId', 'in_use'));
  expect(await membersOf(groupId)).toHaveLength(1);
});

it('either puts somebody into a group or deletes it when both are asked for at once', async () => {
  for (let round = 0; round < 5; round++) {
    const [groupId, userId] = [await newGroup(), await staffId()];
    const [added, deleted] = await Promise.all([
      call(admin, AddGroupMemberDocument, { groupId, userId }),
      call(admin, DeleteGroupDocument, { groupId }),
    ]);
    expect(deleted).toMatchObject({ deletedGroupId: groupId, userErrors: [] });
    expect(['done', 'NOT_FOUND']).toContain(added.userErrors[0]?.code ?? 'done');
  }
});

it('answers a deletion that is sent again with the same, also at once', async () => {
  const groupId = await newGroup();
  const input = { groupId, idempotencyKey: newHumanId('KEY') };
  const payloads = await Promise.all([1, 2, 3].map(() => done(admin, DeleteGroupDocument, input)));
  expect(payloads.map(({ deletedGroupId }) => deletedGroupId)).toEqual([groupId, groupId, groupId]);
  expect(payloads.filter(({ replayed }) => !replayed)).toHaveLength(1);
});
