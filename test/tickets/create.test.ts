import { uuidOf } from '../../src/global-id.js';
import { type Actor, newHumanId, TestGateway } from '../support/gateway.js';
import { allRows, deactivate, done, idOf, membersOf, openTicket, read, refused, story, whoIs } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const unknownId = (prefix: string) => `${prefix}_00000000-0000-4000-8000-000000000000`;

it('[a2, d24] opens a ticket from a title alone, with every default', async () => {
  const { customer } = await gateway.cast();
  const { id: me, organization } = await whoIs(customer);
  const before = Date.now();
  const { ticket, comment, replayed } = await done(customer, 'createTicket', { title: 'No network' });
  expect({ comment, replayed }).toEqual({ comment: null, replayed: false });
  expect(ticket).toMatchObject({
    humanId: `INC-${ticket.number}`,
    title: 'No network',
    description: null,
    status: { key: 'created' },
    priority: { key: 'low' },
    accessLevel: 'ACCOUNT_USERS',
    isOpen: true,
    isResolved: false,
    isClientAuthor: true,
    organization,
    reporter: { id: me },
    authors: [{ id: me }],
    version: 1,
    createdAt: ticket.updatedAt,
    closedAt: null,
    topic: null,
    project: null,
    serviceImpact: null,
    contractHumanId: null,
    tenantHumanId: null,
    externalSubjectId: null,
    noticeId: null,
    vote: null,
    lastComment: null,
    comments: { totalCount: 0 },
  });
  expect(Date.parse(ticket.createdAt)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(ticket.createdAt)).toBeLessThanOrEqual(Date.now());
  expect(await read(customer, ticket.id)).toEqual(ticket);
});

it('[c2, c12, c13] takes every field of the input as it was given', async () => {
  const customer = await gateway.signIn({
    role: 'customer',
    organization: newHumanId('ORG'),
    projects: ['web', 'app'],
  });
  const { organization } = await whoIs(customer);
  const input = {
    title: 'Account Issue',
    description: 'I am facing an issue with my account.\nSince Monday.',
    body: 'Nothing helps.',
    topicKey: 'support',
    priorityKey: 'urgent',
    accessLevel: 'PROJECT_USERS',
    projectKey: 'app',
    noticeId: 7,
    externalSubjectId: 'articlepkg/1',
    serviceImpact: 'Provisioning',
    contractHumanId: 'CON-123562',
    tenantHumanId: '123',
    reporterId: null,
    organizationId: null,
    idempotencyKey: null,
  };
  const { ticket, comment } = await done(customer, 'createTicket', input);
  expect(ticket).toMatchObject({
    title: input.title,
    description: input.description,
    topic: { key: 'support' },
    priority: { key: 'urgent' },
    status: { key: 'created' },
    accessLevel: 'PROJECT_USERS',
    project: { key: 'app', organization },
    organization,
    noticeId: 7,
    externalSubjectId: 'articlepkg/1',
    serviceImpact: 'Provisioning',
    contractHumanId: 'CON-123562',
    tenantHumanId: '123',
    version: 1,
    updatedAt: ticket.createdAt,
    lastComment: { id: comment?.id },
  });
  expect(comment).toMatchObject({ body: 'Nothing helps.', visibility: 'PUBLIC', ticket: { id: ticket.id } });
});

it('[b6, e3] opens a ticket with its first comment in one step', async () => {
  const { customer, agent } = await gateway.cast();
  const me = await idOf(customer);
  const { ticket, comment } = await done(customer, 'createTicket', {
    title: 'new test ticket',
    body: 'my first comment',
  });
  expect(comment).toMatchObject({ body: 'my first comment', author: { id: me }, isClientAuthor: true, version: 1 });
  expect(comment?.sentAt).toBe(ticket.createdAt);
  expect(ticket.comments).toEqual({ totalCount: 1, nodes: [comment] });
  for (const actor of [customer, agent]) {
    const { conversation } = await read(actor, ticket.id);
    expect(conversation.events.nodes).toEqual([
      expect.objectContaining({ __typename: 'TicketOpened', actor: { id: me }, ticket: { id: ticket.id } }),
      expect.objectContaining({ __typename: 'CommentAdded', actor: { id: me }, comment }),
    ]);
    expect(conversation.events.nodes.at(-1)?.cursor).toBe(conversation.headCursor);
    expect(conversation.members).toEqual([{ user: { id: me }, joinedAt: expect.any(String) }]);
  }
});

