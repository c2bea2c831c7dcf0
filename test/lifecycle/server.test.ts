/** @jest-environment node */
import pg from 'pg';
import { ask, refusal } from './calls.js';
import { cleanUp, Program } from './process.js';
import { until } from '../support/cluster.js';

jest.setTimeout(60_000);

const secret = 'a secret that only these tests know';
const serverUrl = process.env['TEST_DATABASE_URL'];
afterAll(cleanUp);

if (!serverUrl) console.warn('Not run without TEST_DATABASE_URL: a gateway on an external PostgreSQL');
(serverUrl ? describe : describe.skip)('On an external PostgreSQL', () => {
  const name = `ticketing_start_${process.pid}`;
  const url = new URL(serverUrl ?? 'postgres://nowhere');
  const onServer = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: serverUrl });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  beforeAll(async () => {
    await onServer(`create database ${name}`);
    url.pathname = `/${name}`;
  });
  afterAll(() => onServer(`drop database if exists ${name} with (force)`));

  it('several gateways that start at once run the migrations once and serve the same tickets', async () => {
    const variables = { DATABASE_URL: url.href, JWT_SECRET: secret };
    const programs = [1, 2].map(() => new Program(variables));
    const endpoints = await Promise.all(programs.map((program) => program.ready()));
    expect(
      programs
        .map(({ output }) => output)
        .join('')
        .match(/migrations run/g),
    ).toHaveLength(1);
    expect(programs[0]?.output).toContain('PostgreSQL at DATABASE_URL');
    expect(programs[0]?.output).not.toMatch(/DEMO|curl/);
    const token = new Program(variables, 'token', '--role', 'agent', '--email', 'a@example.com');
    expect(await token.ended).toBe(0);
    const viewers = await Promise.all(
      endpoints.map((endpoint) => ask(endpoint, '{ viewer { id } }', token.output.trim())),
    );
    expect(viewers[0]).toEqual(viewers[1]);
    expect(await Promise.all(programs.map((program) => program.stop()))).toEqual([0, 0]);
  });

  it('a session that is ended while others run the migrations is told in one line', async () => {
    const other = new pg.Client({ connectionString: url.href });
    await other.connect();
    await other.query('select pg_advisory_lock(7463011)');
    const told = refusal({ DATABASE_URL: url.href, JWT_SECRET: secret });
    await until(async () => {
      const { rowCount } = await other.query(
        `select pg_terminate_backend(pid) from pg_locks l join pg_database d on d.oid = l.database
         where datname = current_database() and locktype = 'advisory' and not granted`,
      );
      return rowCount === 1;
    });
    expect(await told).toEqual([`DATABASE_URL: the database ${name} at ${url.host} can not be reached (57P01).`]);
    await other.end();
  });

  it('a database that is not there is named in one line', async () => {
    const absent = new URL(url);
    absent.pathname = '/nothing_of_this_name';
    expect(await refusal({ DATABASE_URL: absent.href, JWT_SECRET: secret })).toEqual([
      `DATABASE_URL: the database nothing_of_this_name at ${url.host} can not be reached (3D000).`,
    ]);
  });
});
