import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { anyFilter, type Person, type World } from '../lists/model.js';
import type { TicketFilter } from '../support/_generated.js';
import { type Actor, onServer, TestGateway } from '../support/gateway.js';
import { Dashboard } from './support.js';

let gateway: TestGateway;
let world: World;
let customers: Actor[];
let staff: Actor[];

beforeAll(async () => {
  gateway = await TestGateway.start();
  const ours = { organization: 'ORG-feed', projects: ['web'] };
  customers = await Promise.all([
    gateway.signIn({ role: 'customer', ...ours }),
    gateway.signIn({ role: 'customer', ...ours }),
  ]);
  staff = await Promise.all([gateway.signIn({ role: 'agent' }), gateway.signIn({ role: 'admin' })]);
  for (const actor of [...customers, ...staff]) await actor.run('{ viewer { id } }');
  const { db } = gateway.app.services;
  await db.query(`insert into groups (name) values ('First line')`);
  await db.query(`insert into organizations (human_id, name) values ('ORG-other', 'Other')`);
  const uuids = async (table: string): Promise<string[]> =>
    (await db.query<{ id: string }>(`select id from ${table}`)).map(({ id }) => id);
  world = {
    people: await db.query<Person>('select id, email, role, organization_id as "organizationId" from users'),
    states: await db.query('select id, type, key, category, rank from states'),
    topics: await db.query(
      'select t.id, t.key, p.key as "parentKey" from topics t left join topics p on p.id = t.parent_id',
    ),
    projects: await db.query('select id, key from projects'),
    organizations: await uuids('organizations'),
    groups: await uuids('groups'),
  };
});
afterAll(() => gateway.stop());

/** What can happen next: who does it, to which of the tickets there are, and how. */
interface Step {
  kind: (typeof kinds)[number];
  who: number;
  which: number;
  how: number;
}

const kinds = [
  ...(['open', 'say', 'say', 'note', 'update', 'update', 'update', 'close', 'reopen', 'delete', 'split'] as const),
  ...(['rate', 'attribute', 'read', 'join', 'remove', 'edit', 'reconnect', 'reconnect'] as const),
];

const anyStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(...kinds),
  who: fc.nat(1),
  which: fc.nat(5),
  how: fc.nat(1_000),
});

const pick = <T>(values: readonly T[], how: number): T => values[how % values.length]!;

/** One of the fields that a filter may ask for, and what it becomes. */
function change(how: number): object {
  const key = (type: string): string =>
    pick(
      world.states.filter((state) => state.type === type && state.category !== 'CLOSED').map((state) => state.key),
      how,
    );
  const orNull = <T>(value: T): T | null => (how % 3 === 0 ? null : value);
  const person = (isStaff: boolean): string =>
    `usr_${
      pick(
        world.people.filter(({ role }) => (role !== 'CUSTOMER') === isStaff),
        how,
      ).id
    }`;
  const organizationId = `org_${pick(world.organizations, how)}`;
  return pick(
    [
      () => ({ title: pick(['a', 'B', 'á', 'Яё', '1%', '_\\'], how) }),
      () => ({ statusKey: key('STATE') }),
      () => ({ priorityKey: key('PRIORITY') }),
      () => ({ typeKey: orNull(key('TYPE')) }),
      () => ({ stageKey: orNull(key('STAGE')) }),
      () => ({ outcomeKey: orNull(key('OUTCOME')) }),
      () => ({ accessLevel: pick(['PRIVATE', 'ACCOUNT_USERS', 'ALL_USERS'], how) }),
      () => ({ projectKey: orNull('web') }),
      () => ({ reporterId: person(how % 2 === 0) }),
      () => ({ assigneeId: orNull(person(true)) }),
      () => ({ groupId: orNull(`grp_${pick(world.groups, how)}`) }),
      () => ({ organizationId }),
      () => ({ buyerId: orNull(organizationId) }),
      () => ({ consumerId: orNull(organizationId) }),
      () => ({ externalSubjectId: orNull(pick(['x', 'y'], how)) }),
    ],
    Math.trunc(how / 7),
  )();
}

const opened = 'ticket { id }';

/** Tickets and comments that a history has made so far. */
class History {
  private readonly tickets: string[] = [];
  private readonly comments: string[] = [];

