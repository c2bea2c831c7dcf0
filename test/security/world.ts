import fc from 'fast-check';
import { anyTickets, type Person, type World as ListWorld } from '../lists/model.js';
import { insert } from '../lists/support.js';
import type { Actor, TestGateway } from '../support/gateway.js';
import type { Row, Viewer, World } from './who-sees-what.js';

/** Everybody who asks: those who are known, and nobody. */
export interface Cast {
  viewers: { actor: Actor; id: string }[];
  nobody: Actor;
}

const tables: (keyof World)[] = [
  ...(['users', 'organizations', 'projects', 'groups', 'states', 'topics', 'tickets', 'members', 'comments'] as const),
  ...(['votes', 'files', 'ticket_attributes', 'system_events', 'conversation_log', 'read_marks'] as const),
  ...(['user_projects', 'group_members', 'audit_log'] as const),
];

/** People of each role, of two organizations and none, in projects and without; somebody of each team who may not sign in. */
export async function castOf(gateway: TestGateway): Promise<Cast> {
  const { db } = gateway.app.services;
  const ours = { organization: 'ORG-1', role: 'customer' } as const;
  const actors = await Promise.all([
    gateway.signIn({ role: 'agent', organization: 'ORG-1', projects: ['web'] }),
    gateway.signIn({ role: 'admin' }),
    gateway.signIn({ ...ours, projects: ['web'] }),
    gateway.signIn({ ...ours, projects: ['app', 'web'] }),
    gateway.signIn(ours),
    gateway.signIn({ role: 'customer', organization: 'ORG-2', projects: ['web'] }),
    gateway.signIn({ role: 'customer', projects: ['web'] }),
  ]);
  const viewers: Cast['viewers'] = [];
  for (const actor of actors) viewers.push({ actor, id: (await actor.run('{ viewer { id } }')).viewer.id.slice(4) });
  await db.query(`update users set human_id = 'USR-' || n, phone_number = '+4420794600' || (10 + n)
    from (select id, row_number() over (order by id) as n from users) as numbered where numbered.id = users.id`);
  await db.query(`insert into users (name, email, human_id, role, organization_id, is_active)
    select 'Former ' || r.role, lower(r.role) || '@former.example', 'USR-9' || row_number() over (), r.role, o.id, false
    from organizations o, (values ('CUSTOMER'), ('AGENT')) as r(role) where o.human_id = 'ORG-1'`);
  await db.query(`insert into groups (name) values ('First line'), ('Second line')`);
  await db.query(`insert into group_members select g.id, u.id from groups g, users u where u.role <> 'CUSTOMER'`);
  await db.query(`insert into audit_log (actor_id, operation, target_id, request_id, changes)
    select id, 'updateUser', 'usr_' || id, null, '[{"field": "name", "before": "Old", "after": null}]' from users`);
  return { viewers, nobody: gateway.withToken() };
}

interface Said {
  author: number;
  isNote: boolean;
  isRemoved: boolean;
  vote: number | null;
  files: number;
}

const anySaid: fc.Arbitrary<Said> = fc.record({
  author: fc.nat(),
  isNote: fc.boolean(),
  isRemoved: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  vote: fc.constantFrom(null, null, -1, 1),
  files: fc.constantFrom(0, 0, 1),
});

/** All rows as they are. */
export async function readWorld(gateway: TestGateway): Promise<World> {
  const selects = tables.map((name) => `(select coalesce(json_agg(r), '[]') from ${name} r) as ${name}`);
  const [world] = await gateway.app.services.db.query<World>(`select ${selects.join(', ')}`);
  return world as World;
}

/** Somebody's row with the projects that they belong to. */
export function viewerOf(world: World, id: string): Viewer {
  const projectIds = world.user_projects
    .filter((row) => row['user_id'] === id)
    .map((row) => row['project_id'] as string);
  return { ...(world.users.find((row) => row['id'] === id) as Row), projectIds };
}

