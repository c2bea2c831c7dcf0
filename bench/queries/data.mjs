import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { run } from '../server.mjs';
import { connect } from './cluster.mjs';
import { mostCopies, multiply } from './multiply.mjs';

/** More tickets are copies of so many: a seed of a million takes hours. */
const mostSeeded = 100_000;
const gateway = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** What the gateway's seed leaves out: files on 5 % of the comments, thumbs on 10 % of them, and a number for each event. */
const complete = `
  insert into files (uploader_id, comment_id, position, name, size, content_type, status, storage_key)
  select author_id, id, 1, 'screenshot-' || staff_seq || '.png', 10000 + staff_seq, 'image/png', 'READY', gen_random_uuid()
  from comments where hashint8extended(staff_seq, hashtext(ticket_id::text)) & 1023 < 51;
  update comments c set file_count = 1 from files f where f.comment_id = c.id;

  insert into votes (ticket_id, comment_id, voter_id, score, scale, created_at)
  select t.id, c.id, t.reporter_id, 1, 'THUMBS', c.sent_at
  from comments c join tickets t on t.id = c.ticket_id
  where t.is_client_author and c.author_role <> 'CUSTOMER' and c.visibility = 'PUBLIC' and c.vote_id is null
    and hashint8extended(c.staff_seq, hashtext(t.id::text) + 1) & 1023 < 165;
  update comments c set vote_id = v.id from votes v where v.comment_id = c.id and c.vote_id is null;

  insert into ticket_feed (position, ticket_id, staff_seq)
  select row_number() over (order by at, ticket_id, staff_seq), ticket_id, staff_seq from conversation_log;
  truncate unnumbered_events`;

async function seed(databaseUrl, tickets) {
  const child = run(process.execPath, [gateway, 'seed', '--tickets', String(tickets)], {
    env: { PATH: process.env.PATH, DATABASE_URL: databaseUrl, JWT_SECRET: '-'.repeat(32) },
    stdio: ['ignore', 2, 2],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the seed ended with ${code}`);
}

async function within(server, name, work) {
  const client = await connect(server, name);
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function makeSeeded(server, client, name, tickets) {
  await client.query(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  await seed(url.href, tickets);
  await within(server, name, (database) => database.query(complete));
}

async function makeCopied(server, client, name, tickets) {
  const factor = tickets / mostSeeded;
  if (!Number.isInteger(factor) || factor > mostCopies) {
    throw new Error(`More than ${mostSeeded} tickets are copies: take a multiple, up to ${mostSeeded * mostCopies}.`);
  }
  const template = await fill(server, mostSeeded);
  await client.query(`create database ${name} template ${template} strategy file_copy`);
  await within(server, name, (database) => multiply(database, factor));
}

/** Fills a database with so many tickets unless the server has it already, and answers its name. */
export async function fill(server, tickets) {
  const name = `bench_${tickets}`;
  const client = await connect(server);
  try {
    const { rows } = await client.query(
      `select shobj_description(oid, 'pg_database') = 'filled' as is_filled from pg_database where datname = $1`,
      [name],
    );
    if (rows[0]?.is_filled) return name;
    await client.query(`drop database if exists ${name}`);
    await (tickets > mostSeeded ? makeCopied : makeSeeded)(server, client, name, tickets);
    await within(server, name, (database) => database.query('vacuum (freeze, analyze)'));
    await client.query(`comment on database ${name} is 'filled'`);
    return name;
  } finally {
    await client.end();
  }
}

/** Runs the work on a copy of a database, so that what is written there is gone afterwards. */
export async function withCopy(server, name, work) {
  const client = await connect(server);
  const copy = `${name}_run`;
  try {
    await client.query(`drop database if exists ${copy} with (force)`);
    await client.query(`create database ${copy} template ${name} strategy file_copy`);
    return await work(copy);
  } finally {
    await client.query(`drop database if exists ${copy} with (force)`);
    await client.end();
  }
}

const viewers = `
  select u.id, u.email, u.role, u.organization_id as "organizationId", o.human_id as organization,
    array(select project_id from user_projects where user_id = u.id order by 1) as "projectIds",
    array(select p.key from user_projects up join projects p on p.id = up.project_id where up.user_id = u.id order by 1) as projects
  from users u left join organizations o on o.id = u.organization_id`;

const longThreads = 200;
const inboxes = 200;
const openTickets = 2_000;
/** How many rows down deep pages begin, or in the middle of the list where that is shorter, and how many of them are read. */
const depth = 10_000;
const mostPages = 20;

/** What the requests are about, each time the same for the same data: tickets, who asks, and places in the list. */
export async function chooseSamples(client) {
  const all = async (sql, values) => (await client.query(sql, values)).rows;
  const threads = await all(
    `select t.id, t.reporter_id as "reporterId", c.count
     from (
       select ticket_id, count(*)::int as count from comments where visibility = 'PUBLIC' and deleted_at is null
       group by ticket_id order by 2 desc, 1 limit 3 * $1
     ) c
     join tickets t on t.id = c.ticket_id where t.is_client_author order by c.count desc, t.id limit $1`,
    [longThreads],
  );
  const inbox = await all(
    `select min(u.id::text)::uuid as "reporterId"
     from (
       select organization_id, count(*) from tickets where closed_at is null and organization_id is not null
         and access_level in ('ACCOUNT_USERS', 'ALL_USERS')
       group by 1 order by 2 desc, 1 limit $1
     ) o join users u using (organization_id) group by organization_id order by 1`,
    [inboxes],
  );
  const open = await all(
    `select id, reporter_id as "reporterId" from tickets
     where closed_at is null and is_client_author and id <> all($1::uuid[]) order by id limit $2`,
    [threads.map(({ id }) => id), openTickets],
  );
  const ids = [...threads, ...inbox, ...open].map(({ reporterId }) => reporterId);
  const people = new Map((await all(`${viewers} where u.id = any($1::uuid[])`, [ids])).map((row) => [row.id, row]));
  const withViewer = (rows) => rows.map(({ reporterId, ...row }) => ({ ...row, viewer: people.get(reporterId) }));
  const [{ count }] = await all(`select count(*)::int from tickets where closed_at is null and deleted_at is null`);
  const firstPage = Math.floor(Math.min(depth, count / 2) / 20) + 1;
  const deepPages = Math.min(mostPages, Math.floor(count / 20) - firstPage);
  if (deepPages < 1) throw new Error('There are too few tickets: take 1000 or more.');
  return {
    agents: await all(`${viewers} where u.role = 'AGENT' order by u.email`),
    threads: withViewer(threads),
    inbox: withViewer(inbox),
    open: withViewer(open),
    /** Numbers of pages of 20. */
    pages: Array.from({ length: deepPages }, (_, n) => firstPage + n),
    /** The last row before each of the pages. */
    places: await all(
      `select id, updated_at as "updatedAt" from (
         select id, updated_at, row_number() over (order by updated_at desc, id desc) as n
         from tickets where closed_at is null and deleted_at is null
       ) t where n >= 20 * ($1 - 1) and n % 20 = 0 order by n limit $2`,
      [firstPage, deepPages],
    ),
  };
}
