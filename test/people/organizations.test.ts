import {
  CreateOrganizationDocument,
  CreateUserDocument,
  DeleteProjectDocument,
  UpdateOrganizationDocument,
  UpdateUserDocument,
  UpsertProjectDocument,
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

const newOrganization = async (): Promise<string> =>
  (await done(admin, CreateOrganizationDocument, { name: 'Acme' })).organization?.id ?? '';

it('[d22] enters an organization that tokens name by its human id', async () => {
  const humanId = newHumanId('ORG');
  const input = { name: ' Acme ', legalName: 'Acme Company', role: 'partner', humanId };
  const { organization } = await done(admin, CreateOrganizationDocument, input);
  expect(organization).toMatchObject({ ...input, name: 'Acme' });
  const person = await gateway.signIn({ role: 'customer', organization: humanId });
  expect((await whoIs(person)).organization).toMatchObject({ id: organization?.id, name: 'Acme' });
});

it('changes of an organization what is given, and clears what null clears', async () => {
  const humanId = newHumanId('ORG');
  const all = { name: 'Acme', legalName: 'Acme Company', role: 'partner', humanId };
  const { organization: before } = await done(admin, CreateOrganizationDocument, all);
  const organizationId = before?.id ?? '';
  const { organization } = await done(admin, UpdateOrganizationDocument, { organizationId, name: 'Acme Two' });
  expect(organization).toEqual({ ...before, name: 'Acme Two', updatedAt: organization?.updatedAt });
  expect(Date.parse(organization?.updatedAt ?? '')).toBeGreaterThan(Date.parse(before?.updatedAt ?? ''));
  const cleared = { legalName: null, role: null, humanId: null };
  expect((await done(admin, UpdateOrganizationDocument, { organizationId, ...cleared })).organization).toMatchObject({
    id: organizationId,
    name: 'Acme Two',
    ...cleared,
  });
});

it.each([
  ['name', 'length', ''],
  ['name', 'length', 'x'.repeat(256)],
  ['legalName', 'length', ' '],
  ['role', 'length', ''],
  ['humanId', 'humanId', 'ORG'],
  ['humanId', 'humanId', 'ORGA-1'],
])('[d22] refuses an organization whose %s breaks the rule %s: %j', async (name, constraint, value) => {
  const input = { name: 'Acme', [name]: value };
  expect(await refused(gateway, admin, CreateOrganizationDocument, input)).toEqual(broken(name, constraint));
  const change = { organizationId: await newOrganization(), [name]: value };
  expect(await refused(gateway, admin, UpdateOrganizationDocument, change)).toEqual(broken(name, constraint));
});

it('[d22] refuses a human id that is taken, a change without a field, of the name to nothing, or of no organization', async () => {
  const humanId = newHumanId('ORG');
  await done(admin, CreateOrganizationDocument, { name: 'Acme', humanId });
  const twin = { name: 'Twin', humanId };
  expect(await refused(gateway, admin, CreateOrganizationDocument, twin)).toEqual(broken('humanId', 'unique'));
  const organizationId = await newOrganization();
  const change = (input: object) => refused(gateway, admin, UpdateOrganizationDocument, { organizationId, ...input });
  expect(await change({ humanId })).toEqual(broken('humanId', 'unique'));
  expect(await change({ name: null })).toEqual(broken('name', 'not_clearable'));
  expect(await change({})).toEqual({ ...broken('', 'required'), path: ['input'] });
  for (const id of [absent('Organization'), absent('User'), 'nonsense']) {
    expect(await change({ organizationId: id, name: 'Acme' })).toEqual(failure('NOT_FOUND', 'organizationId'));
    const project = { organizationId: id, key: 'web', name: 'Web' };
    expect(await refused(gateway, admin, UpsertProjectDocument, project)).toEqual(
      failure('NOT_FOUND', 'organizationId'),
    );
  }
});

it('makes a project, renames it under the same key, and deletes it', async () => {
  const organizationId = await newOrganization();
  const { project } = await done(admin, UpsertProjectDocument, { organizationId, key: ' WEB ', name: 'Web' });
  expect(project).toMatchObject({ key: 'WEB', name: 'Web', organization: { id: organizationId } });
  const renamed = await done(admin, UpsertProjectDocument, { organizationId, key: 'WEB', name: 'Shop' });
  expect(renamed.project).toEqual({ ...project, name: 'Shop' });
  const elsewhere = { organizationId: await newOrganization(), key: 'WEB', name: 'Web' };
  expect((await done(admin, UpsertProjectDocument, elsewhere)).project?.id).not.toBe(project?.id);
  const projectId = project?.id ?? '';
  expect((await done(admin, DeleteProjectDocument, { projectId })).deletedProjectId).toBe(projectId);
  for (const id of [projectId, absent('Project'), organizationId]) {
    expect(await refused(gateway, admin, DeleteProjectDocument, { projectId: id })).toEqual(
      failure('NOT_FOUND', 'projectId'),
    );
  }
});

it('makes one project of several requests with the same key that come at once', async () => {
  const organizationId = await newOrganization();
  const names = ['One', 'Two', 'Three', 'Four'];
  const payloads = await Promise.all(
    names.map((name) => done(admin, UpsertProjectDocument, { organizationId, key: 'web', name })),
  );
  expect(new Set(payloads.map(({ project }) => project?.id)).size).toBe(1);
});

it('deletes no project that a ticket or somebody belongs to', async () => {
  const organization = newHumanId('ORG');
  const author = await gateway.signIn({ role: 'customer', organization, projects: ['web', 'app'] });
  const { id: userId, projects } = await whoIs(author);
  const projectId = (key: string): string => projects.find((project) => project.key === key)?.id ?? '';
  await openTicket(author, { title: 'Mine', accessLevel: 'PROJECT_USERS', projectKey: 'web' });
  const inUse = broken('projectId', 'in_use');
  for (const key of ['web', 'app']) {
    expect(await refused(gateway, admin, DeleteProjectDocument, { projectId: projectId(key) })).toEqual(inUse);
  }
  await done(admin, UpdateUserDocument, { userId, projectKeys: [] });
  expect(await refused(gateway, admin, DeleteProjectDocument, { projectId: projectId('web') })).toEqual(inUse);
  await done(admin, DeleteProjectDocument, { projectId: projectId('app') });
});

it('either enters somebody with a project or deletes it when both are asked for at once', async () => {
  for (let round = 0; round < 5; round++) {
    const organizationId = await newOrganization();
    const { project } = await done(admin, UpsertProjectDocument, { organizationId, key: 'web', name: 'Web' });
    const email = `${newHumanId('usr')}@example.com`;
    const [entered, deleted] = await Promise.all([
      call(admin, CreateUserDocument, { email, name: 'New', organizationId, projectKeys: ['web'] }),
      call(admin, DeleteProjectDocument, { projectId: project?.id ?? '' }),
    ]);
    const codes = [entered, deleted].map(({ userErrors: [error] }) => error?.code ?? 'done');
    expect([
      ['done', 'VALIDATION_FAILED'],
      ['NOT_FOUND', 'done'],
    ]).toContainEqual(codes);
  }
});
