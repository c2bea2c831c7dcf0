import { globalId, type NodeType, uuidOf } from '../../src/global-id.js';
import {
  AddCommentDocument,
  CloseTicketDocument,
  CreateTicketDocument,
  NodeDocument,
  ThreadDocument,
  ViewerDocument,
} from '../support/_generated.js';
import { upload } from '../files/support.js';
import { type Actor, newHumanId, TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const sql = (text: string, values: unknown[]) => gateway.app.services.db.query<{ id: string }>(text, values);
const viewerOf = async (actor: Actor) => (await actor.run(ViewerDocument, {})).viewer;
const nodeOf = async (actor: Actor, id: string) => (await actor.run(NodeDocument, { id })).node;

/** Who of the named sees an object. */
async function readersOf(people: Record<string, Actor>, id: string): Promise<string[]> {
  const found: string[] = [];
  for (const [name, actor] of Object.entries(people)) {
    const node = await nodeOf(actor, id);
    if (node === null) continue;
    expect(node.id).toBe(id);
    found.push(name);
  }
  return found;
}

async function openTicket(actor: Actor, input: Record<string, unknown> = {}): Promise<string> {
  const { createTicket } = await actor.run(CreateTicketDocument, { input: { title: 'A ticket', ...input } });
  expect(createTicket?.userErrors).toEqual([]);
  return createTicket?.ticket?.id ?? '';
}

async function mention(actor: Actor, ticketId: string, person: Actor): Promise<string> {
  const input = { ticketId, body: 'Have a look', mentionIds: [(await viewerOf(person)).id] };
  const { addComment } = await actor.run(AddCommentDocument, { input });
  expect(addComment?.userErrors).toEqual([]);
  return addComment?.comment?.id ?? '';
}

/** Gives somebody all that no token carries. */
async function furnish(actor: Actor): Promise<{ humanId: string; groupId: string }> {
  const humanId = newHumanId('USR');
  const id = uuidOf('User', (await viewerOf(actor)).id);
  await sql(`update users set human_id = $2, phone_number = '+447816432764' where id = $1`, [id, humanId]);
  const [group] = await sql(
    `with queue as (insert into groups (name) values ($2) returning id)
     insert into group_members (group_id, user_id) select queue.id, $1 from queue returning group_id as id`,
    [id, `Queue of ${humanId}`],
  );
  return { humanId, groupId: globalId('Group', group?.id ?? '') };
}

it('[d1] tells everybody all about themselves', async () => {
  const humanId = newHumanId('ORG');
  const actor = await gateway.signIn({
    role: 'customer',
    name: 'Зоя',
    email: 'Zoya@Example.com',
    organization: humanId,
    projects: ['web', 'app'],
  });
  const furniture = await furnish(actor);
  const viewer = await viewerOf(actor);
  expect(viewer).toEqual({
    id: expect.stringMatching(/^usr_/),
    humanId: furniture.humanId,
    name: 'Зоя',
    role: 'CUSTOMER',
    email: 'zoya@example.com',
    phoneNumber: '+447816432764',
    isActive: true,
    organization: { id: expect.stringMatching(/^org_/), humanId, name: humanId, legalName: null, role: null },
    projects: ['app', 'web'].map((key) => ({
      id: expect.stringMatching(/^prj_/),
      key,
      name: key,
      organization: { id: viewer.organization?.id },
    })),
    groups: [{ id: furniture.groupId, name: `Queue of ${furniture.humanId}` }],
    createdAt: expect.any(String),
    updatedAt: expect.any(String),
  });
  expect(await nodeOf(actor, viewer.id)).toEqual({ __typename: 'User', ...viewer });
  for (const role of ['agent', 'admin'] as const) {
    expect(await viewerOf(await gateway.signIn({ role }))).toMatchObject({
      role: role.toUpperCase(),
      organization: null,
      projects: [],
      groups: [],
    });
  }
});

it('[e27] shows of other people what the viewer may see, and null or nothing for the rest', async () => {
  const organization = newHumanId('ORG');
  const person = await gateway.signIn({ role: 'customer', organization, projects: ['web'] });
  const teammate = await gateway.signIn({ role: 'customer', organization });
  const colleague = await gateway.signIn({ role: 'agent', organization });
  const { customer: stranger, agent, admin } = await gateway.cast();
  for (const actor of [person, colleague]) await furnish(actor);
  const [whole, staff] = [await viewerOf(person), await viewerOf(colleague)];
  const hidden = { humanId: null, email: null, phoneNumber: null, organization: null, projects: [], groups: [] };
  const forTeam = ({ email, organization: ours }: typeof whole) => ({ ...hidden, email, organization: ours });

  for (const actor of [agent, admin]) expect(await nodeOf(actor, whole.id)).toEqual({ __typename: 'User', ...whole });
  expect(await nodeOf(teammate, whole.id)).toEqual({ __typename: 'User', ...whole, ...forTeam(whole) });
  expect(await nodeOf(agent, staff.id)).toEqual({ __typename: 'User', ...staff });
  expect(await nodeOf(teammate, staff.id)).toEqual({ __typename: 'User', ...staff, ...forTeam(staff), email: null });
  for (const { id } of [whole, staff]) expect(await nodeOf(stranger, id)).toBeNull();
  await mention(colleague, await openTicket(person), stranger);
  for (const met of [whole, staff]) {
    expect(await nodeOf(stranger, met.id)).toEqual({ __typename: 'User', ...met, ...hidden });
  }
});

it('[x10] finds by their id whoever did something in a ticket, or takes care of it, for those who see that', async () => {
  const { customer, stranger, agent, admin } = await gateway.cast();
  const ticketId = await openTicket(customer);
  const ids = [await viewerOf(agent), await viewerOf(admin)].map(({ id }) => id);
  const found = (actor: Actor): Promise<unknown[]> => Promise.all(ids.map((id) => nodeOf(actor, id)));
  expect(await found(customer)).toEqual([null, null]);
  await agent.run(CloseTicketDocument, { input: { ticketId } });
  await sql('update tickets set assignee_id = $2 where id = $1', [uuidOf('Ticket', ticketId), uuidOf('User', ids[1]!)]);
  expect(await found(customer)).toMatchObject(ids.map((id) => ({ id })));
  expect(await found(stranger)).toEqual([null, null]);
});

it('[e27] tells customers the name of the member of staff who wrote, and never the e-mail', async () => {
  const { customer, agent } = await gateway.cast();
  await furnish(agent);
  const ticketId = await openTicket(customer);
  await mention(agent, ticketId, agent);
  const document = `query ($id: ID!) { ticket(id: $id) { comments { nodes { author { name email phoneNumber humanId groups { id } } } }
    conversation { members { user { name email } } events { nodes { actor { name email } } } } } }`;
  const text = JSON.stringify(await customer.run(document, { id: ticketId }));
  const { email, humanId } = await viewerOf(agent);
  expect(text).toContain('"name":"Agent","email":null,"phoneNumber":null,"humanId":null,"groups":[]');
  for (const secret of [email, humanId, '+44']) expect(text).not.toContain(secret);
});

it('shows a deactivated person as one', async () => {
  const { customer, teammate } = await gateway.cast();
  const { id } = await viewerOf(teammate);
  await sql('update users set is_active = false where id = $1', [uuidOf('User', id)]);
  expect(await nodeOf(customer, id)).toMatchObject({ name: 'Teammate', isActive: false });
  expect(await teammate.send(ViewerDocument, {})).toMatchObject({
    errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  });
});

/** A ticket with one of everything, and who of everybody should see it. */
async function everything(): Promise<{ people: Record<string, Actor>; ids: Record<NodeType, string>; noteId: string }> {
  const organization = newHumanId('ORG');
  const { customer: stranger, agent, admin } = await gateway.cast();
  const author = await gateway.signIn({ role: 'customer', organization, projects: ['web'] });
  const projectmate = await gateway.signIn({ role: 'customer', organization, projects: ['web'] });
  const mentioned = await gateway.signIn({ role: 'customer', organization: newHumanId('ORG') });
  const people = { author, projectmate, mentioned, stranger, agent, admin };
  const ticket = await openTicket(author, { accessLevel: 'PROJECT_USERS', projectKey: 'web', topicKey: 'servers' });
  const comment = await mention(agent, ticket, mentioned);
  const note = await agent.run(AddCommentDocument, {
    input: { ticketId: ticket, body: 'A note', visibility: 'INTERNAL' },
  });
  const { payload } = await agent.run<{ payload: { attribute: { id: string } } }>(
    `mutation ($input: SetTicketAttributeInput!) { payload: setTicketAttribute(input: $input) { attribute { id } } }`,
    { input: { ticketId: ticket, type: 'Contact', key: 'mainEmail', value: 'them@example.com' } },
  );
  const fileId = await upload(author);
  await author.run(AddCommentDocument, { input: { ticketId: ticket, fileIds: [fileId] } });
  const { confirmed } = await agent.run<{ confirmed: { event: { id: string } } }>(
    `mutation ($input: ConfirmTicketContactsInput!) { confirmed: confirmTicketContacts(input: $input) { event { id } } }`,
    { input: { ticketId: ticket } },
  );
  const closed = await author.run(CloseTicketDocument, { input: { ticketId: ticket, score: 4 } });
  const { groupId } = await furnish(agent);
  await sql('update tickets set group_id = $2 where id = $1', [uuidOf('Ticket', ticket), uuidOf('Group', groupId)]);
  const thread = (await author.run(ThreadDocument, { id: ticket })).ticket;
  const { states } = await author.run<{ states: { id: string }[] }>('{ states { id } }');
  const { topics } = await author.run<{ topics: { id: string }[] }>('{ topics { id } }');
  const { organization: company, projects, id } = await viewerOf(author);
  const insert = `insert into audit_log (actor_id, operation, changes) values ($1, 'createGroup', '[]') returning id`;
  const [entry] = await gateway.app.services.db.query<{ id: string }>(insert, [uuidOf('User', id)]);
  const ids: Record<NodeType, string | undefined> = {
    AuditEntry: entry && globalId('AuditEntry', entry.id),
    Comment: comment,
    Conversation: thread?.conversation.id,
    File: fileId,
    Group: groupId,
    Member: thread?.conversation.members[0]?.id,
    Organization: company?.id,
    Project: projects[0]?.id,
    State: states[0]?.id,
    SystemEvent: confirmed.event.id,
    Ticket: ticket,
    TicketAttribute: payload.attribute.id,
    Topic: topics[0]?.id,
    User: id,
    Vote: closed.closeTicket?.ticket?.vote?.id,
  };
  return { people, ids: ids as Record<NodeType, string>, noteId: note.addComment?.comment?.id ?? '' };
}

it('[b3, x10] finds any object by its id for those who may see it, and null for all others', async () => {
  const { people, ids, noteId } = await everything();
  const everybody = ['author', 'projectmate', 'mentioned', 'stranger', 'agent', 'admin'];
  const readers = everybody.filter((name) => name !== 'stranger');
  const readersFor = (type: string) => {
    if (type === 'AuditEntry') return ['admin'];
    if (type === 'SystemEvent') return ['agent', 'admin'];
    return type === 'TicketAttribute' ? readers.filter((name) => name !== 'mentioned') : readers;
  };
  for (const [type, id] of Object.entries(ids)) {
    const expected = ['State', 'Topic'].includes(type) ? everybody : readersFor(type);
    expect({ type, readers: await readersOf(people, id) }).toEqual({ type, readers: expected });
    const absent = globalId(type as NodeType, '00000000-0000-4000-8000-000000000000');
    expect({ type, readers: await readersOf(people, absent) }).toEqual({ type, readers: [] });
  }
  expect(await readersOf(people, noteId)).toEqual(['agent', 'admin']);

  const ticket = uuidOf('Ticket', ids.Ticket);
  await sql('update tickets set deleted_at = now(), access_version = access_version + 1 where id = $1', [ticket]);
  for (const type of [
    'Comment',
    'Conversation',
    'File',
    'Member',
    'SystemEvent',
    'Ticket',
    'TicketAttribute',
    'Vote',
  ] as const) {
    expect({ type, readers: await readersOf(people, ids[type]) }).toEqual({ type, readers: [] });
  }
  expect(await readersOf(people, ids.Organization)).toEqual(['author', 'projectmate', 'agent', 'admin']);
  expect(await readersOf(people, ids.Project)).toEqual(['author', 'projectmate', 'agent', 'admin']);
  expect(await readersOf(people, ids.User)).toEqual(['author', 'projectmate', 'agent', 'admin']);
  expect(await readersOf(people, ids.Group)).toEqual(['agent', 'admin']);
});

it('finds nothing under what is no id', async () => {
  const { people, ids } = await everything();
  const { Ticket: id } = ids;
  const raw = id.slice('tic_'.length);
  const garbage = [
    '',
    ' ',
    'nonsense',
    raw,
    `tic_${raw} `,
    ` ${id}`,
    id.toUpperCase(),
    `xxx_${raw}`,
    `tic-${raw}`,
    `${id}\n`,
  ];
  const more = [
    `com_${raw}`,
    `usr_${raw}`,
    'tic_',
    '\0',
    `${id}\0`,
    '\ud800',
    'constructor',
    '__proto__',
    'x'.repeat(100_000),
  ];
  for (const text of [...garbage, ...more])
    expect(await readersOf({ agent: people['agent'] as Actor }, text)).toEqual([]);
  expect(await people['agent']?.run('{ node(id: 5) { id } }')).toEqual({ node: null });
});

it('shows an organization and its projects to its own people, and to others with the first ticket that they see', async () => {
  const organization = newHumanId('ORG');
  const { stranger, agent } = await gateway.cast();
  const author = await gateway.signIn({ role: 'customer', organization, projects: ['web'] });
  const teammate = await gateway.signIn({ role: 'customer', organization });
  const { organization: company, projects } = await viewerOf(author);
  const [companyId, projectId] = [company?.id ?? '', projects[0]?.id ?? ''];
  const people = { author, teammate, stranger, agent };
  expect(await readersOf(people, companyId)).toEqual(['author', 'teammate', 'agent']);
  expect(await readersOf(people, projectId)).toEqual(['author', 'agent']);

  await mention(agent, await openTicket(author), stranger);
  expect(await readersOf(people, companyId)).toEqual(['author', 'teammate', 'stranger', 'agent']);
  expect(await readersOf(people, projectId)).toEqual(['author', 'agent']);

  await mention(agent, await openTicket(author, { accessLevel: 'PROJECT_USERS', projectKey: 'web' }), stranger);
  expect(await readersOf(people, projectId)).toEqual(['author', 'stranger', 'agent']);
});