it('[a10, d6, c4] lets staff open a ticket on behalf of a customer, and makes both its authors', async () => {
  const { customer, agent, stranger } = await gateway.cast();
  const [reporter, staff] = [await whoIs(customer), await whoIs(agent)];
  const input = { title: 'By telephone', body: 'They called.', reporterId: reporter.id };
  const { ticket, comment } = await done(agent, 'createTicket', input);
  expect(ticket).toMatchObject({
    reporter: { id: reporter.id },
    authors: [{ id: staff.id }, { id: reporter.id }],
    organization: reporter.organization,
    isClientAuthor: true,
  });
  expect(comment).toMatchObject({ author: { id: staff.id }, isClientAuthor: false });
  expect(membersOf(ticket)).toEqual([staff.id, reporter.id]);
  expect(story(ticket)).toEqual(['TicketOpened', 'CommentAdded']);
  expect(await read(customer, ticket.id)).toMatchObject({ viewerCanClose: true });

  const other = await whoIs(stranger);
  const moved = await openTicket(agent, { ...input, organizationId: other.organization?.id });
  expect(moved).toMatchObject({ organization: other.organization, reporter: { id: reporter.id } });
  expect(await read(stranger, moved.id)).toMatchObject({ title: 'By telephone' });
});

it('makes a ticket that staff open for themselves one of staff, without an organization', async () => {
  const { agent, customer } = await gateway.cast();
  const me = await idOf(agent);
  const ticket = await openTicket(agent);
  expect(ticket).toMatchObject({
    reporter: { id: me },
    authors: [{ id: me }],
    organization: null,
    isClientAuthor: false,
  });
  const self = await openTicket(agent, { title: 'Mine', reporterId: me });
  expect(self.authors).toEqual([{ id: me }]);
  expect(membersOf(self)).toEqual([me]);
  const { organization } = await whoIs(customer);
  expect(await openTicket(agent, { title: 'Theirs', organizationId: organization?.id })).toMatchObject({
    organization,
  });
});

it('[b8, d6] forbids a customer to open a ticket for anybody, even for themselves by name', async () => {
  const { customer, stranger } = await gateway.cast();
  const [me, other] = [await whoIs(customer), await whoIs(stranger)];
  const claims = [
    ['reporterId', [me.id, other.id, unknownId('usr')]],
    ['organizationId', [me.organization?.id, other.organization?.id, unknownId('org')]],
  ] as const;
  for (const [argument, values] of claims) {
    for (const value of values) {
      expect(await refused(gateway, customer, 'createTicket', { title: 'Mine', [argument]: value })).toMatchObject({
        __typename: 'RequestError',
        code: 'FORBIDDEN',
        path: ['input', argument],
      });
    }
  }
});

it('[e1] answers NOT_FOUND, with the path, for whatever an input refers to in vain', async () => {
  const { agent, customer } = await gateway.cast();
  const { id, organization } = await whoIs(customer);
  await deactivate(gateway, id);
  const vain: [argument: string, value: unknown, what: string][] = [
    ['topicKey', 'no_such_topic', 'topic'],
    ['priorityKey', 'created', 'priority'],
    ['reporterId', unknownId('usr'), 'user'],
    ['reporterId', id, 'user'],
    ['reporterId', organization?.id, 'user'],
    ['reporterId', 'anything', 'user'],
    ['organizationId', unknownId('org'), 'organization'],
    ['organizationId', id, 'organization'],
    ['organizationId', '', 'organization'],
  ];
  for (const [argument, value, what] of vain) {
    expect(await refused(gateway, agent, 'createTicket', { title: 'Vain', [argument]: value })).toEqual({
      __typename: 'RequestError',
      code: 'NOT_FOUND',
      message: `There is no such ${what}, or you may not see it.`,
      path: ['input', argument],
    });
  }
});

