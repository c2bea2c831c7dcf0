/** @jest-environment node */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { signToken } from '../../src/auth/token.js';
import { client, type Event, follow, type Followed, isKept, open, readLog, say } from '../client/support.js';
import { Place } from '../faults/support/place.js';
import { send } from '../doors/support.js';
import { linkTo, upload } from '../files/support.js';
import { refusal } from '../lifecycle/calls.js';
import { cleanUp, Program, temporaryFolder } from '../lifecycle/process.js';
import { until } from '../support/cluster.js';
import { Actor, secret } from '../support/gateway.js';
import { contentsOf, contentsOfFolder, emptyDatabase } from './databases.js';

jest.setTimeout(120_000);

if (!process.env['TEST_DATABASE_URL']) console.warn('Not run without TEST_DATABASE_URL: moving to a server');
const describeOnServer = process.env['TEST_DATABASE_URL'] ? describe : describe.skip;
const token = (email: string, role: 'customer' | 'agent' | 'admin'): Promise<string> =>
  signToken(secret, { sub: email, email, role, organization: 'ORG-1' }, { hours: 1 });
const isLast = ({ comment }: Event): boolean => comment?.body === 'The end';
const attach =
  'mutation ($input: AddCommentInput!) { addComment(input: $input) { comment { id } userErrors { code } } }';

