import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
/** Where Debian and its descendants keep the server's programs, a folder a version. */
const debianVersions = '/usr/lib/postgresql';

/** More memory and log than a server has by default: a million comments are written at once, or ten, which need not be logged. */
const settings = {
  listen_addresses: '127.0.0.1',
  shared_buffers: '1GB',
  maintenance_work_mem: '256MB',
  max_wal_size: '8GB',
  checkpoint_timeout: '30min',
  wal_level: 'minimal',
  max_wal_senders: '0',
};

function programs() {
  if (!existsSync(debianVersions)) return '';
  const [newest] = readdirSync(debianVersions).sort((a, b) => Number(b) - Number(a));
  return newest ? join(debianVersions, newest, 'bin') : '';
}

/** PostgreSQL refuses to run as root. */
const isRoot = process.getuid() === 0;

function asPostgres(program, args) {
  const path = join(programs(), program);
  const [command, ...rest] = isRoot ? ['runuser', '-u', 'postgres', '--', path, ...args] : [path, ...args];
  // What the server goes on to write must not keep us waiting: it has a log of its own.
  return run(command, rest, { cwd: '/', maxBuffer: 1 << 26 });
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

async function giveToPostgres(folder) {
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (which) => Number((await run('id', [which, 'postgres'])).stdout)),
  );
  await chown(folder, uid, gid);
}

/**
 * A PostgreSQL server of the bench's own, made of the system's programs in a folder: with a name it is kept and used again, without
 * one it is gone afterwards. `stop` ends it.
 */
export async function openCluster(name) {
  const folder = name ? resolve(name) : await mkdtemp(join(tmpdir(), 'bench-'));
  await mkdir(folder, { recursive: true });
  if (isRoot) await giveToPostgres(folder);
  const data = join(folder, 'postgres');
  if (!existsSync(data)) {
    await asPostgres('initdb', [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '--no-sync',
    ]);
  }
  const port = await freePort();
  const options = Object.entries({ ...settings, port, unix_socket_directories: folder }).map(
    ([key, value]) => `-c ${key}=${value}`,
  );
  const log = join(folder, 'log');
  await asPostgres('pg_ctl', ['-D', data, '-w', '-l', log, '-o', options.join(' '), 'start']);
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await asPostgres('pg_ctl', ['-D', data, '-w', '-m', 'fast', 'stop']);
      if (!name) await rm(folder, { recursive: true });
    },
  };
}

/**
 * Whoever is compared gets a role of its own, by which its backends are known; all of a backend's work is done by itself, where it can
 * be counted. Answers the URL of the database for it, and how to take the role away again.
 */
export async function addRole(client, server, database, role) {
  const password = randomBytes(16).toString('hex');
  // A run that was killed leaves it behind.
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
  await client.query(`${rowCount ? 'alter' : 'create'} role ${role} superuser login password '${password}'`);
  await client.query(`alter role ${role} set max_parallel_workers_per_gather = 0`);
  const url = new URL(server);
  Object.assign(url, { username: role, password, pathname: `/${database}` });
  return {
    url: url.href,
    drop: () => client.query(`reassign owned by ${role} to current_user; drop role ${role}`),
  };
}

/** A connection to a database of the server, by default to the one that the URL names. */
export async function connect(server, database) {
  const url = new URL(server);
  if (database) url.pathname = `/${database}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  return client;
}
