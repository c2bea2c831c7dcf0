import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';
import pg from 'pg';
import { askProbe, start, stop } from '../server.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const people = 50;
const fields = '{ id body sentAt author { id name } vote { score } }';

async function post(url, body, token) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok || answer.errors) throw new Error(JSON.stringify(answer));
  return answer.data;
}

/** A database that is gone afterwards. */
async function withDatabase(server) {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  const name = `bench_${randomUUID().replaceAll('-', '')}`;
  await client.query(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const within = new pg.Client({ connectionString: url.href });
  await within.connect();
  return {
    url: url.href,
    run: (sql, values) => within.query(sql, values),
    drop: async () => {
      await within.end();
      await client.query(`drop database ${name} with (force)`);
      await client.end();
    },
  };
}

/** Nobody can have rated a comment before it is heard of: the database does, so that there is a vote to be read. */
const rateComments = `
  create function rate() returns trigger language plpgsql as $$ begin
    insert into votes (id, ticket_id, comment_id, voter_id, score, scale)
    values (new.vote_id, new.ticket_id, new.id, new.author_id, 1, 'THUMBS');
    return null;
  end $$;
  alter table comments alter vote_id set default gen_random_uuid();
  create trigger rate after insert on comments for each row when (new.vote_id is not null) execute function rate()`;

/** This gateway, as it is started in production. */
async function gateway(server) {
  const database = await withDatabase(server);
  const secret = randomBytes(32).toString('hex');
  const env = {
    DATABASE_URL: database.url,
    JWT_SECRET: secret,
    HOST: '127.0.0.1',
    PORT: '0',
    RATE_LIMITS: 'off',
    MAX_SOCKETS_PER_USER: 'off',
    MAIL_DIGEST_SECONDS: 'off',
    DATA_DIR: here('./data'),
  };
  const { child, url } = await start(new URL('../../dist/main.js', import.meta.url), { args: ['start'], env });
  const sign = (name) =>
    new SignJWT({ email: `${name}@example.com`, name, role: 'customer', organization: 'ORG-1', email_verified: true })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(name)
      .setIssuedAt()
      .setExpirationTime('4h')
      .sign(new TextEncoder().encode(secret));
  const tokens = await Promise.all(Array.from({ length: people }, (_, n) => sign(`person-${n}`)));
  const open = async () => {
    const query = 'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id } } }';
    const input = { title: 'A ticket', accessLevel: 'ACCOUNT_USERS' };
    return (await post(url, { query, variables: { input } }, tokens[0])).createTicket.ticket.id;
  };
  const ticketId = await open();
  await database.run(rateComments);
  const say = (body, id = ticketId) => {
    const query = 'mutation ($input: AddCommentInput!) { addComment(input: $input) { replayed } }';
    return post(url, { query, variables: { input: { ticketId: id, body } } }, tokens[0]);
  };
  return {
    pid: child.pid,
    crowd: {
      url: url.replace('http', 'ws'),
      tokens,
      query: `subscription ($ticketId: ID!) { commentAdded(ticketId: $ticketId) { comment ${fields} } }`,
      variables: { ticketId },
    },
    /** Whether what it sends was read from the database. */
    isRead: true,
    held: () => askProbe({ child }, 'held'),
    rename: (name) => database.run('update users set name = $1', [name]),
    open,
    say,
    stop: async () => {
      await stop({ child });
      await database.drop();
    },
  };
}

/** One of the others; all of them take a comment by POST /comment. */
const other =
  (script, isRead = true) =>
  async (server) => {
    const database = await withDatabase(server);
    const { child, url } = await start(new URL(`./servers/${script}.mjs`, import.meta.url), {
      env: { DATABASE_URL: database.url },
    });
    return {
      pid: child.pid,
      crowd: {
        url: `${url.replace('http', 'ws')}/graphql`,
        query: `subscription { commentAdded { comment ${fields} } }`,
        variables: {},
      },
      /** Whether what it sends was read from the database. */
      isRead,
      held: () => askProbe({ child }, 'held'),
      rename: (name) => database.run('update users set name = $1', [name]),
      say: (body) => post(`${url}/comment`, { body }),
      stop: async () => {
        await stop({ child });
        await database.drop();
      },
    };
  };

/** Everything that is compared, by name. */
export const contenders = {
  gateway,
  'raw ws broadcast': other('raw', false),
  'textbook graphql-ws': other('textbook'),
  Mercurius: other('mercurius'),
};
