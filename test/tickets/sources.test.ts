import { TestGateway } from '../support/gateway.js';
import { done, openTicket, read, say } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

/** The samples of the five APIs that came before: what they open a ticket with, and what is said in it. */
const samples = [
  { title: 'string', replies: [] },
  { title: 'título para o ticket', body: 'Corrigir ...', replies: ['Corrigir ...'] },
  { title: 'Correção de ...', body: 'comment', replies: ['Corrigir ...', 'Corrigir ...'] },
  { title: 'ticket title', body: 'comment', replies: [] },
  {
    title: 'Account Issue',
    description: 'I am facing an issue with my account.',
    replies: ['I want to add more details about my issue.', 'We are looking into your issue and will update you soon.'],
  },
  {
    title: 'Ticket ticket',
    description: 'this is a long a fun description',
    contractHumanId: 'CON-123562',
    tenantHumanId: '123',
    serviceImpact: 'Provisioning',
    replies: ['Something useful', 'Create ticket notification sent.'],
  },
  { title: 'new test ticket', body: 'my first comment', replies: ['My second comment', 'string'] },
  {
    title: '\u041E\u0442\u043A\u0440\u044B\u0442',
    body: '\u0421\u0435\u0440\u0432\u0435\u0440\u044B',
    replies: ['Открыт'],
  },
  {
    title:
      '\u041A\u043E\u043D\u0441\u0443\u043B\u044C\u0442\u0430\u0446\u0438\u044F \u043F\u0435\u0440\u0435\u0434 \u0437\u0430\u043A\u0430\u0437\u043E\u043C',
    body: 'Pre-Order consultation',
    replies: ['Консультация перед заказом', 'Серверы', 'Servers'],
  },
  {
    title: '\\u041E\\u0442\\u043A\\u0440\\u044B\\u0442',
    body: '\\u0421\\u0435\\u0440\\u0432',
    replies: ['\\ \\u044F'],
  },
];

it('[a9, c2, b5] takes the titles and texts of the samples and gives them back unchanged', async () => {
  const { customer, agent } = await gateway.cast();
  for (const { replies, ...input } of samples) {
    const { id } = await openTicket(customer, input);
    for (const [index, body] of replies.entries()) await say(index % 2 ? agent : customer, id, body);
    const bodies = [...(input.body ? [input.body] : []), ...replies];
    for (const actor of [customer, agent]) {
      const ticket = await read(actor, id);
      expect(ticket).toMatchObject({ title: input.title, description: input.description ?? null });
      expect(ticket.comments.nodes.map(({ body }) => body)).toEqual(bodies);
    }
  }
});

it('decodes escaped Cyrillic like any other text, wherever it stands', async () => {
  const { customer } = await gateway.cast();
  const escaped = String.raw`mutation { createTicket(input: { title: "\u041E\u0442\u043A\u0440\u044B\u0442 \u{1F3AB} \uD83C\uDFAB" }) { ticket { title } } }`;
  expect(await customer.run(escaped)).toEqual({ createTicket: { ticket: { title: 'Открыт 🎫 🎫' } } });
  const json = String.raw`{"query":"mutation ($title: String) { createTicket(input: { title: $title }) { ticket { title } } }","variables":{"title":"\u041E\u0442\u043A\u0440\u044B\u0442 \ud83c\udfab"}}`;
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${customer.token}` },
    body: json,
  });
  expect(await response.json()).toEqual({ data: { createTicket: { ticket: { title: 'Открыт 🎫' } } } });
});

it('[b4, d21, e20] goes through the life of a sample ticket with its times in UTC', async () => {
  const { customer, agent } = await gateway.cast();
  const { id, number } = await openTicket(customer, { title: 'título para o ticket' });
  const { ticket } = await done(agent, 'closeTicket', { ticketId: id, message: 'Corrigir ...' });
  const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
  expect(ticket).toMatchObject({
    title: 'título para o ticket',
    number,
    createdAt: expect.stringMatching(moment),
    updatedAt: expect.stringMatching(moment),
    closedAt: expect.stringMatching(moment),
  });
  expect(Date.parse(ticket.closedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(ticket.createdAt));
  const { ticket: again } = await done(customer, 'reopenTicket', { ticketId: id, body: 'Correção de ...' });
  expect(again).toMatchObject({ closedAt: null, createdAt: ticket.createdAt, number });
});
