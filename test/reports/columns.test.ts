import { cellsOf, csvUrl, download, report, type Report } from './support.js';
import { idOf, insert, insertTickets, stateId } from '../lists/support.js';
import { post, send } from '../doors/support.js';
import { newHumanId, TestGateway } from '../support/gateway.js';

const now = Date.UTC(2026, 4, 6, 10, 15, 23, 456);
const day = { from: '2026-05-04T00:00:00.000Z', to: '2026-05-05T00:00:00.000Z' };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({ TICKET_PREFIX: 'TIC' }, undefined, { clock: () => now });
});
afterAll(() => gateway.stop());
afterEach(() => gateway.app.services.db.query('truncate tickets cascade'));

const columns = [
  'ticketNumber',
  'customer',
  'buyer',
  'ticketDescription',
  'priority',
  'category',
  'serviceImpact',
  'outcome',
  'status',
  'primaryContactName',
  'primaryContactEmail',
  'createdAt',
  'resolutionDate',
  'assigned',
  'slaAssignedTime',
  'ticketRunTime',
];

async function topicId(key: string): Promise<string> {
  const [topic] = await gateway.app.services.db.query<{ id: string }>('select id from topics where key = $1', [key]);
  return topic!.id;
}

/** A ticket of which everything is known, and one of which nothing is. */
async function fullAndEmpty(): Promise<void> {
  const { agent } = await gateway.cast();
  const client = await gateway.signIn({ role: 'customer', name: 'John Doe', email: 'john@example.com' });
  const [acme, shop] = await insert(gateway, 'organizations', [
    { human_id: newHumanId('ORG'), name: 'Acme' },
    { human_id: newHumanId('ORG'), name: 'The shop' },
  ]);
  const [queue] = await insert(gateway, 'groups', [{ name: newHumanId('Queue') }]);
  const [full] = await insertTickets(gateway, client, [
    {
      number: 801,
      title: 'Printer',
      description: 'It burns, "literally".\nSince noon.',
      status_id: await stateId(gateway, 'STATE', 'closed'),
      outcome_id: await stateId(gateway, 'OUTCOME', 'solved'),
      topic_id: await topicId('support'),
      service_impact: 'One office',
      organization_id: acme,
      buyer_id: shop,
      assignee_id: await idOf(agent),
      group_id: queue,
      created_at: '2026-05-04T08:00:00.000Z',
      first_assigned_at: '2026-05-04T08:00:59.999Z',
      closed_at: '2026-05-09T13:03:09.999Z',
    },
    { number: 802, title: 'Only a title', created_at: '2026-05-04T09:00:00.001Z' },
  ]);
  await insert(gateway, 'ticket_attributes', [
    { ticket_id: full, type: 'Contact', key: 'mainEmail', value: 'office@acme.example', created_at: day.from },
    { ticket_id: full, type: 'Contact', key: 'phoneNumber', value: '+447816432764', created_at: day.from },
    { ticket_id: full, type: 'Other', key: 'mainEmail', value: 'no@acme.example', created_at: day.from },
  ]);
}

const full = {
  ticketNumber: 'TIC-801',
  customer: 'Acme',
  buyer: 'The shop',
  ticketDescription: 'It burns, "literally".\nSince noon.',
  priority: 'Low',
  category: 'Technical support',
  serviceImpact: 'One office',
  outcome: 'Solved',
  status: 'Closed',
  primaryContactName: 'John Doe',
  primaryContactEmail: 'office@acme.example',
  createdAt: '2026-05-04T08:00:00.000Z',
  resolutionDate: '2026-05-09T13:03:09.999Z',
  assigned: 'Agent',
  slaAssignedTime: '00:00:59',
  ticketRunTime: '125:03:09',
};
const empty = {
  ticketNumber: 'TIC-802',
  customer: 'John Doe',
  buyer: null,
  ticketDescription: 'Only a title',
  priority: 'Low',
  category: null,
  serviceImpact: null,
  outcome: null,
  status: 'Created',
  primaryContactName: 'John Doe',
  primaryContactEmail: 'john@example.com',
  createdAt: '2026-05-04T09:00:00.001Z',
  resolutionDate: null,
  assigned: null,
  slaAssignedTime: null,
  ticketRunTime: '49:15:23',
};

