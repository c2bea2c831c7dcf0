import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';
import pg from 'pg';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const people = 50;
const fields = '{ id body sentAt author { id name } vote { score } }';

/** Runs a server in a process of its own until it says where it listens. */
async function start(script, args, env) {
  const child = spawn(process.execPath, [here(script), ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => {
      output += text;
      const found = /http:\/\/\S+/.exec(output);
      if (found) resolve(found[0]);
    });
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}:\n${output}`)));
  });
  return { child, url };
}

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
  return {
    url: url.href,
    drop: async () => {
      await client.query(`drop database ${name} with (force)`);
      await client.end();
    },
  };
}

const stop = async ({ child }) => {
  child.removeAllListeners('exit');
  child.kill('SIGTERM');
  await once(child, 'exit');
};

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
  const { child, url } = await start('../../dist/src/main.js', ['start'], env);
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
    open,
    say,
    stop: async () => {
      await stop({ child });
      await database.drop();
    },
  };
}

/** One of the others; all of them take a comment by POST /comment. */
const other = (script) => async (server) => {
  const database = await withDatabase(server);
  const { child, url } = await start(`./servers/${script}.mjs`, [], { DATABASE_URL: database.url });
  return {
    pid: child.pid,
    crowd: {
      url: `${url.replace('http', 'ws')}/graphql`,
      query: `subscription { commentAdded { comment ${fields} } }`,
      variables: {},
    },
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
  'raw ws broadcast': other('raw'),
  'textbook graphql-ws': other('textbook'),
  Mercurius: other('mercurius'),
};
