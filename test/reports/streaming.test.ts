import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { cellsOf, csvUrl, download, refusalOf, report, type Report } from './support.js';
import { insertTickets } from '../lists/support.js';
import { exchange, memoryLog } from '../doors/support.js';
import { type Actor, TestGateway } from '../support/gateway.js';

const day = { from: '2026-05-04T00:00:00.000Z', to: '2026-05-05T00:00:00.000Z' };
const { logger, entries } = memoryLog();

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that somebody still holds. */
function held(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

let gateway: TestGateway;
let agent: Actor;
beforeAll(async () => {
  gateway = await TestGateway.start({}, logger);
  agent = await gateway.signIn({ role: 'agent' });
});
afterAll(() => gateway.stop());
afterEach(() => gateway.app.services.db.query('truncate tickets cascade'));

/** Opens many tickets, several of them at the same moment. */
async function openMany(count: number, description: string): Promise<void> {
  const [pattern] = await insertTickets(gateway, agent, [{ created_at: day.from, description }]);
  const { db } = gateway.app.services;
  await db.query('alter table tickets disable trigger user');
  await db.query(
    `insert into tickets (number, title, description, status_id, priority_id, access_level, reporter_id, is_client_author, author_ids,
       member_ids, staff_seq, public_seq, created_at, updated_at, last_event_at)
     select t.number + n, t.title, t.description, t.status_id, t.priority_id, t.access_level, t.reporter_id, t.is_client_author, t.author_ids,
       t.member_ids, 1, 1, t.created_at + (n / 7) * interval '1 ms', t.updated_at, t.last_event_at
     from tickets t, generate_series(2, $2::int) n where t.id = $1`,
    [pattern, count],
  );
  await db.query('alter table tickets enable trigger user');
}

/** Follows the pages of a report to its end and answers the numbers of its tickets. */
async function walk(size: number, way: 'forth' | 'back'): Promise<string[]> {
  const numbers: string[] = [];
  let cursor: string | null = null;
  for (;;) {
    const page: Report = await report(
      agent,
      way === 'forth' ? { ...day, first: size, after: cursor } : { ...day, last: size, before: cursor },
    );
    const found = page.rows.edges.map(({ node }) => node.ticketNumber);
    numbers[way === 'forth' ? 'push' : 'unshift'](...found);
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.rows.pageInfo;
    if (!(way === 'forth' ? hasNextPage : hasPreviousPage)) return numbers;
    cursor = way === 'forth' ? endCursor : startCursor;
  }
}

it('[d17, d18] has every row once and in the same order, page by page either way, and as CSV', async () => {
  await openMany(1_203, 'One of many');
  const [, ...rows] = cellsOf((await download(agent, day)).text);
  const numbers = rows.map(([number]) => number);
  expect(new Set(numbers).size).toBe(1_203);
  expect(rows.map((row) => row[11])).toEqual(rows.map((row) => row[11]).sort());
  expect(await walk(100, 'forth')).toEqual(numbers);
  expect(await walk(97, 'back')).toEqual(numbers);
  const { rows: first } = await report(agent, day);
  expect(first.nodes.map(({ ticketNumber }) => ticketNumber)).toEqual(numbers.slice(0, 20));
  expect(first.totalCount).toBe(1_203);
});

it('[d18] refuses positions of other lists and pages that are too large', async () => {
  for (const page of [{ after: 'nonsense' }, { first: 101 }, { first: 1, last: 1 }]) {
    await expect(report(agent, { ...day, ...page })).rejects.toThrow('VALIDATION_FAILED');
  }
});

it('[d18] needs as many statements for a hundred rows as for one', async () => {
  await openMany(100, 'One of many');
  const countOf = async (first: number): Promise<number> => {
    gateway.statements.take();
    await report(agent, { ...day, first });
    return gateway.statements.take().length;
  };
  expect(await countOf(100)).toBe(await countOf(1));
});

/** Statements that a gateway sends until it has sent none for so long. */
async function statementsUntilQuiet(ms: number): Promise<number> {
  let count = 0;
  for (;;) {
    await pause(ms);
    const found = gateway.statements.take().length;
    if (found === 0) return count;
    count += found;
  }
}

/** Asks for a report and reads nothing of what comes. */
async function beginDownload(): Promise<ClientRequest> {
  const outgoing = request(csvUrl(agent, day), { agent: false, headers: { authorization: `Bearer ${agent.token}` } });
  outgoing.on('error', () => undefined).end();
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  incoming.on('error', () => undefined).pause();
  return outgoing;
}

it('[d17] holds no more of a long report in memory than a batch of it, and reads no further than its client', async () => {
  const rows = 6_000;
  await openMany(rows, 'x'.repeat(4_000));
  entries.length = 0;
  gateway.statements.take();
  const slow = await beginDownload();
  // A batch takes two statements.
  expect(await statementsUntilQuiet(200)).toBeLessThan(rows / 500);
  slow.destroy();
  expect(await statementsUntilQuiet(200)).toBe(0);
  expect(entries.filter(({ level }) => level >= 40)).toEqual([]);

  let bytes = 0;
  const looks: number[] = [];
  const response = await fetch(csvUrl(agent, day), { headers: { authorization: `Bearer ${agent.token}` } });
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > (looks.length + 1) * 5_000_000) looks.push(held());
  }
  expect(bytes).toBeGreaterThan(rows * 4_000);
  expect(looks.length).toBeGreaterThan(3);
  // Whatever kept the rows had 15 MB more by then.
  expect(Math.max(...looks) - looks[0]!).toBeLessThan(8_000_000);
});

/** Lets the tickets of a gateway be read so many times and no more. */
function failAfter(reads: number): void {
  const { db } = gateway.app.services;
  const query = db.query.bind(db);
  let left = reads;
  jest.spyOn(db, 'query').mockImplementation((sql, values) => {
    const fails = sql.includes('from tickets t') && left-- <= 0;
    return fails ? Promise.reject(new Error('the disk is on fire')) : query(sql, values);
  });
}
afterEach(() => jest.restoreAllMocks());

it('[d17] breaks the transfer when the database fails in its middle', async () => {
  await openMany(2_000, 'One of many');
  failAfter(3);
  await expect(download(agent, day)).rejects.toThrow('aborted');
  expect(entries.map(({ msg }) => msg as string)).toContain('a request failed');
});

it('[d17] says so with a status when the database fails at once, and not why', async () => {
  failAfter(0);
  const answer = await download(agent, day);
  expect(refusalOf(answer)).toMatchObject({ status: 500, code: 'INTERNAL' });
  expect(answer.text).not.toContain('fire');
});

it('[d17] sends nothing by HTTP/1.0, which would not tell a part from the whole', async () => {
  const { pathname, search } = new URL(csvUrl(agent, day));
  const answer = await exchange(gateway.url, `GET ${pathname}${search} HTTP/1.0\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1.1 505 /);
  expect(answer).toContain('VALIDATION_FAILED');
});