it('[d18, d19] tells of every ticket in sixteen columns, and has null for what is not known', async () => {
  await fullAndEmpty();
  const agent = await gateway.signIn({ role: 'agent' });
  const { rows, ...span } = await report(agent, day);
  expect(span).toMatchObject(day);
  expect(rows.nodes).toEqual([full, empty]);
  expect(Object.keys(rows.nodes[0]!)).toEqual(columns);
  expect(rows.totalCount).toBe(2);
});

it('[d17, d19] writes the same columns as CSV in their order, NA where nothing is known', async () => {
  await fullAndEmpty();
  const agent = await gateway.signIn({ role: 'agent' });
  const { status, headers, text } = await download(agent, day);
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="tickets-2026-05-04T000000Z-2026-05-05T000000Z.csv"',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  const rows = [full, empty].map((row) => Object.values(row).map((value) => value ?? 'NA'));
  expect(cellsOf(text)).toEqual([columns, ...rows]);
  expect(text.endsWith('\r\n')).toBe(true);
  const { csvUrl: link } = await report(agent, day);
  expect((await send(link)).text).toBe(text);
});

it('[d19, e28] names states and topics in the language that is asked for, and links to the same', async () => {
  await fullAndEmpty();
  const agent = await gateway.signIn({ role: 'agent' });
  const authorization = `Bearer ${agent.token}`;
  const named = (cells: readonly string[] | undefined): unknown[] => [4, 5, 7, 8].map((column) => cells?.[column]);
  const [english, russian] = [
    ['Low', 'Technical support', 'Solved', 'Closed'],
    ['Низкий', 'Техническая поддержка', 'Решено', 'Закрыт'],
  ];
  const query = `{ ticketReport(from: "${day.from}", to: "${day.to}") { csvUrl rows { nodes { ${columns.join(' ')} } } } }`;
  const ask = async (language: string): Promise<{ cells: string[]; csvUrl: string }> => {
    const { text } = await post(gateway.url, { query }, { authorization, 'accept-language': language });
    const { ticketReport } = (JSON.parse(text) as { data: { ticketReport: Report } }).data;
    return { cells: Object.values(ticketReport.rows.nodes[0]!) as string[], csvUrl: ticketReport.csvUrl };
  };
  const csv = async (address: string, headers = {}): Promise<unknown> =>
    named(cellsOf((await send(address, { headers })).text)[1]);
  const [inEnglish, inRussian] = [await ask('de, en'), await ask('de, ru;q=0.8, en;q=0.1')];
  expect([named(inEnglish.cells), named(inRussian.cells)]).toEqual([english, russian]);
  expect(await csv(inEnglish.csvUrl, { 'accept-language': 'ru' })).toEqual(english);
  expect(await csv(inRussian.csvUrl, { 'accept-language': 'en' })).toEqual(russian);
  expect(await csv(csvUrl(agent, day), { authorization, 'accept-language': 'ru' })).toEqual(russian);
  expect(await csv(csvUrl(agent, { ...day, locale: 'ru-RU' }), { authorization })).toEqual(russian);
  expect(await csv(csvUrl(agent, { ...day, locale: 'xx' }), { authorization })).toEqual(english);
});

it('[d19] names the queue of a ticket that nobody has, the address of its reporter, and a description before the title', async () => {
  const client = await gateway.signIn({ role: 'customer', name: 'Jane' });
  const [queue] = await insert(gateway, 'groups', [{ name: 'Night watch' }]);
  const created_at = '2026-05-04T12:00:00.000Z';
  await gateway.app.services.db.query('update users set email = null where id = $1', [await idOf(client)]);
  await insertTickets(gateway, client, [{ title: 'Title', description: '', group_id: queue, created_at }]);
  const { nodes } = (await report(await gateway.signIn({ role: 'agent' }), day)).rows;
  expect(nodes).toMatchObject([
    { assigned: 'Night watch', slaAssignedTime: null, primaryContactEmail: null, ticketDescription: '' },
  ]);
});

