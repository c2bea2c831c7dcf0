import { globalId } from '../../src/global-id.js';
import { type Actor, newHumanId, TestGateway } from '../support/gateway.js';
import {
  allRows,
  deactivate,
  done,
  idOf,
  type Input,
  lastChanges,
  lastEvents,
  mutate,
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

/** A group, which no mutation makes. */
async function newGroup(): Promise<string> {
  const sql = `insert into groups (name) values ($1) returning id`;
  const [row] = await gateway.app.services.db.query<{ id: string }>(sql, [newHumanId('GRP')]);
  return globalId('Group', row?.id ?? '');
}

/** The organization of a new customer. */
async function newOrganization(): Promise<string> {
  const actor = await gateway.signIn({ role: 'customer', organization: newHumanId('ORG') });
  return (await whoIs(actor)).organization?.id ?? '';
}

const update = async (actor: Actor, ticketId: string, input: Input): Promise<Ticket> =>
  (await done(actor, 'updateTicket', { ticketId, ...input })).ticket;

/** Argument, field of the ticket, two values of it as they are sent, and what is read of them. */
type Field = [
  argument: string,
  field: keyof Ticket,
  values: () => Promise<[string, string]>,
  key: 'text' | 'key' | 'id',
];

const fixed =
  (...values: [string, string]) =>
  () =>
    Promise.resolve(values);
const twoOf = (make: () => Promise<string>) => async (): Promise<[string, string]> => [await make(), await make()];
const newAgent = async (): Promise<string> => idOf(await gateway.signIn({ role: 'agent' }));

const clearable: Field[] = [
  ['description', 'description', fixed('At length', 'At more length'), 'text'],
  ['serviceImpact', 'serviceImpact', fixed('No orders', 'No orders at all'), 'text'],
  ['contractHumanId', 'contractHumanId', fixed('CON-1', 'CON-2'), 'text'],
  ['tenantHumanId', 'tenantHumanId', fixed('TEN-1', 'TEN-2'), 'text'],
  ['externalSubjectId', 'externalSubjectId', fixed('package-1', 'package-2'), 'text'],
  ['typeKey', 'type', fixed('incident', 'question'), 'key'],
  ['stageKey', 'stage', fixed('triage', 'fix'), 'key'],
  ['outcomeKey', 'outcome', fixed('solved', 'duplicate'), 'key'],
  ['assigneeId', 'assignee', twoOf(newAgent), 'id'],
  ['groupId', 'group', twoOf(newGroup), 'id'],
  ['buyerId', 'buyer', twoOf(newOrganization), 'id'],
  ['consumerId', 'consumer', twoOf(newOrganization), 'id'],
];
const kept: Field[] = [
  ['title', 'title', fixed('Another title', 'A third one'), 'text'],
  ['statusKey', 'status', fixed('waiting', 'resolved'), 'key'],
  ['priorityKey', 'priority', fixed('high', 'urgent'), 'key'],
  ['accessLevel', 'accessLevel', fixed('PRIVATE', 'ALL_USERS'), 'text'],
  ['reporterId', 'reporter', twoOf(async () => idOf(await gateway.signIn({ role: 'customer' }))), 'id'],
  ['organizationId', 'organization', twoOf(newOrganization), 'id'],
];

const shown = (ticket: Ticket, field: keyof Ticket, key: 'text' | 'key' | 'id'): unknown => {
  const value = ticket[field] as unknown;
  return key !== 'text' && value ? (value as Record<string, unknown>)[key] : value;
};

it.each([...clearable, ...kept])(
  '[d25, a5] sets %s and tells it before and after',
  async (argument, field, values, key) => {
    const { customer, agent } = await gateway.cast();
    const opened = await openTicket(customer);
    const [first, second] = await values();
    let before = shown(opened, field, key) as string | null;
    let version = opened.version;
    for (const after of [first, second]) {
      const ticket = await update(agent, opened.id, { [argument]: after });
      expect(shown(ticket, field, key)).toBe(after);
      expect(lastEvents(ticket, 1)).toMatchObject([
        {
          __typename: 'TicketUpdated',
          actor: { id: await idOf(agent) },
          at: ticket.updatedAt,
          ticket: { id: opened.id },
          changes: [{ field, before, after }],
        },
      ]);
      expect(ticket.version).toBe(++version);
      before = after;
    }
    const again = await update(agent, opened.id, { [argument]: second });
    expect(again).toEqual(await read(agent, opened.id));
    expect(again.version).toBe(version);
  },
);

it.each(clearable)('[d25] clears %s by null, once', async (argument, field, values) => {
  const { customer, agent } = await gateway.cast();
  const { id } = await openTicket(customer);
  const [value] = await values();
  const { version } = await update(agent, id, { [argument]: value });
  const ticket = await update(agent, id, { [argument]: null });
  expect(ticket[field]).toBeNull();
  expect(lastChanges(ticket)).toEqual([{ field, before: value, after: null }]);
  expect(ticket.version).toBe(version + 1);
  expect(await update(agent, id, { [argument]: null })).toEqual(ticket);
});

it.each(kept)('[d25, e31] does not clear %s', async (argument) => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  expect(await refused(gateway, agent, 'updateTicket', { ticketId, [argument]: null })).toMatchObject({
    __typename: 'ValidationError',
    constraint: 'not_clearable',
    message: expect.stringContaining(`\`${argument}\``),
    path: ['input', argument],
  });
});

