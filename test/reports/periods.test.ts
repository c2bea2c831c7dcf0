import { cellsOf, csvUrl, described, download, refusalOf, report } from './support.js';
import { insertTickets } from '../lists/support.js';
import { send } from '../doors/support.js';
import { TicketReportDocument } from '../support/_generated.js';
import { type Actor, TestGateway } from '../support/gateway.js';

let now = 0;
let gateway: TestGateway;
let agent: Actor;
beforeAll(async () => {
  gateway = await TestGateway.start({}, undefined, { clock: () => now });
  agent = await gateway.signIn({ role: 'agent' });
});
afterAll(() => gateway.stop());
afterEach(() => gateway.app.services.db.query('truncate tickets cascade'));

/** Opens tickets at these moments; each is described by its own. */
const openAt = (...moments: string[]): Promise<string[]> =>
  insertTickets(
    gateway,
    agent,
    moments.map((created_at) => ({ created_at, description: created_at })),
  );

it.each([
  ['in the middle of a week', '2026-05-06T10:15:23.456Z', '2026-05-04T00:00:00.000Z'],
  ['in the last millisecond of a Sunday', '2026-05-10T23:59:59.999Z', '2026-05-04T00:00:00.000Z'],
  ['in the first millisecond of a Monday', '2026-05-11T00:00:00.000Z', '2026-05-11T00:00:00.000Z'],
  ['in a week that began last year', '2027-01-01T12:00:00.000Z', '2026-12-28T00:00:00.000Z'],
  ['on a Sunday that ends week 53', '2027-01-03T23:59:59.000Z', '2026-12-28T00:00:00.000Z'],
  ['in a week that began last month', '2026-07-01T00:00:00.000Z', '2026-06-29T00:00:00.000Z'],
  ['on the leap day', '2028-02-29T08:00:00.000Z', '2028-02-28T00:00:00.000Z'],
])('[d18, x18] WEEKLY, %s, begins on Monday at midnight in UTC', async (_when, moment, monday) => {
  now = Date.parse(moment);
  const before = new Date(Date.parse(monday) - 1).toISOString();
  await openAt(before, monday, moment, new Date(now + 1).toISOString());
  expect(await described(agent, { period: 'WEEKLY' })).toEqual([monday, moment]);
  const { from, to } = await report(agent, { period: 'WEEKLY' });
  expect({ from, to }).toEqual({ from: monday, to: new Date(now + 1).toISOString() });
});

