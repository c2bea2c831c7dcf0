import type { DataSource } from 'typeorm';
import { fill } from '../../src/cli/seed/fill.js';
import { seed } from '../../src/cli/seed.js';
import { loadConfig } from '../../src/config.js';
import { createDataSource, type DatabaseAddress } from '../../src/db/data-source.js';
import { openEmbedded } from '../../src/db/embedded/engine.js';
import { StartError } from '../../src/errors.js';
import { addComment } from '../support/documents.js';
import { TestGateway } from '../support/gateway.js';

// Two databases are made and filled three times.
jest.setTimeout(60_000);

const tickets = 100;
let database: DataSource;
let other: DataSource;

async function open(address: DatabaseAddress): Promise<DataSource> {
  const dataSource = await createDataSource(address).initialize();
  await dataSource.runMigrations();
  return dataSource;
}

beforeAll(async () => {
  database = await open(globalThis.testDatabase);
  other = await open(await openEmbedded({ dir: 'memory://', unref: true }));
  await fill(database, tickets);
});

afterAll(async () => {
  await database.destroy();
  await other.destroy();
});

/** Every row that was seeded, as text; look-up tables have other ids in each database, so their keys stand for them. */
async function rowsOf(dataSource: DataSource): Promise<string[]> {
  const seeded = dataSource.entityMetadatas
    .map(({ tableName }) => tableName)
    .filter((name) => !['installation', 'states', 'topics'].includes(name));
  const rows: { row: string }[] = await dataSource.query(
    seeded.map((name) => `select '${name} ' || to_jsonb(t)::text as row from ${name} t`).join(' union all '),
  );
  const lookUps: { id: string; key: string }[] = await dataSource.query(
    `select id, type || key as key from states union all select id, key from topics`,
  );
  const keys = new Map(lookUps.map(({ id, key }) => [id, key]));
  return rows.map(({ row }) => row.replace(/[0-9a-f-]{36}/g, (id) => keys.get(id) ?? id)).sort();
}

