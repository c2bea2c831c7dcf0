import { SignJWT } from 'jose';
import {
  AddGroupMemberDocument,
  CreateGroupDocument,
  CreateUserDocument,
  DeleteUserDocument,
  UpdateUserDocument,
  UserDocument,
} from '../support/_generated.js';
import { type Actor, newHumanId, secret, TestGateway } from '../support/gateway.js';
import { openTicket, read } from '../tickets/support.js';
import { absent, broken, call, done, failure, refused, rowOf, whoIs } from './support.js';

let gateway: TestGateway;
let admin: Actor;
beforeAll(async () => {
  gateway = await TestGateway.start();
  admin = await gateway.signIn({ role: 'admin', name: 'Admin' });
});
afterAll(() => gateway.stop());

/** Somebody with everything, and the id of another organization that has the projects `app` and `api`. */
async function someone() {
  const projects = ['web', 'app'];
  const actor = await gateway.signIn({ role: 'customer', organization: newHumanId('ORG'), projects, name: 'Before' });
  const { id: userId } = await whoIs(actor);
  await done(admin, UpdateUserDocument, { userId, phoneNumber: '+447816432764', humanId: newHumanId('USR') });
  const other = await gateway.signIn({ role: 'customer', organization: newHumanId('ORG'), projects: ['app', 'api'] });
  return { actor, userId, before: await whoIs(actor), otherId: (await whoIs(other)).organization?.id ?? '' };
}

it('[d4] changes what is given and leaves what is not', async () => {
  const { actor, userId, before } = await someone();
  const email = `${newHumanId('usr')}@example.com`;
  const { user } = await done(admin, UpdateUserDocument, { userId, name: ' After ', email: email.toUpperCase() });
  const after = { ...before, name: 'After', email, updatedAt: user?.updatedAt };
  expect(user).toEqual(after);
  expect(await whoIs(actor)).toEqual(after);
  expect(Date.parse(user?.updatedAt ?? '')).toBeGreaterThan(Date.parse(before.updatedAt));
});

it('[d4] clears what null clears, and with the organization its projects', async () => {
  const { actor, userId, before } = await someone();
  await done(admin, UpdateUserDocument, { userId, phoneNumber: null, humanId: null, projectKeys: null });
  expect(await whoIs(actor)).toEqual({ ...before, phoneNumber: null, humanId: null, projects: [] });
  await done(admin, UpdateUserDocument, { userId, projectKeys: ['app'] });
  expect((await whoIs(actor)).projects.map(({ key }) => key)).toEqual(['app']);
  await done(admin, UpdateUserDocument, { userId, organizationId: null });
  expect(await whoIs(actor)).toMatchObject({ organization: null, projects: [] });
});

it('[d4] moves somebody to another organization, where they have the projects that are given and no other', async () => {
  const { actor, userId, before, otherId } = await someone();
  await done(admin, UpdateUserDocument, { userId, organizationId: otherId });
  expect(await whoIs(actor)).toMatchObject({ organization: { id: otherId }, projects: [] });
  await done(admin, UpdateUserDocument, { userId, organizationId: before.organization?.id, projectKeys: ['web'] });
  expect((await whoIs(actor)).projects).toMatchObject([{ key: 'web', organization: { id: before.organization?.id } }]);
  await done(admin, UpdateUserDocument, { userId, organizationId: before.organization?.id });
  expect((await whoIs(actor)).projects).toMatchObject([{ key: 'web' }]);
});

it.each([
  ['email', 'not_clearable', null],
  ['name', 'not_clearable', null],
  ['role', 'not_clearable', null],
  ['isActive', 'not_clearable', null],
  ['email', 'email', 'nobody'],
  ['name', 'length', ''],
  ['phoneNumber', 'phoneNumber', '12'],
  ['humanId', 'humanId', 'USR'],
  ['projectKeys', 'items', ['web', 'web']],
])('[d4] refuses a change in which %s breaks the rule %s: %j', async (name, constraint, value) => {
  const { userId } = await someone();
  const input = { userId, [name]: value };
  expect(await refused(gateway, admin, UpdateUserDocument, input)).toEqual(broken(name, constraint));
});