it.each([
  ['2026-05-04T10:00:00.000Z', '2026-05-04T10:00:00.999Z', '00:00:00'],
  ['2026-05-04T10:00:00.500Z', '2026-05-04T10:00:01.500Z', '00:00:01'],
  ['2026-05-04T10:00:00.000Z', '2026-05-04T10:59:59.999Z', '00:59:59'],
  ['2026-05-04T10:00:00.000Z', '2026-05-05T10:00:00.000Z', '24:00:00'],
  ['2026-05-04T10:00:00.000Z', '2027-05-04T11:01:02.000Z', '8761:01:02'],
  ['2026-05-04T10:00:00.000Z', '2026-05-04T09:00:00.000Z', '00:00:00'],
])('[d19] from %s to %s it is %s', async (created_at, closed_at, time) => {
  const agent = await gateway.signIn({ role: 'agent' });
  await insertTickets(gateway, agent, [{ created_at, closed_at, first_assigned_at: closed_at }]);
  const { nodes } = (await report(agent, day)).rows;
  expect(nodes).toMatchObject([{ ticketRunTime: time, slaAssignedTime: time }]);
});

const formulas = [
  '=1+1',
  '-3',
  '+3',
  '+1+1',
  '-1+1',
  '@SUM(A1)',
  '＝1+1',
  '＋1+1',
  '－1+1',
  '＠SUM(A1)',
  ' =1+1',
  '\u00a0\u200b=1+1',
  '=HYPERLINK("http://x.example";"a, b")',
  `=cmd|' /C calc'!A0`,
  '﹦1+1',
];
/** What begins a cell where the program splits at semicolons or tabs, with how it is written. */
const laterFormulas = [
  ['\t=1+1', `'\t'=1+1`],
  ['\r=1+1', `'\r'=1+1`],
  ['\n=1+1', `'\n'=1+1`],
  ['a;=HYPERLINK("http://x.example")', `a;'=HYPERLINK("http://x.example")`],
  ['a; \u200b＋1', `a; \u200b'＋1`],
  ['a;b;@SUM(A1);=1', `a;b;'@SUM(A1);'=1`],
  ['a\t-3', `a\t'-3`],
  ['=1;=1', `'=1;'=1`],
  ['a; b = c-d', 'a; b = c-d'],
] as const;

it('[d19] has no cell that a spreadsheet would run, whatever is written where', async () => {
  const agent = await gateway.signIn({ role: 'agent' });
  const created_at = '2026-05-04T12:00:00.000Z';
  for (const text of [...formulas, ...laterFormulas.map(([written]) => written)]) {
    const client = await gateway.signIn({ role: 'customer' });
    await gateway.app.services.db.query('update users set name = $2 where id = $1', [await idOf(client), text]);
    const [ticket_id] = await insertTickets(gateway, client, [{ title: text, service_impact: text, created_at }]);
    const contact = { ticket_id, type: 'Contact', key: 'mainEmail', value: text, created_at };
    await insert(gateway, 'ticket_attributes', [contact]);
  }
  const [, ...rows] = cellsOf((await download(agent, day)).text);
  const cells = rows.flat();
  expect(cells.filter((cell) => /^[\s\p{C}]*[=+\-@＝＋－＠]|^[\t\r\n]/u.test(cell))).toEqual([]);
  for (const text of formulas) expect(cells.filter((cell) => cell === `'${text}`)).toHaveLength(5);
  for (const [, text] of laterFormulas) expect(cells.filter((cell) => cell === text)).toHaveLength(5);
  const elsewhere = cells.flatMap((cell) => cell.split(/[;\t]/));
  expect(elsewhere.filter((cell) => /^[\s\p{C}]*[=+\-@＝＋－＠]/u.test(cell))).toEqual([]);
});

it.each([
  'a, b',
  'a "quoted" word',
  'two\nlines',
  'two\r\nlines',
  'two\rlines',
  ' blanks ',
  'Принтер 🖨',
  `it's`,
  '1-2=3',
  '42',
  '3.14',
  '1e3',
  '',
])('[d17] brings %j through unchanged', async (description) => {
  const agent = await gateway.signIn({ role: 'agent' });
  await insertTickets(gateway, agent, [{ description, created_at: '2026-05-04T12:00:00.000Z' }]);
  const [, row] = cellsOf((await download(agent, day)).text);
  expect(row?.[3]).toBe(description);
});