it.each([
  ['in the middle of a month', '2026-05-16T10:15:23.456Z', '2026-05-01T00:00:00.000Z'],
  ['in the last millisecond of a month', '2026-02-28T23:59:59.999Z', '2026-02-01T00:00:00.000Z'],
  ['in the first millisecond of a month', '2026-03-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
  ['in the first month of a year', '2027-01-01T00:00:00.001Z', '2027-01-01T00:00:00.000Z'],
])('[d18, x18] MONTHLY, %s, begins on its first day at midnight in UTC', async (_when, moment, first) => {
  now = Date.parse(moment);
  const before = new Date(Date.parse(first) - 1).toISOString();
  await openAt(before, first, moment, new Date(now + 1).toISOString());
  expect(await described(agent, { period: 'MONTHLY' })).toEqual([first, moment]);
});

it('[d17, x18] takes a period in any case, and both moments in any zone, for a CSV too', async () => {
  now = Date.parse('2026-05-06T10:00:00.000Z');
  await openAt('2026-05-03T12:00:00.000Z', '2026-05-04T12:00:00.000Z');
  const rowsOf = async (query: Record<string, string>): Promise<number> =>
    cellsOf((await download(agent, query)).text).length - 1;
  for (const period of ['weekly', 'WEEKLY', 'Weekly']) expect(await rowsOf({ period })).toBe(1);
  for (const period of ['monthly', 'MONTHLY']) expect(await rowsOf({ period })).toBe(2);
  expect(await rowsOf({ from: '2026-05-03T12:00:00Z', to: '2026-05-04T12:00:00Z' })).toBe(1);
  expect(await rowsOf({ from: '2026-05-03T12:00:00.001Z', to: '2026-05-04T12:00:00.001Z' })).toBe(1);
  const unescaped = `${csvUrl(agent, {})}from=2026-05-03T14:00:00+02:00&to=2026-05-04T14:00:01+02:00`;
  const { text } = await send(unescaped, { headers: { authorization: `Bearer ${agent.token}` } });
  expect(cellsOf(text)).toHaveLength(3);
});

it('[d17] is a line of names alone where nothing was opened', async () => {
  const { status, text } = await download(agent, { from: '2001-01-01T00:00:00Z', to: '2002-01-01T00:00:00Z' });
  expect(status).toBe(200);
  expect(cellsOf(text)).toHaveLength(1);
  expect((await report(agent, { from: '2001-01-01T00:00:00Z', to: '2002-01-01T00:00:00Z' })).rows).toMatchObject({
    totalCount: 0,
    nodes: [],
  });
});

const [from, to] = ['2026-05-01T00:00:00.000Z', '2026-05-02T00:00:00.000Z'];

it.each([
  ['0000-01-01T00:00:00+12:00', 'from'],
  ['9999-12-31T23:59:59-12:00', 'to'],
])('[x18] has no bound of another year than can be written, such as %s', async (moment, argument) => {
  const query = { from, to, [argument]: moment };
  const { errors } = await agent.send(TicketReportDocument as never, query as never);
  expect(errors).toMatchObject([{ extensions: { code: 'VALIDATION_FAILED' } }]);
  const refusal = refusalOf(await download(agent, query));
  expect(refusal).toEqual({ status: 400, code: 'VALIDATION_FAILED', argument: [argument] });
});

it.each([
  ['nothing', {}, 'period'],
  ['a period and a moment', { period: 'WEEKLY', from }, 'period'],
  ['a period and both moments', { period: 'MONTHLY', from, to }, 'period'],
  ['the first moment alone', { from }, 'period'],
  ['the last moment alone', { to }, 'period'],
  ['the same moment twice', { from, to: from }, 'from'],
  ['a last moment before the first', { from: to, to: from }, 'from'],
])('[x18] is refused for %s, whichever way it is asked for', async (_what, query, argument) => {
  const { data, errors } = await agent.send(TicketReportDocument as never, query as never);
  expect(data).toEqual({ ticketReport: null });
  expect(errors).toMatchObject([{ extensions: { code: 'VALIDATION_FAILED', argument: [argument] } }]);
  const refusal = refusalOf(await download(agent, query));
  expect(refusal).toEqual({ status: 400, code: 'VALIDATION_FAILED', argument: [argument] });
});

it.each([
  [{ period: 'daily' }, 'period'],
  [{ period: '' }, 'period'],
  [{ from: 'yesterday', to }, 'from'],
  [{ from, to: '2026-02-30T00:00:00Z' }, 'to'],
  [{ from, to: '' }, 'to'],
  [{ from: '\0', to }, 'from'],
  [{ from: '2026-05-01', to }, 'from'],
])('[d17] is refused as CSV for %j', async (query, argument) => {
  const refusal = refusalOf(await download(agent, query));
  expect(refusal).toEqual({ status: 400, code: 'VALIDATION_FAILED', argument: [argument] });
});

it.each([
  ['perod=weekly', 'perod'],
  ['period=weekly&format=xlsx', 'format'],
  ['period=weekly&Locale=ru', 'Locale'],
  [`period=weekly&${'x'.repeat(9_000)}=`, 'x'.repeat(50)],
  ['period=weekly&=', ''],
  ['period=weekly&period=monthly', 'period'],
  [`from=${from}&to=${to}&to=${to}`, 'to'],
])('[d17] is refused as CSV for %s, which would be overlooked', async (query, argument) => {
  const headers = { authorization: `Bearer ${agent.token}` };
  const answer = await send(`${csvUrl(agent, {})}${query}`, { headers });
  expect(refusalOf(answer)).toEqual({ status: 400, code: 'VALIDATION_FAILED', argument: [argument] });
  expect(answer.text.length).toBeLessThan(500);
});
