/** @jest-environment node */
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { RawSocket } from '../doors/support.js';
import { ask, call, readCurl, refusal } from './calls.js';
import { cleanUp, Program, starter, temporaryFolder } from './process.js';

jest.setTimeout(60_000);

const secret = 'a secret that only these tests know';
let first: Program;
/** Told to stop while it was still making its database, without demo people. */
let interrupted: Program;
let firstUrl: string;
let made: string;
/** A copy of the folder as the first start left it, for one process after the other. */
let spare: string;
let bare: string;
beforeAll(async () => {
  [made, spare, bare] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  first = new Program({ DATA_DIR: made }, starter);
  interrupted = new Program({ DATA_DIR: bare, JWT_SECRET: secret });
  await interrupted.says(/Making a database/);
  interrupted.child.kill('SIGTERM');
  firstUrl = await first.ready();
  await first.says(/\ncurl .*\n/);
  await interrupted.ended;
  cpSync(made, spare, { recursive: true, filter: (path) => !path.includes('.lock-') });
});
afterAll(cleanUp);

describe('A first start', () => {
  const tokens = (): string[] =>
    [...first.output.matchAll(/^(?:customer|agent|admin): (\S+)$/gm)].map(([, token]) => token ?? '');

  it('says what it did and what to open', () => {
    expect(first.output).toMatch(/Making a database in .*ticketing-start-/);
    expect(first.output).toMatch(/embedded PostgreSQL in .* \(\d+ migrations run, \d+ demo tickets written\)/);
    expect(first.output).toContain('DEMO MODE');
    expect(firstUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/);
  });

  it('[c1] hands out tokens of a customer, an agent and an admin', async () => {
    const viewers = await Promise.all(tokens().map((token) => ask(firstUrl, '{ viewer { role } }', token)));
    expect(viewers.map(({ data }) => data.viewer.role as string)).toEqual(['CUSTOMER', 'AGENT', 'ADMIN']);
  });

  it('shows a call that works as it stands', async () => {
    const [line = ''] = /^curl .*$/m.exec(first.output) ?? [];
    const { data, errors } = await call(readCurl(line));
    expect(errors).toBeUndefined();
    expect(data.ticket.comments.nodes.length).toBeGreaterThan(0);
    expect(line).not.toMatch(/[^ -~]/);
  });

  it('lives and is ready', async () => {
    for (const path of ['live', 'ready']) {
      const response = await fetch(new URL(`/health/${path}`, firstUrl));
      expect([response.status, await response.json()]).toEqual([200, { status: path }]);
    }
  });

  it('keeps its folder to itself: another start names the process that has it', async () => {
    expect(await refusal({ DATA_DIR: made })).toEqual([
      expect.stringMatching(new RegExp(`${made}.* in use by process ${first.child.pid};`)),
    ]);
  });

  it('takes tokens that the token command prints', async () => {
    const program = new Program(
      { DATA_DIR: made },
      ...['token', '--role', 'customer', '--email', 'New@example.com', '--name', 'Newcomer'],
      ...['--organization', 'ORG-77', '--project', 'web', 'app'],
    );
    expect(await program.ended).toBe(0);
    expect(program.output).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const query = '{ viewer { name role email organization { humanId } projects { key } } }';
    const { data } = await ask(firstUrl, query, program.output.trim());
    expect(data.viewer).toEqual({
      name: 'Newcomer',
      role: 'CUSTOMER',
      email: 'new@example.com',
      organization: { humanId: 'ORG-77' },
      projects: expect.arrayContaining([{ key: 'app' }, { key: 'web' }]),
    });
  });
});

describe('A second start', () => {
  it('finds all as it was and fills nothing in', async () => {
    const program = new Program({ DATA_DIR: spare });
    const url = await program.ready();
    await program.says(/\ncurl .*\n/);
    expect(program.output).not.toMatch(/Making|migrations run|demo tickets/);
    const [line = ''] = /^curl .*$/m.exec(first.output) ?? [];
    const before = readCurl(line);
    const query = '{ ticket(number: 1) { title comments { totalCount } } none: ticket(number: 4) { id } }';
    const token = before.headers['Authorization']?.replace('Bearer ', '');
    const [now, then] = await Promise.all([url, firstUrl].map((endpoint) => ask(endpoint, query, token)));
    expect([now.errors, now.data]).toEqual([undefined, then.data]);
    expect(now.data).toMatchObject({ ticket: { title: expect.any(String) }, none: null });
    expect(readFileSync(join(spare, 'demo.key'), 'utf8')).toBe(readFileSync(join(made, 'demo.key'), 'utf8'));
    expect(await program.stop('SIGINT')).toBe(0);
  });
});

