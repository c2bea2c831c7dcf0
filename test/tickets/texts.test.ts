import { TestGateway } from '../support/gateway.js';
import { allRows, done, type Input, inputOf, type Mutation, openTicket, read, refused, say } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

/** One code point, two UTF-16 units, four bytes. */
const astral = '🎫';

it.each([
  ['cuts nothing off a short line', 'No network', 'No network'],
  ['takes the first line alone', 'Сервер не отвечает\nУже час', 'Сервер не отвечает'],
  ['knows every kind of line break', 'Uma linha\r\noutra', 'Uma linha'],
  ['knows the line separator', 'one\u2028two', 'one'],
  ['skips lines that say nothing', '\n \t\n\r\n  At last \n', 'At last'],
  ['cuts Cyrillic at 255 code points', 'ж'.repeat(300), 'ж'.repeat(255)],
  ['cuts astral characters at 255 code points, none in half', astral.repeat(256), astral.repeat(255)],
  ['takes a line of 255 code points whole', astral.repeat(255), astral.repeat(255)],
  ['leaves no blank where it cuts', `${'a'.repeat(254)}   b`, 'a'.repeat(254)],
])('derives a missing title from the text: %s', async (_what, text, title) => {
  const { customer } = await gateway.cast();
  for (const field of ['description', 'body']) {
    const { ticket, comment } = await done(customer, 'createTicket', { [field]: text });
    expect(ticket.title).toBe(title);
    expect(field === 'body' ? comment?.body : ticket.description).toBe(text.trim());
  }
});

it('[x11, x12] prefers the title to the description and the description to the body', async () => {
  const { customer } = await gateway.cast();
  expect(await openTicket(customer, { body: 'body', description: 'description', title: 'title' })).toMatchObject({
    title: 'title',
  });
  expect(await openTicket(customer, { body: 'body', description: 'description' })).toMatchObject({
    title: 'description',
  });
});

it('[x11] refuses a ticket without title, description and body', async () => {
  const { customer } = await gateway.cast();
  for (const input of [{}, { title: null, description: null, body: null }, { topicKey: 'support' }]) {
    expect(await refused(gateway, customer, 'createTicket', input)).toMatchObject({
      __typename: 'ValidationError',
      code: 'VALIDATION_FAILED',
      constraint: 'required',
      path: ['input'],
    });
  }
});

/** Every text that a mutation takes, and how many code points it may have. */
const texts: [Mutation, argument: string, limit: number, rest?: Input][] = [
  ['createTicket', 'title', 255],
  ['createTicket', 'description', 50_000],
  ['createTicket', 'body', 50_000],
  ['createTicket', 'externalSubjectId', 255, { title: 'A ticket' }],
  ['createTicket', 'serviceImpact', 255, { title: 'A ticket' }],
  ['createTicket', 'contractHumanId', 64, { title: 'A ticket' }],
  ['createTicket', 'tenantHumanId', 64, { title: 'A ticket' }],
  ['addComment', 'body', 50_000],
  ['closeTicket', 'message', 50_000],
  ['closeTicket', 'comment', 5_000, { score: 5 }],
  ['reopenTicket', 'body', 50_000],
];

describe.each(texts)('%s with `%s`', (mutation, argument, limit, rest = {}) => {
  /** Calls the mutation on a ticket that is ready for it; answers how the text was kept. */
  async function store(text: string): Promise<unknown> {
    const { customer } = await gateway.cast();
    const { ticket, comment } = await done(customer, mutation, {
      ...rest,
      ...(await target(customer)),
      [argument]: text,
    });
    if (mutation === 'closeTicket' && argument === 'comment') return ticket.vote?.comment;
    return comment ? comment.body : ticket[argument as 'title'];
  }

  async function target(customer: Awaited<ReturnType<TestGateway['signIn']>>): Promise<Input> {
    if (mutation === 'createTicket') return {};
    const { id: ticketId } = await openTicket(customer);
    if (mutation === 'reopenTicket') await done(customer, 'closeTicket', { ticketId });
    return { ticketId };
  }

  it(`[e2, e3, x12] keeps ${limit} code points, whatever they weigh, without the blanks at the ends`, async () => {
    const text = `${astral}${'ж'.repeat(limit - 2)}${astral}`;
    expect(await store(text)).toBe(text);
    expect(await store(` \t\u00a0\n${text}\r\n `)).toBe(text);
    expect(await store(astral.repeat(limit))).toBe(astral.repeat(limit));
  });

  it('[e2, e3, d30] refuses one more, and a blank one', async () => {
    const { customer } = await gateway.cast();
    const input = { ...rest, ...(await target(customer)) };
    for (const text of ['a'.repeat(limit + 1), astral.repeat(limit + 1), '', ' ', ' \n\t\u00a0\u2003\ufeff ']) {
      const error = await refused(gateway, customer, mutation, { ...input, [argument]: text });
      expect(error).toEqual({
        __typename: 'ValidationError',
        code: 'VALIDATION_FAILED',
        message: expect.stringContaining(`1..${limit}`),
        path: ['input', argument],
        constraint: 'length',
      });
      expect(error.message).toContain(`\`${argument}\``);
    }
  });

  it('[d30] refuses what can not be stored, naming the argument', async () => {
    const { customer } = await gateway.cast();
    const input = { ...rest, ...(await target(customer)) };
    for (const text of ['a\0b', '\0', 'half \ud83c', '\udfab half', '\udfab\ud83c']) {
      const error = await refused(gateway, customer, mutation, { ...input, [argument]: text });
      expect(error).toMatchObject({ code: 'VALIDATION_FAILED', path: ['input', argument] });
      expect(error.message).toContain(`\`${argument}\``);
    }
  });
});