/** Each query finds the rows that break its rule. */
const rules = {
  'the streams of a ticket are numbered from 1 without a hole': `
    select ticket_id from conversation_log l join tickets t on t.id = l.ticket_id group by ticket_id, t.staff_seq, t.public_seq
    having array_agg(l.staff_seq order by l.staff_seq) <> array(select generate_series(1, t.staff_seq))
      or array_agg(l.public_seq order by l.staff_seq) filter (where l.public_seq is not null) is distinct from array(select generate_series(1, t.public_seq))`,
  'every ticket has a log': `
    select id from tickets t where not exists (select from conversation_log l where l.ticket_id = t.id)`,
  'a log begins with TicketOpened, which comes once': `
    select ticket_id from conversation_log where (type = 'TicketOpened') <> (staff_seq = 1)`,
  'time never goes back in a log': `
    select from (select at, lag(at) over (partition by ticket_id order by staff_seq) as before from conversation_log) l where at < before`,
  'a comment and its event agree': `
    select from comments c full join (select * from conversation_log where type = 'CommentAdded') l on l.comment_id = c.id
    where (c.ticket_id, c.staff_seq, c.author_id, c.sent_at) is distinct from (l.ticket_id, l.staff_seq, l.actor_id, l.at)
      or c.public_seq is distinct from l.public_seq`,
  'what staff alone see are their notes': `
    select from conversation_log l left join comments c on c.id = l.comment_id
    where (l.public_seq is null) <> (l.type = 'CommentAdded' and c.visibility = 'INTERNAL' and c.author_role <> 'CUSTOMER')`,
  'a comment keeps the role of its author': `
    select from comments c join users u on u.id = c.author_id where u.role <> c.author_role`,
  'whoever is no author joins once, right before their first public comment': `
    select from comments c join tickets t on t.id = c.ticket_id
    where c.visibility = 'PUBLIC' and c.author_id <> all (t.author_ids)
      and not exists (select from comments o where (o.ticket_id, o.author_id, o.visibility) = (c.ticket_id, c.author_id, 'PUBLIC') and o.staff_seq < c.staff_seq)
      and not exists (select from conversation_log l where (l.ticket_id, l.staff_seq, l.type, l.user_id, l.at) = (c.ticket_id, c.staff_seq - 1, 'MemberJoined', c.author_id, c.sent_at))`,
  'the members are the authors and then who joined, in their order': `
    select from tickets t where member_ids <> author_ids
      || array(select user_id from conversation_log l where l.ticket_id = t.id and type = 'MemberJoined' order by staff_seq)`,
  'the table of members says the same as the ticket': `
    select from tickets t where member_ids <> array(select user_id from members m where m.ticket_id = t.id order by position)
      or cardinality(member_ids) is distinct from (select max(position) from members m where m.ticket_id = t.id)`,
  'members join when the log says so': `
    select from members m join tickets t on t.id = m.ticket_id
    left join conversation_log l on (l.ticket_id, l.type, l.user_id) = (m.ticket_id, 'MemberJoined', m.user_id)
    where m.joined_at <> coalesce(l.at, t.created_at)`,
  'a ticket knows who wrote last': `
    select from tickets t where
      last_comment_role is distinct from (select author_role from comments c where c.ticket_id = t.id order by staff_seq desc limit 1)
      or last_public_comment_role is distinct from (select author_role from comments c where c.ticket_id = t.id and public_seq is not null order by public_seq desc limit 1)
      or last_support_seq <> (select coalesce(max(public_seq) filter (where author_role <> 'CUSTOMER'), 0) from comments c where c.ticket_id = t.id)`,
  'a ticket knows when it was opened, changed and closed': `
    select from tickets t where (created_at, updated_at, last_event_at, closed_at) is distinct from (
      select row(min(at), max(at) filter (where public_seq is not null), max(at), max(at) filter (where type = 'TicketClosed'))
      from conversation_log l where l.ticket_id = t.id)`,
  'the version counts the writes that customers see': `
    select from tickets t where version <> (select count(distinct at) from conversation_log l where l.ticket_id = t.id and public_seq is not null)`,
  'a ticket has the status closed exactly when it was closed': `
    select from tickets t join states s on s.id = t.status_id where (s.key = 'closed') <> (closed_at is not null)`,
  'nobody comments on a closed ticket': `
    select from comments c join tickets t on t.id = c.ticket_id where c.sent_at > t.closed_at`,
  'nobody speaks who does not see the ticket': `
    select from conversation_log l join tickets t on t.id = l.ticket_id join users u on u.id = l.actor_id
    where u.role = 'CUSTOMER' and u.id <> all (t.author_ids)
      and (u.organization_id is distinct from t.organization_id or t.access_level not in ('ACCOUNT_USERS', 'ALL_USERS'))`,
  'a ticket belongs to the organization of its reporter, and to a project of theirs where the access level asks for one': `
    select from tickets t join users u on u.id = t.reporter_id
    where t.organization_id is distinct from u.organization_id or (t.access_level = 'PROJECT_USERS') <> (t.project_id is not null)
      or t.is_client_author <> (u.role = 'CUSTOMER') or u.id <> all (t.author_ids)
      or t.project_id is not null and not exists (select from user_projects p where (p.user_id, p.project_id) = (u.id, t.project_id))`,
  'an assigned ticket is in a group of its assignee': `
    select from tickets t where (assignee_id is null) <> (first_assigned_at is null) or (assignee_id is null) <> (group_id is null)
      or assignee_id is not null and not exists (select from group_members g where (g.user_id, g.group_id) = (assignee_id, t.group_id))`,
  'a vote and its event agree, and customers alone give any': `
    select from votes v full join (select * from conversation_log where type = 'Rated') l on l.vote_id = v.id
    left join users u on u.id = v.voter_id
    where (v.ticket_id, v.voter_id, v.created_at, u.role) is distinct from (l.ticket_id, l.actor_id, l.at, 'CUSTOMER')
      or v.comment_id is distinct from l.comment_id`,
  'what was rated knows its vote': `
    select from votes v join tickets t on t.id = v.ticket_id left join comments c on c.id = v.comment_id
    where case when v.comment_id is null then v.id is distinct from t.vote_id or v.scale <> 'FIVE_POINT' or t.vote_normalized is distinct from (v.score - 1) / 4::float8
      else v.id is distinct from c.vote_id or c.author_role = 'CUSTOMER' or c.visibility <> 'PUBLIC' end`,
  'what knows a vote was rated': `
    select vote_id from (select vote_id from tickets union all select vote_id from comments) r
    where vote_id is not null and not exists (select from votes v where v.id = r.vote_id)`,
  'a customer has read what their read mark says': `
    select from read_marks r join comments c on c.id = r.comment_id join users u on u.id = r.user_id
    where (c.ticket_id, c.staff_seq, u.role) <> (r.ticket_id, r.staff_seq, 'CUSTOMER') or r.read_at < c.sent_at`,
  'the customer side has read as far as its marks go': `
    select from tickets t where client_read_seq <> (
      select coalesce(max(c.public_seq), 0) from read_marks r join comments c on c.id = r.comment_id where r.ticket_id = t.id)`,
  'each image follows from the one before': `
    select from (
      select *, lag(jsonb_strip_nulls(coalesce(image_before, '{}') || image_changes)) over (partition by ticket_id order by staff_seq) as expected
      from conversation_log
    ) l where image_before is distinct from expected`,
  'changes are changes': `
    select from conversation_log where image_changes <> image_changes(image_before, jsonb_strip_nulls(coalesce(image_before, '{}') || image_changes))`,
  'the last image is that of the ticket': `
    select from tickets t join conversation_log l on (l.ticket_id, l.staff_seq) = (t.id, t.staff_seq)
    where jsonb_strip_nulls(coalesce(image_before, '{}') || image_changes) <> ticket_image(t)`,
};

