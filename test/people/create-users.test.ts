import { SignJWT } from 'jose';
import { CreateUserDocument, UpsertProjectDocument, UserDocument, UsersDocument } from '../support/_generated.js';
import { type Actor, newHumanId, secret, TestGateway } from '../support/gateway.js';
import { absent, broken, call, done, failure, refused, whoIs } from './support.js';

let gateway: TestGateway;
let admin: Actor;
beforeAll(async () => {
  gateway = await TestGateway.start();
  admin = await gateway.signIn({ role: 'admin', name: 'Admin' });
});
afterAll(() => gateway.stop());

const newEmail = (): string => `${newHumanId('USR').toLowerCase()}@example.com`;

/** The id of an organization with a project. */
async function newOrganization(): Promise<string> {
  const person = await gateway.signIn({ role: 'customer', organization: newHumanId('ORG'), projects: ['web', 'app'] });
  return (await whoIs(person)).organization?.id ?? '';
}

it('[d3] enters a user with all that is known of them, and a customer when no role is named', async () => {
  const organizationId = await newOrganization();
  const [email, humanId] = [newEmail(), newHumanId('USR')];
  const { user, replayed } = await done(admin, CreateUserDocument, {
    email: email.toUpperCase(),
    name: ' Зоя ',
    phoneNumber: '+447816432764',
    humanId,
    organizationId,
    projectKeys: ['web', ' app '],
  });
  expect(replayed).toBe(false);
  expect(user).toMatchObject({
    ...{ email, humanId, name: 'Зоя', phoneNumber: '+447816432764', role: 'CUSTOMER', isActive: true, groups: [] },
    organization: { id: organizationId },
    projects: [{ key: 'app' }, { key: 'web' }],
  });
  for (const keys of [{ id: user?.id }, { humanId }, { email }]) {
    expect((await admin.run(UserDocument, keys)).user).toEqual(user);
  }
  for (const role of ['AGENT', 'ADMIN'] as const) {
    const input = { email: newEmail(), name: 'Staff', role, organizationId: null, projectKeys: null, humanId: null };
    expect((await done(admin, CreateUserDocument, input)).user).toMatchObject({ role, organization: null });
  }
});

it('[d3] lets the first token with the address be theirs, and an older token change nothing', async () => {
  const [email, sub] = [newEmail(), newHumanId('SUB')];
  const { user } = await done(admin, CreateUserDocument, { email, name: 'Entered', role: 'AGENT' });
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub, email, name: 'Other', role: 'customer' };
  const tokenOf = (issued: number): Promise<string> =>
    new SignJWT({ ...claims, iat: now + issued, exp: now + 3_600 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(secret));
  expect(await whoIs(gateway.withToken(await tokenOf(-60)))).toMatchObject({
    ...{ id: user?.id, name: 'Entered', role: 'AGENT', updatedAt: user?.updatedAt },
  });
  const [row] = await gateway.app.services.db.query('select sub from users where email = $1', [email]);
  expect(row).toEqual({ sub });
  expect(await whoIs(gateway.withToken(await tokenOf(2)))).toMatchObject({
    ...{ id: user?.id, name: 'Other', role: 'CUSTOMER' },
  });
});

it.each([
  ['email', 'length', ''],
  ['email', 'email', 'nobody'],
  ['email', 'email', 'a@b'],
  ['email', 'email', 'two words@example.com'],
  ['email', 'length', `a@${'b'.repeat(250)}.com`],
  ['email', 'length', 'a\0@example.com'],
  ['name', 'length', ' '],
  ['name', 'length', 'x'.repeat(256)],
  ['phoneNumber', 'phoneNumber', ''],
  ['phoneNumber', 'phoneNumber', '0123456981'],
  ['phoneNumber', 'phoneNumber', '+44 7816 432764'],
  ['phoneNumber', 'phoneNumber', '+440000000000'],
  ['humanId', 'humanId', 'USR'],
  ['humanId', 'humanId', 'usr-1'],
  ['humanId', 'humanId', 'USR-1-'],
  ['humanId', 'humanId', 'USR-1\n'],
  ['humanId', 'humanId', `USR-${'1'.repeat(61)}`],
  ['projectKeys', 'requires_organization', ['web']],
  ['projectKeys', 'length', ['']],
  ['projectKeys', 'items', ['web', 'web']],
  ['idempotencyKey', 'length', ''],
])('[d3, d22] refuses to enter somebody whose %s breaks the rule %s: %j', async (name, constraint, value) => {
  const input = { email: newEmail(), name: 'New', [name]: value };
  expect(await refused(gateway, admin, CreateUserDocument, input)).toEqual(broken(name, constraint));
});