/** Replaces all tickets by made-up ones, with all that belongs to them: whatever the tables let pass. */
export async function populate(gateway: TestGateway, seed: number, count: number): Promise<World> {
  const { db } = gateway.app.services;
  await db.query('truncate tickets cascade');
  await db.query('delete from files');
  const known = await readWorld(gateway);
  const sample = <T>(arbitrary: fc.Arbitrary<T>): T => fc.sample(arbitrary, { seed, numRuns: 1 })[0] as T;
  const tickets = sample(anyTickets(asListWorld(known), count));
  const talks = sample(fc.array(fc.array(anySaid, { maxLength: 4 }), { minLength: count, maxLength: count }));
  const more: Partial<Record<keyof World, Row[]>> = {};
  const rows = tickets.map((ticket, index) => tell(known, ticket as unknown as Row, talks[index] ?? [], more, index));
  await insert(gateway, 'tickets', rows);
  await db.query(`select setval(pg_get_serial_sequence('tickets', 'number'), (select max(number) from tickets))`);
  for (const name of ['members', 'comments', 'votes', 'files', 'ticket_attributes', 'system_events'] as const) {
    await insert(gateway, name, more[name] ?? []);
  }
  await writeLog(gateway, more.conversation_log ?? [], more.read_marks ?? []);
  await split(gateway, rows);
  return readWorld(gateway);
}

const uuid = (): string => crypto.randomUUID();
const at = (n: number): string => new Date(Date.UTC(2026, 5, 1) + n * 1000).toISOString();

/** What was said and done about one ticket; answers its row. */
function tell(known: World, ticket: Row, talk: Said[], more: Partial<Record<keyof World, Row[]>>, index: number): Row {
  const add = (table: keyof World, row: Row): void => void (more[table] ??= []).push(row);
  const ticketId = ticket['id'] as string;
  const people = known.users.filter((person) => person['is_active']);
  let [staff, open] = [0, 0];
  const note = (type: string, isPublic: boolean, row: Row): Row => {
    const entry = {
      ticket_id: ticketId,
      staff_seq: ++staff,
      public_seq: isPublic ? ++open : null,
      type,
      at: at(staff),
      ...row,
    };
    add('conversation_log', { image_changes: {}, ...entry });
    return entry;
  };
  note('TicketOpened', true, { actor_id: ticket['reporter_id'] });
  ticket['member_ids'].forEach((userId: string, n: number) => {
    add('members', { ticket_id: ticketId, user_id: userId, position: n + 1, joined_at: at(n) });
    if (!ticket['author_ids'].includes(userId)) note('MemberJoined', true, { actor_id: userId, user_id: userId });
  });
  for (const { author, isNote, isRemoved, vote, files } of talk) {
    const writer = people[author % people.length] as Row;
    const visibility = isNote && writer['role'] !== 'CUSTOMER' ? 'INTERNAL' : 'PUBLIC';
    const isPublic = visibility === 'PUBLIC';
    const id = uuid();
    const entry = note('CommentAdded', isPublic, { actor_id: writer['id'], comment_id: id });
    const isRated = vote !== null && isPublic && writer['role'] !== 'CUSTOMER' && !isRemoved;
    const voteId = isRated ? uuid() : null;
    const bytes = isRemoved ? 0 : files;
    add('comments', {
      ...{ id, ticket_id: ticketId, author_id: writer['id'], author_role: writer['role'], visibility, version: 1 },
      ...{ body: isRemoved ? '' : `Said ${id}`, staff_seq: entry['staff_seq'], public_seq: entry['public_seq'] },
      ...{ vote_id: voteId, file_count: bytes, sent_at: entry['at'], deleted_at: isRemoved ? entry['at'] : null },
    });
    if (isRemoved) note('CommentRemoved', isPublic, { actor_id: writer['id'], comment_id: id });
    if (bytes > 0) add('files', fileOf(writer, id));
    if (author % 3 === 0)
      add('read_marks', { ticket_id: ticketId, user_id: writer['id'], comment_id: id, staff_seq: staff });
    if (voteId === null) continue;
    add('votes', {
      id: voteId,
      ticket_id: ticketId,
      comment_id: id,
      voter_id: ticket['reporter_id'],
      score: vote,
      scale: 'THUMBS',
      created_at: at(9),
    });
    note('Rated', true, { actor_id: ticket['reporter_id'], comment_id: id, vote_id: voteId });
  }
  if (index % 3 === 0) add('files', fileOf(people[index % people.length] as Row, null));
  if (index % 2 === 0) {
    note('TicketUpdated', index % 4 === 0, {
      actor_id: null,
      changes: [{ field: 'title', before: 'Old', after: null }],
    });
    add('ticket_attributes', {
      ticket_id: ticketId,
      type: 'Device',
      key: 'name',
      value: 'A printer',
      created_at: at(1),
    });
    const key = index % 4 === 0 ? 'notification.contacts.confirm' : 'another';
    add('system_events', { ticket_id: ticketId, position: 1, key, value: 'Sent', created_at: at(2) });
  }
  const voteId = ticket['vote_normalized'] === null ? null : uuid();
  if (voteId)
    add('votes', {
      id: voteId,
      ticket_id: ticketId,
      voter_id: ticket['reporter_id'],
      score: 7,
      scale: 'TEN_POINT',
      comment: 'Well',
      created_at: at(9),
    });
  if (voteId) note('Rated', true, { actor_id: ticket['reporter_id'], vote_id: voteId });
  if (ticket['deleted_at']) note('TicketDeleted', true, { actor_id: null });
  const counters = { staff_seq: staff, public_seq: open, version: open, access_version: 1, last_event_at: at(staff) };
  return { ...ticket, ...counters, vote_id: voteId, description: `About ${ticketId}` };
}

