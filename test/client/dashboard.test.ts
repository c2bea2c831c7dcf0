import { createGatewayClient } from '../../examples/urql/follow.js';
import { followDashboard } from '../../examples/urql/dashboard.js';
import { type Resumable, ResumableError } from '../../src/client/index.js';
import { type FeedEvent, feedCursor, fetchList, followTickets, type Shown } from '../feed/support.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { done, openTicket } from '../tickets/support.js';
import { Proxy } from './proxy.js';
import { client } from './support.js';

let gateway: TestGateway;
let proxy: Proxy;
beforeAll(async () => {
  gateway = await TestGateway.start();
  proxy = await Proxy.to(gateway.url);
});
afterAll(async () => {
  await proxy.close();
  await gateway.stop();
});

/** A filter that matches the urgent tickets of one test alone. */
function scene() {
  const externalSubjectId = `s-${Math.random()}`;
  return { externalSubjectId, filter: { externalSubjectId: [externalSubjectId], priorityKey: ['high'] } };
}

const open = async (actor: Actor, externalSubjectId: string, title: string): Promise<string> =>
  (await openTicket(actor, { title, externalSubjectId, priorityKey: 'high' })).id;

let live: Resumable;
const connect = (actor: Actor): Resumable => (live = client(proxy.url, actor.token as string));
afterEach(() => live.dispose());

const update = (actor: Actor, ticketId: string, input: object): Promise<unknown> =>
  done(actor, 'updateTicket', { ticketId, ...input });

/** Has tickets enter, change and leave, with a drop at each step; the last one that enters has the title `Last`. */
async function work(customer: Actor, agent: Actor, externalSubjectId: string): Promise<void> {
  for (let n = 0; n < 4; n++) {
    const id = await open(customer, externalSubjectId, `Ticket ${n}`);
    proxy.cut();
    await update(agent, id, { title: `Renamed ${n}` });
    proxy.cut();
    if (n % 2) await update(agent, id, { priorityKey: 'low' });
    proxy.cut();
  }
  await open(customer, externalSubjectId, 'Last');
}

it('follows a list over drops, and it stays what it would be if it were fetched now', async () => {
  const { customer, agent } = await gateway.cast();
  const { externalSubjectId, filter } = scene();
  const variables = { filter, after: await feedCursor(agent) };
  const tickets = new Map<string, Shown>();
  const cursors: string[] = [];
  const working = work(customer, agent, externalSubjectId);
  for await (const { data } of connect(agent).iterate<{ ticketFeed: FeedEvent }>({ query: followTickets, variables })) {
    const { cursor, change, ticketId, ticket } = data!.ticketFeed;
    if (change === 'CHECKPOINT') continue;
    cursors.push(cursor);
    if (change === 'LEFT') tickets.delete(ticketId as string);
    else tickets.set(ticketId as string, ticket as Shown);
    if (ticket?.title === 'Last') break;
  }
  await working;
  expect(new Set(cursors).size).toBe(cursors.length);
  expect([...tickets.values()]).toEqual(expect.arrayContaining((await fetchList(agent, filter)).nodes));
  expect([...tickets.values()].map(({ title }) => title)).toEqual(['Renamed 0', 'Renamed 2', 'Last']);
});

/** The dashboard of the example, and what it shows last. */
async function start(agent: Actor, filter: Parameters<typeof followDashboard>[1]) {
  connect(agent);
  const token = (): Promise<string> => Promise.resolve(agent.token as string);
  let titles: string[] = [];
  let loads = 0;
  let wake = (): void => {};
  const ended = new Promise<unknown>((resolve) => {
    const show = (rows: readonly { title: string }[]): void => {
      titles = rows.map(({ title }) => title);
      loads++;
      wake();
    };
    void followDashboard(createGatewayClient(gateway.url, token, live), filter, show, resolve).catch(resolve);
  });
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise<void>((resolve) => (wake = resolve));
  };
  await Promise.race([until(() => loads > 0), ended]);
  return { ended, until, titles: () => titles };
}

describe('The dashboard of the example', () => {
  it('shows what a list would show, over drops', async () => {
    const { customer, agent } = await gateway.cast();
    const { externalSubjectId, filter } = scene();
    await open(customer, externalSubjectId, 'There before');
    const { until, titles } = await start(agent, filter);
    expect(titles()).toEqual(['There before']);
    await work(customer, agent, externalSubjectId);
    await until(() => titles().includes('Last'));
    expect(titles()).toEqual(['There before', 'Renamed 0', 'Renamed 2', 'Last']);
  });

  it('fetches its list anew when the position has expired, and goes on', async () => {
    const { customer, agent, admin } = await gateway.cast();
    const key = `t-${Math.trunc(Math.random() * 1e12)}`;
    const upsert = `mutation ($input: UpsertTopicInput!) { upsertTopic(input: $input) { replayed } }`;
    const topic = (input: object): Promise<unknown> =>
      admin.run(upsert, { input: { names: [{ locale: 'en', value: 'Name' }], rank: 9, ...input } });
    await topic({ key });
    const { until, titles } = await start(agent, { topicKey: [key] });
    expect(titles()).toEqual([]);
    await topic({ key: `${key}-sub`, parentKey: key });
    await openTicket(customer, { title: 'Below', topicKey: `${key}-sub` });
    await until(() => titles().includes('Below'));
  });

  it('is refused to customers', async () => {
    const { customer } = await gateway.cast();
    const { ended } = await start(customer, {});
    expect(await ended).toEqual(new Error('Only staff may follow lists of tickets.'));
    const payload = { query: followTickets, variables: { after: 'made up' } };
    const end = await live
      .iterate(payload)
      .next()
      .catch((error: unknown) => error);
    expect(end).toBeInstanceOf(ResumableError);
    expect(end).toMatchObject({ code: 'FORBIDDEN' });
  });
});