describeOnServer('Moving from the embedded database to a server', () => {
  let target: { url: string; drop: () => Promise<void> };
  beforeEach(async () => {
    target = await emptyDatabase();
  });
  afterEach(() => target.drop());
  afterAll(cleanUp);

  it('copies every row, and clients that follow go on there', async () => {
    const folder = temporaryFolder();
    const variables: Record<string, string> = { DATA_DIR: folder, MAIL_DIGEST_SECONDS: '60' };
    const place = await Place.open(variables);
    const [customer, agent] = [
      new Actor(place.url, await token('c@example.com', 'customer')),
      new Actor(place.url, await token('a@example.com', 'agent')),
    ];
    const { id, head } = await open(customer);
    await say(agent, id, 'Ответ: “да” \\ 100 % \n\t{1,2}');
    const fileId = await upload(customer, 'The bytes of a file');
    const { addComment } = await customer.run(attach, { input: { ticketId: id, body: 'See', fileIds: [fileId] } });
    expect(addComment.userErrors).toEqual([]);
    await agent.run(
      'mutation ($id: ID!) { closeTicket(input: { ticketId: $id, message: "Bye" }) { userErrors { code } } }',
      { id },
    );
    await customer.run(
      'mutation ($id: ID!) { reopenTicket(input: { ticketId: $id, body: "Again" }) { userErrors { code } } }',
      { id },
    );
    const link = await linkTo(agent, fileId);

    const live = client(place.url, customer.token ?? '');
    const seen: Event[] = [];
    let heard = (): void => undefined;
    const caughtUp = new Promise<void>((resolve) => (heard = resolve));
    const reading = (async (): Promise<void> => {
      for await (const { data } of live.iterate<Followed>(follow(id, head))) {
        const event = data!.conversationEvents;
        if (isKept(event)) seen.push(event);
        else heard();
        if (event.comment?.body === 'Again') heard();
        if (isLast(event)) break;
      }
    })();
    await Promise.race([caughtUp, reading]);
    expect(await place.end('SIGTERM')).toBe(0);

    const moving = new Program(variables, 'move', '--to', target.url);
    const code = await moving.ended;
    expect([code, moving.output]).toEqual([0, expect.stringMatching(/Moved and compared: \d+ tables, \d+ rows\./)]);
    expect(moving.output).toMatch(/^public\.tickets: 1 rows$/m);
    expect(moving.output).toMatch(/^pgboss\.job: [1-9]\d* rows$/m);
    const [before, after] = [await contentsOfFolder(folder), await contentsOf(target.url)];
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
    for (const [name, rows] of Object.entries(before)) expect([name, after[name]]).toEqual([name, rows]);

    // The place of before, with the server's database.
    variables['DATABASE_URL'] = target.url;
    await place.begin(variables);
    expect((await send(link)).text).toBe('The bytes of a file');
    const { id: second } = await open(customer);
    await say(customer, id, 'The end');
    await reading;
    await live.dispose();
    expect(seen).toEqual(await readLog(customer, id, head));
    const numbers = await agent.run(
      '{ tickets(first: 5, orderBy: { field: CREATED_AT, direction: ASC }) { nodes { id humanId } } }',
    );
    expect(numbers.tickets.nodes).toMatchObject([
      { id, humanId: 'INC-1' },
      { id: second, humanId: 'INC-2' },
    ]);
    expect(place.output).not.toContain('"level":50');
  });

  it('that is killed half way leaves both as they were, is refused the second time, and goes through to another one', async () => {
    const variables: Record<string, string> = { DATA_DIR: temporaryFolder() };
    const place = await Place.open(variables);
    await open(new Actor(place.url, await token('c@example.com', 'customer')));
    expect(await place.end('SIGTERM')).toBe(0);
    const server = new pg.Client({ connectionString: target.url });
    await server.connect();
    const ask = async (sql: string): Promise<unknown> => Object.values((await server.query(sql)).rows[0] ?? {})[0];
    const moving = new Program(variables, 'move', '--to', target.url);
    await until(async () => (await ask(`select to_regclass('pgboss.version')`)) !== null);
    // By then all rows are copied: the numbers that are given out next come after them.
    const sequence = (await ask(`select pg_get_serial_sequence('tickets', 'number')`)) as string;
    await server.query(`begin; alter sequence ${sequence} cache 1`);
    await until(() =>
      ask(`select exists (select from pg_locks where not granted and relation = '${sequence}'::regclass)`).then(
        Boolean,
      ),
    );
    expect(await moving.stop('SIGKILL')).toBe('SIGKILL');
    await server.query('rollback');
    expect(await ask('select count(*)::int from tickets')).toBe(0);
    await server.end();
    const { host, pathname } = new URL(target.url);
    expect(await refusal(variables, 'move', '--to', target.url)).toEqual([
      expect.stringContaining(`--to: the database ${pathname.slice(1)} at ${host} is not empty`),
    ]);
    const another = await emptyDatabase();
    const again = new Program(variables, 'move', '--to', another.url);
    expect([await again.ended, again.output]).toEqual([0, expect.stringMatching(/^public\.tickets: 1 rows$/m)]);
    await another.drop();
  });

  it('is refused where there is nothing to move, where the folder is in use, and where the target holds anything', async () => {
    const folder = temporaryFolder();
    const variables = { DATA_DIR: folder, JWT_SECRET: secret };
    const to = ['move', '--to', target.url];
    expect(await refusal(variables, ...to)).toEqual([`DATA_DIR: there is no embedded database in ${folder}.`]);
    const gateway = new Program(variables);
    await gateway.ready();
    expect((await refusal(variables, ...to)).join()).toMatch(`in use by process ${gateway.child.pid};`);
    await gateway.stop();
    expect(await refusal({ ...variables, DATABASE_URL: target.url }, ...to)).toEqual([
      'DATABASE_URL is set: only the embedded database can be moved.',
    ]);
    expect(await refusal(variables, 'move', '--to', 'mysql://localhost/x')).toEqual([
      '--to: postgres://user:password@host:5432/database',
    ]);
    const server = new pg.Client({ connectionString: target.url });
    await server.connect();
    await server.query('create schema shop; create table shop.orders (id int)');
    await server.end();
    const { host, pathname } = new URL(target.url);
    expect(await refusal(variables, ...to)).toEqual([
      `--to: the database ${pathname.slice(1)} at ${host} is not empty: it has a table shop.orders.`,
    ]);
    expect(Object.keys(await contentsOf(target.url))).toEqual(['shop.orders', 'sequences']);
    expect(readFileSync(join(folder, 'postgres', 'PG_VERSION'), 'utf8')).toBe('18\n');
  });
});
