import type { SignedInViewer } from '../../src/auth/viewer.js';
import type { Queryable } from '../../src/db/database.js';
import { AppError, ErrorCode } from '../../src/errors.js';
import { feedHint, LocalBus } from '../../src/live/bus.js';
import { FeedReader } from '../../src/live/feed/feed-reader.js';
import { type FeedFilter, type FeedItem, TicketFeed } from '../../src/live/feed/ticket-feed.js';
import { createLogger } from '../../src/logger.js';
import { idOf, openTicket } from '../tickets/support.js';
import { TestGateway } from '../support/gateway.js';
import { Dashboard } from './support.js';

let gateway: TestGateway;
const closing: (() => unknown)[] = [];
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterEach(() => closing.splice(0).map((close) => close()));
afterAll(() => gateway.stop());

const filterOf = (matches: FeedFilter['matches']): FeedFilter => ({
  tables: [],
  lookUps: () => 'null',
  take: () => true,
  matches,
});
const everything = filterOf(() => true);

/** A way to the database that can be cut, and how often each kind of statement went over it. */
class Line implements Queryable {
  isCut = false;
  readonly sent: string[] = [];

  query<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]> {
    this.sent.push(sql);
    if (this.isCut) return Promise.reject(new AppError(ErrorCode.SERVICE_UNAVAILABLE, 'cut'));
    return gateway.app.services.db.query(sql, values);
  }
}

async function agentViewer(): Promise<SignedInViewer> {
  const id = (await idOf(await gateway.signIn({ role: 'agent' }))).slice(4);
  const [row] = await gateway.app.services.db.query<{ accessVersion: number }>(
    'select access_version as "accessVersion" from users where id = $1',
    [id],
  );
  return { id, role: 'AGENT', organizationId: null, projectIds: [], expiresAt: Infinity, ...row! };
}

/** A reader of its own, which hears of nothing by itself, and feeds that follow it from where the feed ends. */
function reading() {
  const line = new Line();
  const bus = new LocalBus();
  const reader = new FeedReader(line, bus, createLogger('silent'));
  closing.push(() => reader.close());
  const follow = async (
    viewer: SignedInViewer,
    filter = everything,
    idleMs?: number,
    from = 0,
  ): Promise<TicketFeed> => {
    const head = await reader.head();
    const feed = new TicketFeed(reader, filter, viewer, { ...head, position: head.position - from }, idleMs);
    closing.push(() => feed.return());
    return feed;
  };
  return { line, bus, reader, follow };
}

const next = async (feed: TicketFeed): Promise<FeedItem> => (await feed.next()).value!;

/** Opens tickets and waits until they are in the feed. */
async function numbered(count: number): Promise<void> {
  const { customer, agent } = await gateway.cast();
  const dashboard = new Dashboard(agent, {});
  await dashboard.connect();
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push((await openTicket(customer)).id);
  for (const id of ids) await dashboard.sees(id);
  await dashboard.disconnect();
}

it('goes on within a second or two after the database was away for a moment, although nothing happens in the feed', async () => {
  const { line, follow } = reading();
  const viewer = await agentViewer();
  const first = await follow(viewer);
  expect((await next(first)).change).toBe('CHECKPOINT');
  // The second feed of the same person changes nothing of what is read for both.
  const second = await follow(viewer);
  line.isCut = true;
  const waiting = next(second);
  const cuts = line.sent.length;
  while (line.sent.length === cuts) await new Promise(setImmediate);
  line.isCut = false;
  expect((await waiting).change).toBe('CHECKPOINT');
}, 10_000);

it('says now and then how far it has come, although all that happens is of tickets that it does not tell of', async () => {
  const { bus, follow } = reading();
  const feed = await follow(
    await agentViewer(),
    filterOf(() => false),
    50,
  );
  const start = await next(feed);
  await numbered(1);
  bus.publish([feedHint]);
  let item = await next(feed);
  while (item.position === start.position) item = await next(feed);
  expect(item.change).toBe('CHECKPOINT');
}, 10_000);

it('says nothing more often because many listen, each of whom has their rights looked at', async () => {
  const { bus, follow } = reading();
  const feed = await follow(await agentViewer());
  expect((await next(feed)).change).toBe('CHECKPOINT');
  const waiting = next(feed);
  for (let n = 0; n < 70; n++) await feed.confirmRights();
  await numbered(1);
  bus.publish([feedHint]);
  expect((await waiting).change).toBe('ENTERED');
});

it('looks at the rights of who is behind without reading what comes next once more', async () => {
  await numbered(101);
  const { line, follow } = reading();
  const feed = await follow(await agentViewer(), everything, undefined, 101);
  line.sent.length = 0;
  let told = 0;
  while ((await next(feed)).change !== 'CHECKPOINT') {
    await feed.confirmRights();
    told++;
  }
  expect(told).toBeGreaterThan(90);
  expect(line.sent.length).toBeLessThan(told * 1.5);
});