async function anOpenTicket(): Promise<number> {
  const [{ number }] = await database.query<[{ number: number }]>(
    'select min(number) as number from tickets where closed_at is null',
  );
  return number;
}

const violations = async (rule: keyof typeof rules): Promise<unknown> => database.query(rules[rule]);

describe('a seeded database', () => {
  test.each(Object.keys(rules) as (keyof typeof rules)[])('%s', async (rule) => {
    expect(await violations(rule)).toEqual([]);
  });

  test('has something of everything', async () => {
    const [row] = await database.query<unknown[]>(`select
      (select count(*)::int from tickets) as tickets,
      (select count(distinct access_level)::int from tickets) as levels,
      (select count(distinct status_id)::int from tickets) as statuses,
      (select count(*) > 0 from tickets where last_support_seq > client_read_seq) as unread,
      (select count(*) > 0 from comments where visibility = 'INTERNAL') as notes,
      (select count(distinct scale)::int from votes) as scales,
      (select count(*) > 0 from comments where body ~ '[а-я]') as russian`);
    expect(row).toEqual({ tickets, levels: 4, statuses: 5, unread: true, notes: true, scales: 2, russian: true });
  });

  test('is refused when it is to be seeded again', async () => {
    await expect(fill(database, tickets)).rejects.toThrow(StartError);
  });

  test('has the same rows wherever it is, and the rows of a smaller one', async () => {
    const rows = await rowsOf(database);
    await fill(other, tickets);
    expect(await rowsOf(other)).toEqual(rows);

    await other.query('truncate users, organizations, groups, tickets, unnumbered_events restart identity cascade');
    await fill(other, tickets + 30);
    const more = new Set(await rowsOf(other));
    expect(rows.filter((row) => !more.has(row))).toEqual([]);
    const [{ count }] = await other.query<[{ count: number }]>(
      `select count(*)::int from conversation_log l join tickets t on t.id = l.ticket_id where number <= ${tickets}`,
    );
    expect(count).toBe(rows.filter((row) => row.startsWith('conversation_log ')).length);
  });

  test('goes on as if its conversations had been had in the gateway', async () => {
    const gateway = await TestGateway.start();
    try {
      const agent = await gateway.signIn({ role: 'agent', email: 'agent-1@example.com' });
      const { ticket } = await agent.run(`{ ticket(number: ${await anOpenTicket()}) { id } }`);
      const input = { ticketId: ticket.id, body: 'Is it solved?' };
      expect(await agent.run(addComment, { input })).toMatchObject({ addComment: { userErrors: [] } });
    } finally {
      await gateway.stop();
    }
    for (const rule of Object.keys(rules) as (keyof typeof rules)[])
      expect([rule, await violations(rule)]).toEqual([rule, []]);
  });

  test('numbers the next ticket after the seeded ones', async () => {
    const [{ number }] = await database.query<[{ number: number }]>(
      `select nextval(pg_get_serial_sequence('tickets', 'number'))::int as number`,
    );
    expect(number).toBe(tickets + 1);
  });
});

test.each(['0', '10000001', '1e3', '-5', '2.5', '', 'many'])('%j is no number of tickets', async (text) => {
  await expect(seed(loadConfig({}), { tickets: text })).rejects.toThrow(/^--tickets: /);
});