it('[d4] refuses a change without a field, of nobody, or to what is not there or is taken', async () => {
  const { userId, before, otherId } = await someone();
  const no = (input: object) => refused(gateway, admin, UpdateUserDocument, { userId, ...input });
  expect(await no({})).toEqual({ ...broken('', 'required'), path: ['input'] });
  for (const id of [absent('User'), absent('Group'), 'nonsense', '']) {
    expect(await no({ userId: id, name: 'After' })).toEqual(failure('NOT_FOUND', 'userId'));
    expect(await refused(gateway, admin, DeleteUserDocument, { userId: id })).toEqual(failure('NOT_FOUND', 'userId'));
  }
  expect(await no({ organizationId: absent('Organization') })).toEqual(failure('NOT_FOUND', 'organizationId'));
  expect(await no({ projectKeys: ['web', 'api'] })).toEqual(failure('NOT_FOUND', 'projectKeys.1'));
  expect(await no({ organizationId: otherId, projectKeys: ['web'] })).toEqual(failure('NOT_FOUND', 'projectKeys.0'));
  expect(await no({ organizationId: null, projectKeys: ['web'] })).toEqual(
    broken('projectKeys', 'requires_organization'),
  );
  const taken = await done(admin, CreateUserDocument, {
    email: `${newHumanId('usr')}@example.com`.toLowerCase(),
    name: 'Other',
    humanId: newHumanId('USR'),
  });
  expect(await no({ email: taken.user?.email?.toUpperCase() })).toEqual(broken('email', 'unique'));
  expect(await no({ humanId: taken.user?.humanId })).toEqual(broken('humanId', 'unique'));
  expect((await admin.run(UserDocument, { id: userId })).user).toEqual(before);
});

it('[d4] raises the version of somebody’s rights with role, organization, projects and activity alone', async () => {
  const { userId, otherId } = await someone();
  const raises: [input: object, by: number][] = [
    [{ name: 'After' }, 0],
    [{ phoneNumber: null }, 0],
    [{ email: `${newHumanId('usr')}@example.com` }, 0],
    [{ role: 'CUSTOMER' }, 0],
    [{ projectKeys: ['app', 'web'] }, 0],
    [{ projectKeys: ['web'] }, 1],
    [{ organizationId: otherId }, 1],
    [{ role: 'AGENT' }, 1],
    [{ isActive: false }, 1],
    [{ isActive: false }, 0],
    [{ isActive: true }, 1],
    [{ role: 'ADMIN', organizationId: null }, 1],
  ];
  for (const [input, by] of raises) {
    const { accessVersion } = await rowOf(gateway, userId);
    await done(admin, UpdateUserDocument, { userId, ...input });
    expect({ input, by: (await rowOf(gateway, userId)).accessVersion - accessVersion }).toEqual({ input, by });
  }
});

it('moves updatedAt, which everyone reads, with name, role and activity alone', async () => {
  const { userId, otherId } = await someone();
  const moves: [input: object, moves: boolean][] = [
    [{ phoneNumber: null }, false],
    [{ humanId: null }, false],
    [{ organizationId: otherId, projectKeys: ['api'] }, false],
    [{ name: 'Before' }, false],
    [{ name: 'After' }, true],
    [{ role: 'AGENT' }, true],
    [{ isActive: false }, true],
  ];
  for (const [input, moved] of moves) {
    const before = (await admin.run(UserDocument, { id: userId })).user?.updatedAt;
    const { user } = await done(admin, UpdateUserDocument, { userId, ...input });
    expect({ input, moved: user?.updatedAt !== before }).toEqual({ input, moved });
  }
});

