import { followTicket } from '../support/documents.js';
import { type Actor, newHumanId, TestGateway } from '../support/gateway.js';
import {
  done,
  idOf,
  type Input,
  lastChanges,
  lastEvents,
  look,
  membersOf,
  mine,
  openTicket,
  read,
  refused,
  say,
  story,
  type Ticket,
  whoIs,
} from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const update = async (actor: Actor, ticketId: string, input: Input): Promise<Ticket> =>
  (await done(actor, 'updateTicket', { ticketId, ...input })).ticket;

/** A company with two projects: its ticket's author is in the first, colleagues in both, in the other and in none. */
async function company() {
  const organization = newHumanId('ORG');
  const member = (projects?: string[]) =>
    gateway.signIn({ role: 'customer', organization, ...(projects && { projects }) });
  const people = {
    author: await member(['web']),
    both: await member(['web', 'app']),
    other: await member(['app']),
    none: await member(),
    agent: await gateway.signIn({ role: 'agent' }),
  };
  // They and their projects are known from their first request on.
  await Promise.all(Object.values(people).map(idOf));
  return people;
}

const accessVersion = async (id: string): Promise<number> => {
  const sql = 'select access_version as version from tickets where id = $1';
  return (await gateway.app.services.db.query<{ version: number }>(sql, [id.slice(4)]))[0]?.version ?? 0;
};

it('[e16, e7, e8] changes who sees a ticket, with the project that goes with it, and tells both', async () => {
  const { author, both, other, none, agent } = await company();
  const { id } = await openTicket(author);
  const people = { both, other, none };
  const seenBy = async (): Promise<string[]> => {
    const names: string[] = [];
    for (const [name, actor] of Object.entries(people)) if (await look(actor, id)) names.push(name);
    return names;
  };
  expect(await seenBy()).toEqual(['both', 'other', 'none']);
  const change = (field: string, before: string | null, after: string | null) => ({ field, before, after });
  const steps: [Actor, Input, changes: unknown[], seen: string[]][] = [
    [
      author,
      { accessLevel: 'PROJECT_USERS', projectKey: 'web' },
      [change('accessLevel', 'ACCOUNT_USERS', 'PROJECT_USERS'), change('project', null, 'web')],
      ['both'],
    ],
    [agent, { projectKey: ' app ' }, [change('project', 'web', 'app')], ['both', 'other']],
    [
      agent,
      { accessLevel: 'PRIVATE' },
      [change('accessLevel', 'PROJECT_USERS', 'PRIVATE'), change('project', 'app', null)],
      [],
    ],
    [
      author,
      { accessLevel: 'ALL_USERS', projectKey: null },
      [change('accessLevel', 'PRIVATE', 'ALL_USERS')],
      ['both', 'other', 'none'],
    ],
  ];
  for (const [index, [actor, input, changes, seen]] of steps.entries()) {
    const ticket = await update(actor, id, input);
    expect(lastChanges(ticket)).toEqual(changes);
    expect(await seenBy()).toEqual(seen);
    expect(await accessVersion(id)).toBe(index + 2);
    expect(ticket.version).toBe(index + 2);
  }
  const last = await read(author, id);
  for (const input of [{ accessLevel: 'ALL_USERS' }, { projectKey: null }]) {
    expect(await update(author, id, input)).toEqual(last);
  }
  await update(agent, id, { title: 'Changed' });
  expect(await accessVersion(id)).toBe(5);
});

it('[e8, e16, e31] wants a project exactly where the access level asks for one, and one that is there', async () => {
  const { author, agent } = await company();
  const { id: ticketId } = await openTicket(author);
  const inWeb = await openTicket(author, { title: 'Web', accessLevel: 'PROJECT_USERS', projectKey: 'web' });
  await company();
  const refusals: [Actor, string, Input, object][] = [
    [agent, ticketId, { accessLevel: 'PROJECT_USERS' }, { constraint: 'required' }],
    [agent, ticketId, { accessLevel: 'PROJECT_USERS', projectKey: null }, { constraint: 'required' }],
    [author, inWeb.id, { projectKey: null }, { constraint: 'required' }],
    [author, ticketId, { projectKey: 'web' }, { constraint: 'requires_project_users' }],
    [author, inWeb.id, { accessLevel: 'PRIVATE', projectKey: 'web' }, { constraint: 'requires_project_users' }],
    [author, inWeb.id, { projectKey: 'nonsense' }, { code: 'NOT_FOUND' }],
    [author, inWeb.id, { projectKey: 'app' }, { code: 'NOT_FOUND' }],
    [agent, inWeb.id, { projectKey: 'nonsense' }, { code: 'NOT_FOUND' }],
  ];
  for (const [actor, id, input, expected] of refusals) {
    expect(await refused(gateway, actor, 'updateTicket', { ticketId: id, ...input })).toMatchObject({
      ...expected,
      path: ['input', 'projectKey'],
    });
  }
});