it('[d25] tells all that was changed at once in one event, and leaves the rest as it was', async () => {
  const { customer, agent } = await gateway.cast();
  const opened = await openTicket(customer, { title: 'A ticket', description: 'As it was', externalSubjectId: 'p-1' });
  const assigneeId = await idOf(agent);
  const ticket = await update(agent, opened.id, {
    title: ' Changed ',
    priorityKey: 'high',
    statusKey: 'in_progress',
    externalSubjectId: null,
    serviceImpact: null,
    assigneeId,
  });
  expect(story(ticket)).toEqual(['TicketOpened', 'TicketUpdated']);
  expect(lastChanges(ticket)).toEqual([
    { field: 'title', before: 'A ticket', after: 'Changed' },
    { field: 'status', before: 'created', after: 'in_progress' },
    { field: 'priority', before: 'low', after: 'high' },
    { field: 'assignee', before: null, after: assigneeId },
    { field: 'externalSubjectId', before: 'p-1', after: null },
  ]);
  expect(ticket).toMatchObject({ description: 'As it was', version: 2, accessLevel: opened.accessLevel });
  expect(await read(customer, opened.id)).toMatchObject({ title: 'Changed', conversation: { members: [{}] } });
});

it('[a5, d25] takes an update of nothing, from those who may change something', async () => {
  const { customer, teammate, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  // Whoever is seen for the first time leaves a trace by that alone.
  await idOf(agent);
  const rows = await allRows(gateway);
  for (const actor of [agent, customer]) {
    const { ticket, comment } = await done(actor, 'updateTicket', { ticketId });
    expect({ comment, version: ticket.version, story: story(ticket) }).toEqual({
      ...{ comment: null, version: 1, story: ['TicketOpened'] },
    });
  }
  await update(agent, ticketId, { title: 'A ticket', priorityKey: 'low', description: null });
  expect(await allRows(gateway)).toEqual(rows);
  expect(await refused(gateway, teammate, 'updateTicket', { ticketId })).toMatchObject({
    code: 'FORBIDDEN',
    path: ['input', 'ticketId'],
  });
});

it('[c12, c13, x8] sets the status of any category but CLOSED, and shows what it means', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  for (const [statusKey, isResolved] of [
    ['in_progress', false],
    ['resolved', true],
    ['waiting', false],
    ['created', false],
  ] as const) {
    expect(await update(agent, ticketId, { statusKey })).toMatchObject({
      ...{ status: { key: statusKey }, isResolved, isOpen: true, closedAt: null },
    });
  }
  expect(await refused(gateway, agent, 'updateTicket', { ticketId, statusKey: 'closed', title: 'x' })).toMatchObject({
    __typename: 'ValidationError',
    constraint: 'closed',
    path: ['input', 'statusKey'],
  });
});

it('[e31, x10] answers NOT_FOUND with the path for what is not there', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const gone = await newAgent();
  await deactivate(gateway, gone);
  const me = await idOf(customer);
  const absent: [argument: string, ...values: string[]][] = [
    ['statusKey', 'nonsense', 'high', '\u{1F600}'],
    ['priorityKey', 'nonsense', 'created'],
    ['typeKey', 'low'],
    ['stageKey', 'solved'],
    ['outcomeKey', 'triage'],
    ['assigneeId', me, gone, ticketId, 'nonsense', ''],
    ['reporterId', gone, globalId('User', '00000000-0000-4000-8000-000000000000'), me.slice(4)],
    ['groupId', me, globalId('Group', '00000000-0000-4000-8000-000000000000')],
    ['organizationId', me, 'ORG-1'],
    ['buyerId', ''],
    ['consumerId', ticketId],
  ];
  for (const [argument, ...values] of absent) {
    for (const value of values) {
      const input = { ticketId, title: 'Changed', [argument]: value };
      expect(await refused(gateway, agent, 'updateTicket', input)).toMatchObject({
        __typename: 'RequestError',
        code: 'NOT_FOUND',
        path: ['input', argument],
      });
    }
  }
});