it('[d4] is not undone by a token that was issued before, and is by a later one that says otherwise', async () => {
  const sub = newHumanId('SUB');
  const now = Math.floor(Date.now() / 1000);
  const tokenOf = (issued: number): Promise<string> =>
    new SignJWT({ sub, role: 'agent', iat: now + issued, exp: now + 3_600 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(secret));
  const early = gateway.withToken(await tokenOf(-60));
  const { id: userId } = await whoIs(early);
  await done(admin, UpdateUserDocument, { userId, role: 'CUSTOMER' });
  expect((await whoIs(early)).role).toBe('CUSTOMER');
  expect((await whoIs(gateway.withToken(await tokenOf(-30)))).role).toBe('CUSTOMER');
  expect((await whoIs(gateway.withToken(await tokenOf(3)))).role).toBe('AGENT');
});

it('takes whoever becomes a customer out of the groups of the support team', async () => {
  const { userId } = await someone();
  await done(admin, UpdateUserDocument, { userId, role: 'AGENT' });
  const { group } = await done(admin, CreateGroupDocument, { name: newHumanId('GRP') });
  await done(admin, AddGroupMemberDocument, { groupId: group?.id ?? '', userId });
  expect((await done(admin, UpdateUserDocument, { userId, role: 'ADMIN' })).user?.groups).toMatchObject([
    { id: group?.id },
  ]);
  expect((await done(admin, UpdateUserDocument, { userId, role: 'CUSTOMER' })).user?.groups).toEqual([]);
});

it('[d23] deactivates whoever is deleted, as often as one likes, and keeps their name in history', async () => {
  const { actor, userId } = await someone();
  const { id } = await openTicket(actor);
  const { user } = await done(admin, DeleteUserDocument, { userId });
  expect(user).toMatchObject({ id: userId, name: 'Before', isActive: false });
  expect((await done(admin, DeleteUserDocument, { userId })).user).toEqual(user);
  expect((await read(admin, id)).reporter).toEqual({ id: userId });
  expect((await admin.run(UserDocument, { id: userId })).user).toEqual(user);
});

it('[d23] brings somebody back, who then signs in with the token of before', async () => {
  const { actor, userId } = await someone();
  await done(admin, DeleteUserDocument, { userId });
  const ask = () => actor.send(UserDocument, { id: userId });
  expect((await ask()).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  const { user } = await done(admin, UpdateUserDocument, { userId, isActive: true });
  expect((await ask()).data?.user).toEqual(user);
});

it('[d4, d23] lets no admin deactivate or demote themselves', async () => {
  const { id: userId } = await whoIs(admin);
  for (const [input, path] of [
    [{ isActive: false }, 'isActive'],
    [{ role: 'AGENT' }, 'role'],
    [{ name: 'Me', role: 'CUSTOMER' }, 'role'],
  ] as [object, string][]) {
    const self = { userId, ...input };
    expect(await refused(gateway, admin, UpdateUserDocument, self)).toEqual(failure('FORBIDDEN', path));
  }
  expect(await refused(gateway, admin, DeleteUserDocument, { userId })).toEqual(failure('FORBIDDEN', 'userId'));
  expect((await done(admin, UpdateUserDocument, { userId, role: 'ADMIN', isActive: true })).user?.role).toBe('ADMIN');
});

it('[d4] leaves one of two admins who demote each other at once', async () => {
  const two = await Promise.all([1, 2].map(() => gateway.signIn({ role: 'admin' })));
  const ids = await Promise.all(two.map(async (actor) => (await whoIs(actor)).id));
  const demote = (index: number) =>
    call(two[index] as Actor, UpdateUserDocument, { userId: ids[1 - index] ?? '', role: 'AGENT' });
  const [one, other] = await Promise.all([demote(0), demote(1)]);
  const codes = [one, other].map(({ userErrors: [error] }) => error?.code ?? 'done');
  expect(codes.sort()).toEqual(['FORBIDDEN', 'done']);
  const roles = await Promise.all(ids.map(async (id) => (await admin.run(UserDocument, { id })).user?.role));
  expect(roles.sort()).toEqual(['ADMIN', 'AGENT']);
});

it('answers a change that is sent again with how the user is now', async () => {
  const { userId } = await someone();
  const input = { userId, name: 'Second', idempotencyKey: newHumanId('KEY') };
  expect(await done(admin, UpdateUserDocument, input)).toMatchObject({ replayed: false, user: { name: 'Second' } });
  await done(admin, UpdateUserDocument, { userId, name: 'Third' });
  expect(await done(admin, UpdateUserDocument, input)).toMatchObject({ replayed: true, user: { name: 'Third' } });
});