describe('A gateway that is told to stop', () => {
  it('finishes what is under way, sends sockets away to come back, waits for no one who is gone, and exits with 0', async () => {
    const program = new Program({ DATA_DIR: spare });
    const url = await program.ready();
    const { hostname, port } = new URL(url);
    const socket = await RawSocket.open(url);
    const gone = connect(Number(port), hostname);
    gone.on('error', () => undefined);
    gone.write(
      `GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`,
    );
    await once(gone, 'data');
    const idle = connect(Number(port), hostname);
    await once(idle, 'connect');

    const body = '{"query":"{ __typename }"}';
    const headers = { 'content-type': 'application/json', 'content-length': body.length, expect: '100-continue' };
    const underWay = request(url, { method: 'POST', headers, agent: new Agent({ keepAlive: true }) });
    underWay.flushHeaders();
    await once(underWay, 'continue');
    program.child.kill('SIGTERM');
    expect(await socket.closed).toEqual({ code: 1012, reason: 'Restarting' });
    // One Ctrl-C may come twice under npm, which passes on what the terminal has sent already.
    program.child.kill('SIGINT');
    underWay.end(body);
    const [response] = (await once(underWay, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    response.resume();
    expect(await program.ended).toBe(0);
    expect(program.output).not.toMatch(/^ {4}at /m);
  });

  it('while it is still starting exits with 0 at once', async () => {
    expect([await interrupted.ended, interrupted.output]).toEqual([0, expect.not.stringContaining('Ready in')]);
  });
});

describe('A start that can not be is refused in one clear line', () => {
  it('when the port is in use', async () => {
    const { port } = new URL(firstUrl);
    expect(await refusal({ DATA_DIR: spare, PORT: port })).toEqual([
      `PORT: ${port} is in use on 127.0.0.1. Set another one.`,
    ]);
  });

  it('when the address is none of this machine', async () => {
    expect(await refusal({ DATA_DIR: spare, JWT_SECRET: secret, HOST: '203.0.113.1' })).toEqual([
      'HOST: 203.0.113.1 is no address of this machine.',
    ]);
  });

  it('for each variable that is wrong', async () => {
    const lines = await refusal({
      PORT: 'x',
      DATABASE_URL: 'mysql://u:hunter2@db',
      JWT_SECRET: 'hunter2',
      LOG_LEVEL: 'loud',
    });
    expect(lines.map((line) => line.split(':')[0])).toEqual(['PORT', 'DATABASE_URL', 'JWT_SECRET', 'LOG_LEVEL']);
    expect(lines.join()).not.toContain('hunter2');
  });

  it('when nobody answers at DATABASE_URL', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const lines = await refusal({
      DATABASE_URL: `postgres://someone:hunter2@127.0.0.1:${port}/tickets`,
      JWT_SECRET: secret,
    });
    expect(lines).toEqual([
      `DATABASE_URL: the database tickets at 127.0.0.1:${port} can not be reached (ECONNREFUSED).`,
    ]);
  });

  it.each<Record<string, string>>([{}, { JWT_SECRET: secret }])(
    'when DATA_DIR can not be written (%j)',
    async (variables) => {
      const file = join(temporaryFolder(), 'file');
      writeFileSync(file, '');
      const lines = await refusal({ ...variables, DATA_DIR: join(file, 'data') });
      expect(lines).toEqual([expect.stringContaining(join(file, 'data'))]);
    },
  );
});

describe('The token command', () => {
  it.each<[string, Record<string, string>, string[], RegExp]>([
    [
      'a role that is none',
      {},
      ['--role', 'root', '--email', 'a@example.com'],
      /^--role: one of customer, agent, admin$/,
    ],
    ['no role', {}, ['--email', 'a@example.com'], /required option '--role/],
    ['no address', {}, ['--role', 'agent'], /required option '--email/],
    ['no time', {}, ['--role', 'agent', '--email', 'a@example.com', '--hours', '0'], /^--hours: more than 0/],
    [
      'keys of an identity provider',
      { JWKS_URL: 'https://id.example.com/keys' },
      ['--role', 'agent', '--email', 'a@example.com'],
      /JWKS_URL.*identity provider/,
    ],
  ])('refuses %s in one line', async (_what, variables, options, words) => {
    expect(await refusal({ DATA_DIR: temporaryFolder(), ...variables }, 'token', ...options)).toEqual([
      expect.stringMatching(words),
    ]);
  });
});

describe('The migrate command', () => {
  it('brings the tables up to date and takes the newest migration back', async () => {
    const run = async (...options: string[]): Promise<string> => {
      const program = new Program({ DATA_DIR: bare, JWT_SECRET: secret }, 'migrate', ...options);
      expect(await program.ended).toBe(0);
      return program.output;
    };
    // The folder is one whose first start was cut short.
    expect(await run()).toMatch(/^(run: \w+\n)+$/);
    expect(await run()).toBe('The tables are up to date.\n');
    const [, newest] = /^taken back: (\w+)\n$/.exec(await run('--undo')) ?? [];
    const [, second] = /^taken back: (\w+)\n$/.exec(await run('--undo')) ?? [];
    expect(await run()).toBe(`run: ${second}\nrun: ${newest}\n`);
  });

  it('says in one line why a migration can not be taken back', async () => {
    const undo = (): Program => new Program({ DATA_DIR: spare }, 'migrate', '--undo');
    let program = undo();
    // Until the one that the demo's tickets need.
    while ((await program.ended) === 0) program = undo();
    expect(program.output).toMatch(/^The migration \w+ can not be taken back: .*foreign key.*\n$/);
  });
});