it('[e2, e31] refuses texts that are too short or too long', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  for (const [argument, value] of [
    ['title', ' '],
    ['title', 'x'.repeat(256)],
    ['description', ''],
    ['contractHumanId', 'x'.repeat(65)],
    ['externalSubjectId', 'x'.repeat(256)],
    ['statusKey', ''],
  ] as const) {
    expect(await refused(gateway, agent, 'updateTicket', { ticketId, [argument]: value })).toMatchObject({
      __typename: 'ValidationError',
      path: ['input', argument],
    });
  }
  expect(await update(agent, ticketId, { title: '\u{1F600}'.repeat(255) })).toMatchObject({ version: 2 });
});

it('[a5, e16] lets customers change no more than access, whatever else they are', async () => {
  const { customer, teammate, stranger, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  await say(agent, ticketId, 'Have a look', { mentionIds: [await idOf(stranger)] });
  for (const [argument, value] of [
    ['title', 'Mine'],
    ['statusKey', 'resolved'],
    ['description', null],
    ['assigneeId', await idOf(agent)],
    ['reporterId', await idOf(customer)],
    ['title', null],
  ] as const) {
    for (const actor of [customer, teammate, stranger]) {
      expect(await refused(gateway, actor, 'updateTicket', { ticketId, [argument]: value })).toMatchObject({
        code: 'FORBIDDEN',
        path: ['input', argument],
      });
    }
  }
  for (const actor of [teammate, stranger]) {
    expect(await refused(gateway, actor, 'updateTicket', { ticketId, accessLevel: 'PRIVATE' })).toMatchObject({
      code: 'FORBIDDEN',
      path: ['input', 'accessLevel'],
    });
  }
  expect(await update(customer, ticketId, { accessLevel: 'PRIVATE' })).toMatchObject({ accessLevel: 'PRIVATE' });
});

it('[x16] changes nothing of a closed ticket but who sees it', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const closed = (await done(agent, 'closeTicket', { ticketId })).ticket;
  for (const input of [{ title: 'Late' }, { statusKey: 'created' }, { title: 'Late', accessLevel: 'PRIVATE' }]) {
    expect(await refused(gateway, agent, 'updateTicket', { ticketId, ...input })).toMatchObject({
      __typename: 'TicketStateError',
      code: 'TICKET_CLOSED',
      path: ['input', 'ticketId'],
      ticket: { id: ticketId, isOpen: false },
    });
  }
  const ticket = await update(customer, ticketId, { accessLevel: 'PRIVATE' });
  expect(ticket).toMatchObject({ isOpen: false, closedAt: closed.closedAt, accessLevel: 'PRIVATE', version: 3 });
});

it('changes only the version that the caller has seen', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  for (const expectedVersion of [0, 2]) {
    const input = { ticketId, title: 'Changed', expectedVersion };
    expect(await refused(gateway, agent, 'updateTicket', input)).toMatchObject({
      __typename: 'VersionConflictError',
      path: ['input', 'expectedVersion'],
      currentVersion: 1,
      current: { id: ticketId, version: 1 },
    });
  }
  expect(await update(agent, ticketId, { title: 'Changed', expectedVersion: 1 })).toMatchObject({ version: 2 });
});

it('[x15] applies an update once when it is sent again with its key, and brings back the ticket as it is now', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const input = { ticketId, title: 'Once', idempotencyKey: 'k' };
  await done(agent, 'updateTicket', input);
  await update(agent, ticketId, { title: 'Then' });
  expect(await mutate(agent, 'updateTicket', input)).toMatchObject({ replayed: true, ticket: { title: 'Then' } });
  expect(await refused(gateway, agent, 'updateTicket', { ...input, title: 'Other' })).toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  });
});

it('[d19] remembers when a ticket was first given to somebody', async () => {
  const { customer, agent } = await gateway.cast();
  const { id } = await openTicket(customer);
  const assigned = async (): Promise<Date | null> => {
    const sql = 'select first_assigned_at as at from tickets where id = $1';
    return (await gateway.app.services.db.query<{ at: Date | null }>(sql, [id.slice(4)]))[0]?.at ?? null;
  };
  await update(agent, id, { title: 'Changed', assigneeId: null });
  expect(await assigned()).toBeNull();
  const { updatedAt } = await update(agent, id, { assigneeId: await newAgent() });
  const first = await assigned();
  expect(first?.toISOString()).toBe(new Date(updatedAt).toISOString());
  for (const assigneeId of [await newAgent(), null, await newAgent()]) await update(agent, id, { assigneeId });
  expect(await assigned()).toEqual(first);
});