it('[e8] wants a project exactly with PROJECT_USERS', async () => {
  const customer = await gateway.signIn({ role: 'customer', organization: newHumanId('ORG'), projects: ['web'] });
  const open = (more: object) => refused(gateway, customer, 'createTicket', { title: 'Ours', ...more });
  const path = ['input', 'projectKey'];
  expect(await open({ accessLevel: 'PROJECT_USERS' })).toMatchObject({ __typename: 'ValidationError', path });
  for (const accessLevel of ['PRIVATE', 'ACCOUNT_USERS', 'ALL_USERS', null]) {
    expect(await open({ accessLevel, projectKey: 'web' })).toMatchObject({ code: 'VALIDATION_FAILED', path });
  }
  expect(await open({ accessLevel: 'PROJECT_USERS', projectKey: '' })).toMatchObject({
    code: 'VALIDATION_FAILED',
    path,
  });
});

it("[e8] looks the project up in the ticket's organization, and lets customers name only their own", async () => {
  const organization = newHumanId('ORG');
  const customer = await gateway.signIn({ role: 'customer', organization, projects: ['web'] });
  const teammate = await gateway.signIn({ role: 'customer', organization, projects: ['app'] });
  const stranger = await gateway.signIn({
    role: 'customer',
    organization: newHumanId('ORG'),
    projects: ['web', 'far'],
  });
  const agent = await gateway.signIn({ role: 'agent' });
  const [mine, , theirs] = [await whoIs(customer), await whoIs(teammate), await whoIs(stranger)];
  const input = (projectKey: string, more = {}) => ({
    title: 'Ours',
    accessLevel: 'PROJECT_USERS',
    projectKey,
    ...more,
  });

  expect((await openTicket(customer, input('web'))).project).toMatchObject({ organization: mine.organization });
  expect((await openTicket(stranger, input('web'))).project).toMatchObject({ organization: theirs.organization });
  const behalf = { reporterId: mine.id };
  expect((await openTicket(agent, input('app', behalf))).project).toMatchObject({ organization: mine.organization });

  const notFound = { code: 'NOT_FOUND', path: ['input', 'projectKey'] };
  expect(await refused(gateway, customer, 'createTicket', input('far'))).toMatchObject(notFound);
  expect(await refused(gateway, customer, 'createTicket', input('app'))).toMatchObject(notFound);
  expect(await refused(gateway, agent, 'createTicket', input('far', behalf))).toMatchObject(notFound);
  expect(await refused(gateway, agent, 'createTicket', input('web'))).toMatchObject(notFound);
});

it.each(['PRIVATE', 'ACCOUNT_USERS', 'ALL_USERS'])('[e7] stores the access level %s', async (accessLevel) => {
  const { customer, agent } = await gateway.cast();
  const { id } = await openTicket(customer, { title: 'A ticket', accessLevel });
  expect(await read(agent, id)).toMatchObject({ accessLevel, project: null });
});

it('[e7] refuses an access level that does not exist', async () => {
  const { customer } = await gateway.cast();
  // Whoever is seen for the first time leaves a trace by that alone.
  await idOf(customer);
  const before = await allRows(gateway);
  const { data, errors } = await customer.send(
    `mutation { createTicket(input: { title: "A ticket", accessLevel: EVERYBODY }) { ticket { id } userErrors { code } } }`,
  );
  expect(data).toBeUndefined();
  expect(errors?.[0]?.message).toContain('EVERYBODY');
  expect(await allRows(gateway)).toEqual(before);
});

it('[e6] keeps a notice id of 32 bits, and no larger one', async () => {
  const { customer } = await gateway.cast();
  for (const noticeId of [0, 1, 2_147_483_647]) {
    expect(await openTicket(customer, { title: 'A notice', noticeId })).toMatchObject({ noticeId });
  }
  expect(await refused(gateway, customer, 'createTicket', { title: 'A notice', noticeId: -1 })).toMatchObject({
    code: 'VALIDATION_FAILED',
    path: ['input', 'noticeId'],
  });
  const before = await allRows(gateway);
  const document = `mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id } userErrors { code } } }`;
  for (const noticeId of [2_147_483_648, 1.5, '1']) {
    const { errors } = await customer.send(document, { input: { title: 'A notice', noticeId } });
    expect(errors).toMatchObject([{ extensions: { code: 'VALIDATION_FAILED' } }]);
  }
  expect(await allRows(gateway)).toEqual(before);
});

