import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createClient, type RedisClientType } from 'redis';
import { freePort } from './free-port.js';

const installIt = 'install redis-server (Debian: apt-get install redis-server)';

/** A Redis of the test's own, which may be killed, frozen and started again. */
export class OwnRedis {
  private process: ChildProcess | undefined;

  private constructor(
    private readonly port: number,
    readonly url: string,
    private readonly password: string | undefined,
  ) {}

  /** Starts one; the test fails where no `redis-server` is installed. */
  static async start(password?: string): Promise<OwnRedis> {
    const port = await freePort();
    const redis = new OwnRedis(port, `redis://${password ? `:${password}@` : ''}127.0.0.1:${port}`, password);
    await redis.restart();
    return redis;
  }

  /** Starts it on the port of before, empty; it answers by then. */
  async restart(): Promise<void> {
    const options = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const secret = this.password === undefined ? [] : ['--requirepass', this.password];
    const started = spawn('redis-server', [...options, ...secret], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.process = started;
    let output = '';
    await new Promise<void>((resolve, reject) => {
      started.on('error', (error) =>
        reject(new Error(`No redis-server could be started: ${installIt}.`, { cause: error })),
      );
      started.on('exit', () => reject(new Error(`redis-server ended before it was ready:\n${output}`)));
      started.stdout.on('data', (text: Buffer) => {
        output += text.toString();
        if (/Ready to accept connections/.test(output)) resolve();
      });
    });
  }

  /** Ends it without a word. */
  async kill(): Promise<void> {
    const { process } = this;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    process.kill('SIGKILL');
    await once(process, 'exit');
  }

  /** Has it neither answer nor hang up. */
  freeze(): void {
    this.process?.kill('SIGSTOP');
  }

  /** Has it go on. */
  thaw(): void {
    this.process?.kill('SIGCONT');
  }
}

/** The URL of a Redis that may be used: that of `TEST_REDIS_URL`, else one of the test's own; the answer's `stop` ends it. */
export async function someRedis(): Promise<{ url: string; stop: () => Promise<void> }> {
  const { TEST_REDIS_URL: url } = process.env;
  if (url) return { url, stop: () => Promise.resolve() };
  const own = await OwnRedis.start().catch((error: unknown) => {
    throw new Error(`These tests need a Redis: set TEST_REDIS_URL, or ${installIt}.`, { cause: error });
  });
  return { url: own.url, stop: () => own.kill() };
}

/** A connection of the test to it. */
export async function connectTo(url: string): Promise<RedisClientType> {
  const client: RedisClientType = createClient({ url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
