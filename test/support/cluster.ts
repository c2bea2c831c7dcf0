import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';

/** Where initdb, pg_basebackup and postgres are; without them the tests that need them fail. */
function binaries(): string {
  const installed = '/usr/lib/postgresql';
  try {
    const newest = readdirSync(installed).sort((a, b) => Number(b) - Number(a))[0];
    if (newest !== undefined) return join(installed, newest, 'bin');
  } catch {
    // Elsewhere they are in the path.
  }
  try {
    return execFileSync('pg_config', ['--bindir'], { encoding: 'utf8' }).trim();
  } catch {
    throw new Error(
      'These tests make PostgreSQL servers of their own: install those programs (initdb, pg_basebackup, postgres).',
    );
  }
}

/** PostgreSQL refuses to run as root. */
function owner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (option: string): number => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Asks until it is so. */
export async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await wait(20);
}

/** A PostgreSQL server that a test can stop and break, with a log of all its statements. */
export class Cluster {
  private process: ChildProcess | undefined;
  private isFrozen = false;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  /** An empty server. */
  static async create(): Promise<Cluster> {
    return Cluster.open((data) => ['initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync']]);
  }

  /** A hot standby of this one, which follows it as it goes on. */
  async follow(): Promise<Cluster> {
    const connection = `host=127.0.0.1 port=${this.port} user=postgres`;
    return Cluster.open((data) => ['pg_basebackup', ['-D', data, '-d', connection, '-R', '-c', 'fast', '--no-sync']]);
  }

  private static async open(make: (data: string) => [string, string[]]): Promise<Cluster> {
    const folder = mkdtempSync(join(tmpdir(), 'ticketing-cluster-'));
    const user = owner();
    if (user) chownSync(folder, user.uid, user.gid);
    const [program, options] = make(join(folder, 'data'));
    execFileSync(join(binaries(), program), options, { ...user, stdio: 'pipe', cwd: folder });
    const cluster = new Cluster(folder, await freePort());
    await cluster.start();
    return cluster;
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** Starts it, and waits until it takes connections. */
  async start(): Promise<void> {
    const settings = {
      fsync: 'off',
      unix_socket_directories: '',
      wal_keep_size: '512MB',
      wal_retrieve_retry_interval: '100ms',
      log_statement: 'all',
      log_line_prefix: '%a: ',
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const log = openSync(join(this.folder, 'log'), 'a');
    this.process = spawn(
      join(binaries(), 'postgres'),
      ['-D', join(this.folder, 'data'), '-h', '127.0.0.1', '-p', String(this.port), ...options],
      { ...owner(), stdio: ['ignore', log, log], cwd: this.folder },
    );
    await until(() => this.query('select 1').then(Boolean, () => false));
  }

  /** Ends it without a word to anybody, as a crash does. */
  async crash(): Promise<void> {
    const { process } = this;
    if (!process || process.exitCode !== null) return;
    const ended = once(process, 'exit');
    process.kill('SIGCONT');
    process.kill('SIGQUIT');
    await ended;
  }

  /** Ends it and leaves nothing behind. */
  async remove(): Promise<void> {
    await this.crash();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Has all of its processes stand still, so that whoever waits for an answer gets none. */
  freeze(): void {
    const { main, children } = this.pids();
    this.isFrozen = true;
    process.kill(main, 'SIGSTOP');
    for (const pid of children()) process.kill(pid, 'SIGSTOP');
  }

  /** Has them go on. */
  thaw(): void {
    if (!this.isFrozen) return;
    this.isFrozen = false;
    const { main, children } = this.pids();
    for (const pid of children()) process.kill(pid, 'SIGCONT');
    process.kill(main, 'SIGCONT');
  }

  /** While the first process stands still no other comes or goes: those that have ended wait for it. */
  private pids(): { main: number; children: () => number[] } {
    const main = this.process?.pid;
    if (main === undefined) throw new Error('the server does not run');
    const children = (): number[] =>
      readFileSync(`/proc/${main}/task/${main}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
    return { main, children };
  }

  /** Runs one statement on a connection of its own. */
  async query<Row extends object = any>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.url, application_name: 'test' });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Has a standby stay as it is. */
  async pause(): Promise<void> {
    await this.query('select pg_wal_replay_pause()');
    await until(
      async () => (await this.query('select pg_get_wal_replay_pause_state() as state'))[0]?.state === 'paused',
    );
  }

  /** Has it go on. */
  async resume(): Promise<void> {
    await this.query('select pg_wal_replay_resume()');
  }

  /** Waits until a standby has all that this one has now. */
  async isFollowedBy(standby: Cluster): Promise<void> {
    const [now] = await this.query<{ end: string }>('select pg_current_wal_flush_lsn() as end');
    const sql = 'select pg_last_wal_replay_lsn() >= $1::pg_lsn as reached';
    await until(async () => (await standby.query(sql, [now?.end]))[0]?.reached === true);
  }

  /** Statements that gateways have sent so far. */
  statements(): string[] {
    return readFileSync(join(this.folder, 'log'), 'utf8')
      .split(/\n(?!\t)/)
      .filter((line) => /^ticketing-gateway(?: replica)?: LOG: {2}(?:execute|statement)/.test(line));
  }
}