  /** Carries a step out; what is refused, as a comment on a closed ticket is, changes nothing. */
  async take({ kind, who, which, how }: Step): Promise<void> {
    const customer = customers[who]!;
    const agent = staff[who]!;
    const ticketId = this.tickets[which % this.tickets.length];
    if (kind === 'open' || ticketId === undefined) {
      const noticeId = how % 3 || null;
      const topicKey = how % 2 ? pick(world.topics, how).key : null;
      const input = { title: 'a', body: 'A word', externalSubjectId: pick(['x', 'y', null], how), noticeId, topicKey };
      const ticket = (await this.do(pick([customer, agent], how), 'createTicket', input, opened))?.ticket;
      this.tickets.push(ticket.id);
      return;
    }
    const comment = this.comments[which % this.comments.length];
    const body = `Word ${how}`;
    const speaker = pick([customer, agent], how);
    const acts: Record<Exclude<Step['kind'], 'open' | 'reconnect'>, () => Promise<unknown>> = {
      say: () => this.say(speaker, { ticketId, body }),
      note: () => this.say(agent, { ticketId, body, visibility: 'INTERNAL' }),
      update: () => this.do(agent, 'updateTicket', { ticketId, ...change(how) }),
      close: () => this.do(customer, 'closeTicket', { ticketId, ...(how % 2 && { score: 1 + (how % 5) }) }),
      reopen: () => this.do(speaker, 'reopenTicket', { ticketId, body }),
      delete: () => (how % 4 ? this.say(speaker, { ticketId, body }) : this.do(agent, 'deleteTicket', { ticketId })),
      split: () => this.split(agent, ticketId, comment),
      rate: () => this.do(customer, 'rateTicket', { ticketId, score: 1 + (how % 10) }),
      attribute: () => this.do(agent, 'setTicketAttribute', { ticketId, type: 'Device', key: 'k', value: body }),
      read: () => this.do(customer, 'markTicketRead', { ticketId }),
      join: () => this.do(agent, 'joinTicket', { ticketId }),
      remove: async () => comment && this.do(agent, 'deleteComment', { commentId: comment }),
      edit: async () => comment && this.do(speaker, 'updateComment', { commentId: comment, body }),
    };
    if (kind !== 'reconnect') await acts[kind]();
  }

  private async say(actor: Actor, input: object): Promise<void> {
    const id = (await this.do(actor, 'addComment', input, 'comment { id }'))?.comment?.id;
    if (id) this.comments.push(id);
  }

  private async split(agent: Actor, ticketId: string, commentId: string | undefined): Promise<void> {
    if (commentId === undefined) return;
    const input = { ticketId, commentIds: [commentId], title: 'Split' };
    const created = (await this.do(agent, 'splitTicket', input, 'created { id }'))?.created;
    if (created) this.tickets.push(created.id);
  }

  private async do(actor: Actor, mutation: string, input: object, answer = 'replayed'): Promise<any> {
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
    const document = `mutation ($input: ${type}!) { done: ${mutation}(input: $input) { ${answer} userErrors { code } } }`;
    const { data, errors } = await actor.send(document, { input });
    expect(errors).toBeUndefined();
    return data?.done;
  }
}

/** Opens a ticket that every dashboard of a run shows. */
async function openMark(mark: string): Promise<string> {
  const document = `mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ${opened} } }`;
  return (await staff[0]!.run(document, { input: { title: 'Mark', externalSubjectId: mark } })).createTicket.ticket.id;
}

async function check(filters: readonly TicketFilter[], steps: readonly Step[]): Promise<void> {
  const mark = randomUUID();
  const wanted = (filter: TicketFilter): TicketFilter => ({ or: [filter, { externalSubjectId: [mark] }] });
  const dashboards = filters.map((filter, n) => new Dashboard(staff[n % 2]!, wanted(filter)));
  const history = new History();
  for (const dashboard of dashboards) await dashboard.connect();
  for (const step of steps) {
    await history.take(step);
    if (step.kind !== 'reconnect') continue;
    const dashboard = pick(dashboards, step.how);
    await dashboard.disconnect();
    // Some come back at once, others when more has happened.
    if (step.who === 0) await history.take({ ...step, kind: 'update' });
    await dashboard.connect();
  }
  // What was written before the first mark has its place in the feed when that has: all of it is before the second.
  for (let n = 0; n < 2; n++) {
    const id = await openMark(mark);
    for (const dashboard of dashboards) await dashboard.sees(id);
  }
  for (const dashboard of dashboards) {
    expect({ filter: dashboard.filter, content: dashboard.content }).toEqual({
      filter: dashboard.filter,
      content: await dashboard.refetched(),
    });
    await dashboard.disconnect();
  }
  await gateway.app.services.db.query('update tickets set deleted_at = now() where deleted_at is null');
}

/** `TEST_ROUNDS` makes it many times as long. */
const rounds = Number(process.env['TEST_ROUNDS'] ?? 1);
const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31);

it(`shows on a dashboard that only listens what one shows that fetches anew, with seed ${seed}`, async () => {
  // Each gets one more level around it.
  const filters = fc.array(anyFilter(world, 4), { minLength: 12, maxLength: 12 });
  const property = fc.asyncProperty(filters, fc.array(anyStep, { minLength: 25, maxLength: 40 }), check);
  await fc.assert(property, { seed, numRuns: rounds * (onServer() ? 3 : 2), endOnFailure: true });
}, 600_000);
