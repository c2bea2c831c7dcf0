import { cellsOf, csvUrl, described, download, refusalOf, report } from './support.js';
import { idOf, insertTickets } from '../lists/support.js';
import { send } from '../doors/support.js';
import { TicketReportDocument } from '../support/_generated.js';
import { TestGateway } from '../support/gateway.js';

const day = { from: '2026-05-04T00:00:00.000Z', to: '2026-05-05T00:00:00.000Z' };
const created_at = '2026-05-04T12:00:00.000Z';

let now = Date.now();
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({}, undefined, { clock: () => now });
});
afterAll(() => gateway.stop());
afterEach(() => gateway.app.services.db.query('truncate tickets cascade'));

it('[d17, d18] is for staff: customers get FORBIDDEN, and whoever is unknown UNAUTHENTICATED', async () => {
  const { customer, agent, admin } = await gateway.cast();
  await insertTickets(gateway, customer, [{ created_at }]);
  for (const actor of [agent, admin]) {
    expect((await report(actor, day)).rows.totalCount).toBe(1);
    expect((await download(actor, day)).status).toBe(200);
  }
  const { data, errors } = await customer.send(TicketReportDocument, day);
  expect(data).toEqual({ ticketReport: null });
  expect(errors).toMatchObject([{ path: ['ticketReport'], extensions: { code: 'FORBIDDEN' } }]);
  expect(refusalOf(await download(customer, day))).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  // Rights come first: what is wrong with the question is not told.
  expect(refusalOf(await download(customer, {}))).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  const refusals = [await download(gateway.withToken(), day), await download(gateway.withToken('nonsense'), day)];
  for (const answer of refusals) {
    expect(refusalOf(answer)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  }
});

it('[d17, d18] never tells of tickets that were deleted', async () => {
  const { agent } = await gateway.cast();
  await insertTickets(gateway, agent, [
    { created_at, description: 'kept' },
    { created_at, description: 'deleted', deleted_at: created_at },
  ]);
  expect(await described(agent, day)).toEqual(['kept']);
  expect(cellsOf((await download(agent, day)).text)).toHaveLength(2);
  expect((await report(agent, day)).rows.totalCount).toBe(1);
});

it('[d17] links to the tickets that it tells of, which do not move on with time', async () => {
  now = Date.parse('2026-05-06T12:00:00.000Z');
  const agent = await gateway.signIn({ role: 'agent' });
  await insertTickets(gateway, agent, [{ created_at: '2026-05-06T11:00:00.000Z', description: 'before' }]);
  const { csvUrl: link } = await report(agent, { period: 'WEEKLY' });
  expect(new URL(link).origin).toBe(new URL(gateway.url).origin);
  await insertTickets(gateway, agent, [{ created_at: '2026-05-06T12:01:00.000Z', description: 'after' }]);
  now += 299_999;
  expect(cellsOf((await send(link)).text).map((row) => row[3])).toEqual(['ticketDescription', 'before']);
  expect(await described(agent, { period: 'WEEKLY' })).toEqual(['before', 'after']);
});

it('[d17] links for five minutes, and only to what was signed', async () => {
  now = Date.now();
  const agent = await gateway.signIn({ role: 'agent' });
  const other = await idOf(await gateway.signIn({ role: 'admin' }));
  const { csvUrl: link } = await report(agent, day);
  const unsigned = { ...day, actor: await idOf(agent), expires: String(now + 60_000) };
  const changed = [
    link.replace('2026-05-04', '2026-01-01'),
    link.replace(await idOf(agent), other),
    link.replace(/expires=\d+/, `expires=${now + 900_000}`),
    link.replace(/signature=./, 'signature='),
    link.replace('actor=', 'Actor='),
    link.replace(/signature=.*/, 'signature='),
    `${link}&period=weekly`,
    csvUrl(agent, { ...unsigned, signature: 'x' }),
    csvUrl(agent, unsigned),
    csvUrl(agent, { ...day, expires: unsigned.expires }),
    csvUrl(agent, { ...day, actor: unsigned.actor }),
  ];
  const texts = new Set<string>();
  const refuses = async (address: string, headers = {}): Promise<void> => {
    const answer = await send(address, { headers });
    expect(refusalOf(answer)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    texts.add(answer.text);
  };
  for (const address of changed) {
    expect(address).not.toBe(link);
    await refuses(address);
  }
  expect((await send(link)).status).toBe(200);
  now += 300_000;
  await refuses(link);
  // A link is what counts, not who uses it.
  await refuses(link, { authorization: `Bearer ${agent.token}` });
  expect(texts.size).toBe(1);
});

it('[d17] looks at the rights of whom a link was made for when it is used', async () => {
  const { db } = gateway.app.services;
  const [demoted, deactivated] = [await gateway.signIn({ role: 'agent' }), await gateway.signIn({ role: 'admin' })];
  const { csvUrl: first } = await report(demoted, day);
  const { csvUrl: second } = await report(deactivated, day);
  await db.query(`update users set role = 'CUSTOMER' where id = $1`, [await idOf(demoted)]);
  const id = await idOf(deactivated);
  await db.query('update users set is_active = false where id = $1', [id]);
  expect(refusalOf(await send(first))).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  expect(refusalOf(await send(second))).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  await db.query('update users set is_active = true where id = $1', [id]);
  expect((await send(second)).status).toBe(200);
});

it.each(['POST', 'PUT', 'DELETE', 'HEAD'])('[d17] does not answer %s', async (method) => {
  const agent = await gateway.signIn({ role: 'agent' });
  const answer = await send(csvUrl(agent, day), { method, headers: { authorization: `Bearer ${agent.token}` } });
  expect(answer.status).toBe(405);
  expect(answer.headers.allow).toBe('GET');
  const link = (await report(agent, day)).csvUrl;
  expect((await send(link, { method })).status).toBe(405);
  expect((await send(csvUrl(agent, day).replace('tickets', 'others'))).status).toBe(404);
});
