import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';

/** A PgBouncer of the test's own, in transaction mode, before a server. */
export class PgBouncer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly port: number,
  ) {}

  /** Starts one that has this many connections to each database; the test fails where no `pgbouncer` is installed. */
  static async start(server: string, connections: number): Promise<PgBouncer> {
    const { hostname, port, username, password } = new URL(server);
    const folder = await mkdtemp(join(tmpdir(), 'ticketing-pooler-'));
    await chmod(folder, 0o755);
    const own = await freePort();
    const login = `user=${username || 'postgres'}${password && ` password=${password}`}`;
    const settings = [
      '[databases]',
      `* = host=${hostname} port=${port || 5432} ${login}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${own}`,
      'unix_socket_dir =',
      'auth_type = any',
      'pool_mode = transaction',
      `default_pool_size = ${connections}`,
    ];
    await writeFile(join(folder, 'pgbouncer.ini'), `${settings.join('\n')}\n`);
    // It refuses to be root.
    const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    const path = `${process.env['PATH']}:/usr/sbin`;
    const child = spawn('pgbouncer', [...user, join(folder, 'pgbouncer.ini')], {
      env: { PATH: path },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    await new Promise<void>((resolve, reject) => {
      child.on('error', (error) =>
        reject(
          new Error('These tests need pgbouncer: install it (Debian: apt-get install pgbouncer).', { cause: error }),
        ),
      );
      child.on('exit', () => reject(new Error(`pgbouncer ended before it was ready:\n${output}`)));
      child.stderr.on('data', (text: Buffer) => {
        output += text.toString();
        if (output.includes('process up')) resolve();
      });
    });
    return new PgBouncer(child, folder, own);
  }

  /** The way through it to the database of a URL. */
  urlOf(database: string): string {
    return `postgres://anybody@127.0.0.1:${this.port}${new URL(database).pathname}`;
  }

  /** Ends it. */
  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      this.child.kill('SIGKILL');
      await once(this.child, 'exit');
    }
    await rm(this.folder, { recursive: true });
  }
}