it('[e16, e8] keeps a ticket’s project within its organization when the latter is changed', async () => {
  const { author, none, agent } = await company();
  const theirs = await company();
  const organizationId = (await whoIs(theirs.author)).organization?.id;
  const ours = (await whoIs(author)).organization?.id;
  const { id: ticketId } = await openTicket(author, { title: 'Web', accessLevel: 'PROJECT_USERS', projectKey: 'web' });
  expect(await refused(gateway, agent, 'updateTicket', { ticketId, organizationId })).toMatchObject({
    constraint: 'required',
    path: ['input', 'projectKey'],
  });
  const before = await accessVersion(ticketId);
  expect(await update(agent, ticketId, { organizationId: ours })).toMatchObject({ version: 1 });
  const ticket = await update(agent, ticketId, { organizationId, projectKey: 'app' });
  expect(ticket).toMatchObject({
    organization: { id: organizationId },
    project: { key: 'app', organization: { id: organizationId } },
  });
  expect(lastChanges(ticket)).toEqual([
    { field: 'project', before: 'web', after: 'app' },
    { field: 'organization', before: ours, after: organizationId },
  ]);
  expect(await accessVersion(ticketId)).toBe(before + 1);
  expect(await look(theirs.other, ticketId)).toMatchObject({ id: ticketId });
  expect(await look(author, ticketId)).toMatchObject({ id: ticketId });
  expect(await look(none, ticketId)).toBeNull();
  const open = await openTicket(author);
  await update(agent, open.id, { organizationId });
  expect(await look(none, open.id)).toBeNull();
  expect(await look(theirs.none, open.id)).toMatchObject({ accessLevel: 'ACCOUNT_USERS' });
});

it('[a10, e37] makes a new reporter an author and a member, who joins first, and moves no organization', async () => {
  const { customer, teammate, stranger, agent } = await gateway.cast();
  const [me, foreigner, staff] = [await idOf(customer), await idOf(stranger), await idOf(agent)];
  const { id, organization } = await openTicket(customer, { title: 'A ticket', accessLevel: 'PRIVATE' });
  const ticket = await update(agent, id, { reporterId: foreigner, priorityKey: 'high' });
  expect(story(ticket)).toEqual(['TicketOpened', 'MemberJoined', 'TicketUpdated']);
  expect(lastEvents(ticket, 2)).toMatchObject([
    { actor: { id: staff }, user: { id: foreigner } },
    {
      changes: [
        { field: 'priority', before: 'low', after: 'high' },
        { field: 'reporter', before: me, after: foreigner },
      ],
    },
  ]);
  expect(ticket).toMatchObject({
    ...{ organization, reporter: { id: foreigner }, authors: [{ id: me }, { id: foreigner }], isClientAuthor: true },
    version: 2,
  });
  expect(membersOf(ticket)).toEqual([me, foreigner]);
  expect(await mine(stranger, id)).toMatchObject({ viewerCanChangeAccess: true, viewerCanClose: true });

  const byStaff = await update(agent, id, { reporterId: staff });
  expect(byStaff).toMatchObject({ isClientAuthor: false, authors: [{ id: me }, { id: foreigner }, { id: staff }] });
  const back = await update(agent, id, { reporterId: me });
  expect(back).toMatchObject({ isClientAuthor: true, authors: byStaff.authors });
  expect(story(back).filter((name) => name === 'MemberJoined')).toHaveLength(2);

  await say(agent, id, 'Have a look', { mentionIds: [await idOf(teammate)] });
  expect(await mine(teammate, id)).toMatchObject({ viewerCanClose: false });
  const mate = await update(agent, id, { reporterId: await idOf(teammate) });
  expect(lastEvents(mate, 2)[0]?.__typename).not.toBe('MemberJoined');
  expect(mate.authors).toHaveLength(4);
  expect(await mine(teammate, id)).toMatchObject({ viewerCanClose: true });
});

it('[e16] ends the open streams of those who lose the right, and goes on with those of all others', async () => {
  const { author, both, none, agent } = await company();
  const { id } = await openTicket(author);
  const follow = async (actor: Actor) => {
    const listener = actor.subscribe(followTicket, { ticketId: id });
    expect((await listener.data()).conversationEvents.__typename).toBe('Checkpoint');
    return listener;
  };
  const lost = await follow(none);
  const kept = [await follow(author), await follow(both), await follow(agent)];
  await update(author, id, { accessLevel: 'PROJECT_USERS', projectKey: 'web' });
  const [error] = (await lost.next()).errors ?? [];
  expect(error?.extensions).toMatchObject({ code: 'NOT_FOUND' });
  expect(await lost.ended()).toBeUndefined();
  await say(author, id, 'For us');
  for (const listener of kept) {
    expect((await listener.data()).conversationEvents.__typename).toBe('TicketUpdated');
    expect((await listener.data()).conversationEvents).toMatchObject({ comment: { body: 'For us' } });
  }
});