it.each(['topicKey', 'priorityKey', 'projectKey', 'idempotencyKey'])(
  '[d30] refuses what no key can be in `%s`',
  async (argument) => {
    const { customer } = await gateway.cast();
    for (const text of ['', '  ', 'a\0b', '\ud83c', 'a'.repeat(256)]) {
      expect(await refused(gateway, customer, 'createTicket', { title: 'A ticket', [argument]: text })).toMatchObject({
        code: 'VALIDATION_FAILED',
        path: ['input', argument],
      });
    }
  },
);

it('[c11, d30] tells the same error to an operation that does not ask for userErrors', async () => {
  const { customer } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const before = await allRows(gateway);
  const call = (mutation: Mutation, input: Input) =>
    customer.send(`mutation ($input: ${inputOf(mutation)}!) { ${mutation}(input: $input) { replayed } }`, { input });
  const refusals: [Mutation, Input, code: string, argument: string][] = [
    ['createTicket', { title: ' ' }, 'VALIDATION_FAILED', 'title'],
    ['createTicket', { title: 'A ticket', topicKey: 'none' }, 'NOT_FOUND', 'topicKey'],
    ['addComment', { ticketId, body: 'A note', visibility: 'INTERNAL' }, 'FORBIDDEN', 'visibility'],
    ['reopenTicket', { ticketId, body: 'Again' }, 'TICKET_NOT_CLOSED', 'ticketId'],
    ['closeTicket', { ticketId, expectedVersion: 9 }, 'VERSION_CONFLICT', 'expectedVersion'],
  ];
  for (const [mutation, input, code, argument] of refusals) {
    const { data, errors } = await call(mutation, input);
    expect(data).toEqual({ [mutation]: null });
    expect(errors).toMatchObject([{ path: [mutation], extensions: { code, argument: ['input', argument] } }]);
  }
  expect(await allRows(gateway)).toEqual(before);
});

it('leaves the rest of an operation alone when one of its mutations fails', async () => {
  const { customer } = await gateway.cast();
  const { id } = await openTicket(customer);
  const document = `mutation ($id: ID!) {
    a: addComment(input: { ticketId: $id, body: "first" }) { comment { body } }
    b: addComment(input: { ticketId: $id, body: " " }) { comment { body } }
    c: addComment(input: { ticketId: $id, body: "last" }) { comment { body } ticket { version } }
  }`;
  const { data, errors } = await customer.send(document, { id });
  expect(data).toEqual({
    a: { comment: { body: 'first' } },
    b: null,
    c: { comment: { body: 'last' }, ticket: { version: 3 } },
  });
  expect(errors).toHaveLength(1);
  expect(errors).toMatchObject([{ path: ['b'], extensions: { code: 'VALIDATION_FAILED' } }]);
  expect((await read(customer, id)).comments.totalCount).toBe(2);
});

it('gives a text back as it came, but for the blanks at its ends', async () => {
  const { customer, agent } = await gateway.cast();
  const { id } = await openTicket(customer);
  const tricky = [
    `O'Brien"; drop table tickets; --`,
    '<script>alert(1)</script> & {"$where": 1} ${x} %s \\u0041 \\',
    'a\u0301 ≠ á \u202eright to left\u202c \u200b\u200d ﷽',
    '👩‍👩‍👧‍👦 🏳️‍🌈 \ud83c\udfab 𝒳 日本語 العربية हिन्दी',
    'tabs\tand\r\nlines\n\n\nkept   inside',
  ];
  for (const body of tricky) await say(customer, id, `  ${body}\n`);
  expect((await read(agent, id)).comments.nodes.map(({ body }) => body)).toEqual(tricky);
});