it('[d3] names what a new user refers to and is not there', async () => {
  const input = { email: newEmail(), name: 'New' };
  const organizationId = await newOrganization();
  for (const id of [absent('Organization'), absent('User'), 'nonsense', '']) {
    const nowhere = { ...input, organizationId: id };
    expect(await refused(gateway, admin, CreateUserDocument, nowhere)).toEqual(failure('NOT_FOUND', 'organizationId'));
  }
  const elsewhere = await newOrganization();
  await done(admin, UpsertProjectDocument, { organizationId: elsewhere, key: 'theirs', name: 'Theirs' });
  const strange = { ...input, organizationId, projectKeys: ['web', 'theirs'] };
  expect(await refused(gateway, admin, CreateUserDocument, strange)).toEqual(failure('NOT_FOUND', 'projectKeys.1'));
});

it('[d3, d22] enters nobody twice, by address in any case or by human id', async () => {
  const [email, humanId] = [newEmail(), newHumanId('USR')];
  await done(admin, CreateUserDocument, { email, name: 'One', humanId });
  const again = { email: email.toUpperCase(), name: 'Two' };
  expect(await refused(gateway, admin, CreateUserDocument, again)).toEqual(broken('email', 'unique'));
  const twin = { email: newEmail(), name: 'Two', humanId };
  expect(await refused(gateway, admin, CreateUserDocument, twin)).toEqual(broken('humanId', 'unique'));
});

it('[d3] enters one of several users with the same address that come at once', async () => {
  const email = newEmail();
  const input = (index: number) => ({ email: index % 2 ? email : email.toUpperCase(), name: `Number ${index}` });
  const calls = Array.from({ length: 6 }, (_, index) => call(admin, CreateUserDocument, input(index)));
  const errors = (await Promise.all(calls)).map(({ userErrors: [error] }) => error ?? 'done');
  expect(errors.filter((error) => error === 'done')).toHaveLength(1);
  const refusals = errors.filter((error) => error !== 'done');
  expect(refusals).toHaveLength(5);
  for (const refusal of refusals) expect(refusal).toMatchObject(broken('email', 'unique'));
  expect((await admin.run(UsersDocument, { query: email })).users?.totalCount).toBe(1);
});

it('[d3] enters somebody once however often the same request arrives, also at once', async () => {
  const input = { email: newEmail(), name: 'Once', idempotencyKey: newHumanId('KEY') };
  const payloads = await Promise.all(Array.from({ length: 4 }, () => done(admin, CreateUserDocument, input)));
  expect(payloads.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(new Set(payloads.map(({ user }) => user?.id)).size).toBe(1);
  const other = { ...input, name: 'Twice' };
  expect(await refused(gateway, admin, CreateUserDocument, other)).toEqual(
    failure('IDEMPOTENCY_KEY_REUSED', 'idempotencyKey'),
  );
});

it('tells what went wrong as an error of GraphQL where nobody asks for it as data', async () => {
  const document = `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`;
  const { data, errors } = await admin.send(document, { input: { email: 'nobody', name: 'New' } });
  expect(data).toEqual({ createUser: null });
  expect(errors).toMatchObject([{ extensions: { code: 'VALIDATION_FAILED', argument: ['input', 'email'] } }]);
});