const fileOf = (uploader: Row, commentId: string | null): Row => ({
  ...{ uploader_id: uploader['id'], comment_id: commentId, position: commentId && 1, name: 'a.txt', size: 5 },
  ...{ content_type: 'text/plain', status: commentId || uploader['role'] === 'AGENT' ? 'READY' : 'PENDING' },
  ...{ storage_key: uuid(), created_at: at(3) },
});

/** Rows without an id of their own. */
async function writeLog({ app }: TestGateway, log: Row[], marks: Row[]): Promise<void> {
  const write = (table: string, rows: Row[], columns: string): Promise<unknown> =>
    app.services.db.query(
      `insert into ${table} (${columns}) select ${columns} from json_populate_recordset(null::${table}, $1)
       on conflict do nothing`,
      [JSON.stringify(rows)],
    );
  const columns =
    'ticket_id, staff_seq, public_seq, type, at, actor_id, comment_id, user_id, vote_id, other_ticket_id, changes, image_changes';
  await write('conversation_log', log, columns);
  const read = marks.map((mark) => ({ ...mark, read_at: at(8) }));
  await write('read_marks', read, 'ticket_id, user_id, comment_id, staff_seq, read_at');
}

/** Every fourth ticket is split from the one before it, comments along with it. */
async function split({ app }: TestGateway, rows: Row[]): Promise<void> {
  for (let n = 1; n < rows.length; n += 4) {
    const [from, into] = [rows[n - 1]?.['id'], rows[n]?.['id']];
    await app.services.db.query('update tickets set split_from_id = $1 where id = $2', [from, into]);
    await app.services.db.query(
      `update comments c set split_to_id = $2, split_at = now() where ticket_id = $1 and deleted_at is null`,
      [from, into],
    );
    await app.services.db.query(
      `update comments c set split_from_id = (select id from comments s where s.ticket_id = $1 order by staff_seq desc limit 1)
       where ticket_id = $2`,
      [from, into],
    );
    for (const [own, other] of [
      [from, into],
      [into, from],
    ]) {
      await app.services.db.query(
        `with t as (update tickets set staff_seq = staff_seq + 1, public_seq = public_seq + 1 where id = $1 returning *)
         insert into conversation_log (ticket_id, staff_seq, public_seq, type, at, other_ticket_id, image_changes)
         select id, staff_seq, public_seq, 'TicketSplit', now(), $2, '{}' from t`,
        [own, other],
      );
    }
  }
}

/** The same rows for the model of lists. */
export function asListWorld({ users, states, topics, projects, organizations, groups }: World): ListWorld {
  const people = users.filter((row) => row['is_active']) as unknown as Person[];
  const ids = (rows: Row[]): string[] => rows.map((row) => row['id'] as string);
  return {
    people,
    states: states as unknown as ListWorld['states'],
    topics: topics as unknown as ListWorld['topics'],
    projects: projects as unknown as ListWorld['projects'],
    organizations: ids(organizations),
    groups: ids(groups),
  };
}
