import { readFileSync } from 'node:fs';
import { AppError, ErrorCode } from '../../src/errors.js';
import { uuidOf } from '../../src/global-id.js';
import { Tickets } from '../../src/services/tickets.js';
import { send } from '../doors/support.js';
import { confirm, impatient, MailServer, quick } from '../mail/support.js';
import { TestGateway } from '../support/gateway.js';
import { openTicket, say } from '../tickets/support.js';

const server = new MailServer();
let gateway: TestGateway;
beforeAll(async () => {
  await server.start();
  const options = { jobs: quick, mailLimits: impatient };
  gateway = await TestGateway.start({ METRICS_PORT: '0', SMTP_URL: server.url }, undefined, options);
});
afterAll(async () => {
  await gateway.stop();
  await server.stop();
});
afterEach(() => jest.restoreAllMocks());

const read = async (): Promise<string> => (await send(gateway.app.metricsUrl ?? '')).text;

/** The value behind a name with labels; undefined where there is none. */
async function valueOf(name: string, labels: Record<string, string> = {}): Promise<number | undefined> {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const line = (await read())
    .split('\n')
    .find(
      (text) =>
        text.startsWith(`gateway_${name}`) &&
        /[{ ]/.test(text[`gateway_${name}`.length] ?? '') &&
        wanted.every((label) => text.includes(label)),
    );
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

async function until(name: string, labels: Record<string, string>, isRight: (value: number) => boolean): Promise<void> {
  while (!isRight((await valueOf(name, labels)) ?? NaN));
}

it('are served on a port of their own alone, and only where it is set', async () => {
  expect((await send(new URL('/metrics', gateway.url).href)).status).toBe(404);
  const metrics = await send(gateway.app.metricsUrl ?? '');
  expect(metrics).toMatchObject({ status: 200, headers: { 'content-type': expect.stringMatching(/^text\/plain;/) } });
  expect(new URL(gateway.app.metricsUrl ?? '').hostname).toBe('127.0.0.1');
  for (const options of [{ method: 'POST' }, { path: '/' }, { path: '/graphql' }]) {
    expect((await send(gateway.app.metricsUrl ?? '', options)).status).toBe(404);
  }
  const other = await TestGateway.start();
  expect(other.app.metricsUrl).toBeUndefined();
  await other.stop();
});

it('tell of requests by what they ask for, how they ended, and how many statements they took', async () => {
  const { agent } = await gateway.cast();
  const topics = { route: 'graphql', field: 'topics', operation: 'other' };
  await agent.run('{ topics { id } }');
  await agent.run('query Mine { topics { key } }');
  await agent.send('{ topics { id } group(id: "x") { name } }');
  expect(await valueOf('request_seconds_count', { ...topics, outcome: 'ok' })).toBe(3);
  expect(await valueOf('request_statements_count', topics)).toBe(3);
  // Who asks, which is more at the first time, and what.
  gateway.statements.take();
  const before = (await valueOf('request_statements_sum', topics)) ?? 0;
  await agent.run('{ topics { id } }');
  const taken = gateway.statements.take().length;
  expect(await valueOf('request_statements_sum', topics)).toBe(before + taken);

  const join = 'mutation { joinTicket(input: { ticketId: "x" }) { replayed } }';
  const joining = { route: 'graphql', field: 'joinTicket' };
  await agent.send(join);
  expect(await valueOf('request_seconds_count', { ...joining, outcome: 'refused' })).toBe(1);
  for (const fault of [new Error('out of order'), new AppError(ErrorCode.SERVICE_UNAVAILABLE, 'Try again.')]) {
    jest.spyOn(Tickets.prototype, 'join').mockRejectedValueOnce(fault);
    await agent.send(join);
  }
  expect(await valueOf('request_seconds_count', { ...joining, outcome: 'fault' })).toBe(2);
});

it('have no more series than the schema has fields, whatever clients make up', async () => {
  const { agent } = await gateway.cast();
  await agent.run('{ topics { id } }');
  await send(new URL('/files', gateway.url).href);
  await agent.send('{ nonsense }');
  const series = async (): Promise<number> => (await read()).match(/^gateway_request_seconds_count/gm)?.length ?? 0;
  await agent.send('{ viewer { id } }');
  await send(new URL('/another', gateway.url).href);
  const before = await series();
  for (let n = 0; n < 20; n++) {
    await agent.send(`query Name${n} { viewer { id } }`);
    await agent.send(`query Name${n} { alias${n}: viewer { id } }`);
    await agent.send(`{ nonsense${n} }`);
    await send(new URL(`/path${n}?query=${n}`, gateway.url).href);
    await send(new URL(`/files/${n}`, gateway.url).href);
  }
  expect(await series()).toBe(before);
  expect(await read()).not.toMatch(/Name|alias|nonsense|path\d/);
});

it('tell of sockets, subscriptions, deliveries and how long these took', async () => {
  const { customer, agent } = await gateway.cast();
  const { id } = await openTicket(customer);
  const follow = 'subscription ($id: ID!) { conversationEvents(ticketId: $id) { __typename } }';
  const [first, second] = [agent.subscribe(follow, { id }), agent.subscribe(follow, { id })];
  await first.data();
  await second.data();
  expect([await valueOf('sockets'), await valueOf('subscriptions')]).toEqual([1, 2]);
  const [delivered = 0, followed = 0] = [await valueOf('deliveries_total'), await valueOf('stream_lag_seconds_count')];
  // It joins, too.
  await say(agent, id, 'A word');
  for (const live of [first, second]) {
    while ((await live.data()).conversationEvents.__typename !== 'CommentAdded');
  }
  expect(await valueOf('deliveries_total')).toBeGreaterThanOrEqual(delivered + 4);
  // Who has only just come catches up by themselves.
  while ((await valueOf('stream_lag_seconds_count')) === followed) await say(agent, id, 'Another word');
  expect(await valueOf('stream_lag_seconds_sum')).toBeLessThan(60);
  first.stop();
  await until('subscriptions', {}, (count) => count === 1);
  second.stop();
  await until('sockets', {}, (count) => count === 0);
});

it('tell of the feed: since when an event has been waiting for its place', async () => {
  const { db } = gateway.app.services;
  const { customer } = await gateway.cast();
  await db.query(
    `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'full'; end $$`,
  );
  await db.query('create trigger refuses before insert on ticket_feed for each row execute function refuse()');
  const { id } = await openTicket(customer);
  expect(await valueOf('feed_lag_seconds')).toBeLessThan(60);
  await db.query(`update conversation_log set at = now() - interval '1 hour' where ticket_id = $1`, [
    uuidOf('Ticket', id),
  ]);
  expect(await valueOf('feed_lag_seconds')).toBeGreaterThanOrEqual(3_600);
  await db.query('drop trigger refuses on ticket_feed');
  await db.query('drop function refuse');
  await until('feed_lag_seconds', {}, (lag) => lag === 0);
});

it('tell of jobs: those that wait, are done, fail and are given up', async () => {
  const { agent } = await gateway.cast();
  const mail = { queue: 'mail' };
  const { id } = await openTicket(agent, {
    title: 'A ticket',
    contact: { mainEmail: 'good@example.com', preferredContactMethod: 'email' },
  });
  expect(await valueOf('jobs_total', { ...mail, outcome: 'done' })).toBeUndefined();
  await confirm(agent, id);
  await until('jobs_total', { ...mail, outcome: 'done' }, (count) => count === 1);

  server.unknown.add('nobody@example.com');
  const other = await openTicket(agent, {
    title: 'A ticket',
    contact: { mainEmail: 'nobody@example.com', preferredContactMethod: 'email' },
  });
  expect(await valueOf('jobs_given_up', mail)).toBe(0);
  await confirm(agent, other.id);
  await until('jobs_given_up', mail, (count) => count === 1);
  expect(await valueOf('jobs_total', { ...mail, outcome: 'failed' })).toBeGreaterThanOrEqual(3);

  const { db } = gateway.app.services;
  await db.query(`insert into pgboss.job (name, data, start_after) values ('mail', '{}', now() + interval '1 hour')`);
  expect(await valueOf('jobs_waiting', mail)).toBe(1);
});

it('tell of the pool, the process and its event loop', async () => {
  expect(await valueOf('pool_connections', { state: 'total' })).toBeGreaterThan(0);
  for (const state of ['idle', 'waiting'])
    expect(await valueOf('pool_connections', { state })).toBeGreaterThanOrEqual(0);
  expect(await read()).toMatch(/^nodejs_eventloop_lag_p99_seconds \d/m);
});

it('leave out what the database does not tell, and tell the rest', async () => {
  const { db } = gateway.app.services;
  const away = jest.spyOn(db, 'query').mockRejectedValue(new AppError(ErrorCode.SERVICE_UNAVAILABLE, 'Try again.'));
  expect(await valueOf('jobs_waiting', { queue: 'mail' })).toBeUndefined();
  expect(await valueOf('feed_lag_seconds')).toBeNaN();
  expect(await valueOf('request_seconds_count')).toBeGreaterThan(0);
  away.mockRestore();
  expect(await valueOf('jobs_waiting', { queue: 'mail' })).toBeDefined();
});

it('are those that docs/operations.md explains', async () => {
  const documented = [...readFileSync('docs/operations.md', 'utf8').matchAll(/^\| `(gateway_\w+)`/gm)].map(
    ([, name]) => name,
  );
  const told = [...(await read()).matchAll(/^# TYPE (gateway_\w+)/gm)].map(([, name]) => name);
  expect([...documented].sort()).toEqual([...told].sort());
});