it('[e5] fixes the topic when a ticket is opened, even for whoever writes SQL', async () => {
  const { customer } = await gateway.cast();
  const { db } = gateway.app.services;
  for (const topicKey of ['support', undefined]) {
    const { id } = await openTicket(customer, { title: 'A ticket', topicKey });
    const change = (topic: string) =>
      db.query(`update tickets set topic_id = ${topic} where id = $1`, [uuidOf('Ticket', id)]);
    await expect(change(`(select id from topics where key = 'billing')`)).rejects.toThrow('fixed when it is opened');
    if (topicKey) await expect(change('null')).rejects.toThrow('fixed when it is opened');
    expect((await read(customer, id)).topic).toEqual(topicKey ? { key: topicKey } : null);
    await change('topic_id');
  }
});

it('[e43] takes the key of a subtopic as well', async () => {
  const { customer } = await gateway.cast();
  expect(await openTicket(customer, { title: 'A ticket', topicKey: 'servers' })).toMatchObject({
    topic: { key: 'servers' },
  });
});

it('lets authors take part from the moment on at which it was opened', async () => {
  const { customer, agent } = await gateway.cast();
  const ticket = await openTicket(agent, { title: 'By telephone', reporterId: await idOf(customer) });
  const { createdAt: joinedAt } = ticket;
  expect(ticket.conversation.members).toMatchObject([{ joinedAt }, { joinedAt }]);
});

it('[b4] never moves createdAt, whatever happens later', async () => {
  const { customer, agent } = await gateway.cast();
  const { id, createdAt } = await openTicket(customer);
  await done(agent, 'addComment', { ticketId: id, body: 'On it.' });
  await done(agent, 'closeTicket', { ticketId: id });
  expect(await read(customer, id)).toMatchObject({ createdAt, isOpen: false });
});

const find = async (actor: Actor, keys: string) =>
  (await actor.run<{ ticket: { id: string } | null }>(`{ ticket(${keys}) { id } }`)).ticket;

it('[a4, b10] finds a ticket by its id, for those who may see it', async () => {
  const { customer, teammate, stranger, agent } = await gateway.cast();
  const { id } = await openTicket(customer);
  for (const actor of [customer, teammate, agent]) expect(await find(actor, `id: "${id}"`)).toEqual({ id });
  expect(await find(stranger, `id: "${id}"`)).toBeNull();
  for (const text of ['', 'nonsense', id.slice(4), id.toUpperCase(), id.replace('tic', 'com')]) {
    expect(await find(agent, `id: "${text}"`)).toBeNull();
  }
});

it('[d8, e15] finds a ticket by its number or human id, for those who may see it', async () => {
  const { customer, stranger, agent } = await gateway.cast();
  const { id, number, humanId } = await openTicket(customer);
  expect(humanId).toMatch(/^INC-\d+$/);
  for (const keys of [`number: ${number}`, `humanId: "${humanId}"`, `id: null, number: ${number}`]) {
    for (const actor of [customer, agent]) expect(await find(actor, keys)).toEqual({ id });
    expect(await find(stranger, keys)).toBeNull();
  }
  for (const text of [`INC-0${number}`, `INC-${number}0000000000`, `ABC-${number}`, `inc-${number}`, `${number}`, '']) {
    expect(await find(agent, `humanId: "${text}"`)).toBeNull();
  }
  for (const missing of [0, -1, 2_147_483_647]) expect(await find(agent, `number: ${missing}`)).toBeNull();
});

it('[d8] wants exactly one key of a ticket', async () => {
  const { customer } = await gateway.cast();
  const { id, number, humanId } = await openTicket(customer);
  for (const keys of [
    '',
    '(id: null)',
    `(id: "${id}", number: ${number})`,
    `(number: ${number}, humanId: "${humanId}")`,
  ]) {
    expect(await customer.send(`{ ticket${keys} { id } }`)).toMatchObject({
      data: { ticket: null },
      errors: [{ path: ['ticket'], extensions: { code: 'VALIDATION_FAILED' } }],
    });
  }
});

it('calls tickets by the prefix that was configured', async () => {
  const other = await TestGateway.start({ TICKET_PREFIX: 'ABC' });
  try {
    const { customer } = await other.cast();
    const { id, number, humanId } = await openTicket(customer);
    expect(humanId).toBe(`ABC-${number}`);
    expect(await find(customer, `humanId: "ABC-${number}"`)).toEqual({ id });
    expect(await find(customer, `humanId: "INC-${number}"`)).toBeNull();
  } finally {
    await other.stop();
  }
});
