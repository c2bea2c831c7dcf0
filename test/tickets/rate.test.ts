import { TestGateway } from '../support/gateway.js';
import {
  type Comment,
  done,
  idOf,
  lastEvents,
  mutate,
  openTicket,
  read,
  refused,
  say,
  story,
  type Ticket,
} from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const rated = ({ conversation }: Ticket) => conversation.events.nodes.filter(({ vote }) => vote);

it.each([
  [1, 0],
  [2, 1 / 9],
  [10, 1],
])('[e19, x2, e22] rates a ticket %d of ten, %d on 0..1', async (score, normalized) => {
  const { customer, agent } = await gateway.cast();
  const me = await idOf(customer);
  const { id: ticketId } = await openTicket(customer);
  const { vote, subject, replayed } = await done(customer, 'rateTicket', { ticketId, score, comment: ' Obrigado ' });
  const ticket = await read(agent, ticketId);
  expect(vote).toEqual({
    id: expect.stringMatching(/^vot_/),
    score,
    scale: 'TEN_POINT',
    normalized,
    comment: 'Obrigado',
    createdAt: ticket.updatedAt,
    voter: { id: me },
    subject: { id: ticketId },
  });
  expect({ replayed, subject }).toMatchObject({ replayed: false, subject: { id: ticketId, vote } });
  expect(ticket).toMatchObject({ vote, version: 2 });
  expect(lastEvents(ticket, 1)).toMatchObject([
    { __typename: 'Rated', actor: { id: me }, at: vote?.createdAt, subject: { id: ticketId }, vote },
  ]);
});

it.each([
  [1, 1],
  [-1, 0],
])('[e26, x2] rates what support said by %d, %d on 0..1', async (score, normalized) => {
  const { customer, teammate, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const { id: commentId } = await say(agent, ticketId, 'Try again');
  const before = await read(customer, ticketId);
  const { vote, subject } = await done(teammate, 'rateComment', { commentId, score });
  const voter = { id: await idOf(teammate) };
  expect(vote).toMatchObject({ score, scale: 'THUMBS', normalized, comment: null, voter, subject: { id: commentId } });
  expect(subject).toMatchObject({ id: commentId, vote, version: 1, editedAt: null });
  const ticket = await read(customer, ticketId);
  expect(ticket).toMatchObject({ vote: null, version: before.version + 1 });
  expect(lastEvents(ticket, 1)).toMatchObject([{ __typename: 'Rated', subject: { id: commentId }, vote }]);
});

it('[x2, e31] refuses scores off the scales', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const { id: commentId } = await say(agent, ticketId, 'Try again');
  const range = { __typename: 'ValidationError', path: ['input', 'score'] };
  for (const score of [0, 11, -1, 2147483647]) {
    const refusal = await refused(gateway, customer, 'rateTicket', { ticketId, score });
    expect(refusal).toMatchObject({ ...range, constraint: 'range' });
  }
  for (const score of [0, 2, -2, 10]) {
    const refusal = await refused(gateway, customer, 'rateComment', { commentId, score });
    expect(refusal).toMatchObject({ ...range, constraint: 'oneOf' });
  }
  for (const comment of ['', ' ', 'x'.repeat(5001)]) {
    expect(await refused(gateway, customer, 'rateTicket', { ticketId, score: 5, comment })).toMatchObject({
      path: ['input', 'comment'],
    });
  }
});

it('[x4] makes each rating a vote of its own, shows the newest, and keeps the older ones in the history', async () => {
  const { customer, teammate, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const { id: commentId } = await say(agent, ticketId, 'Try again');
  const first = await done(customer, 'closeTicket', { ticketId, score: 2, comment: 'Slow' });
  const second = await done(customer, 'rateTicket', { ticketId, score: 9 });
  const third = await done(teammate, 'rateTicket', { ticketId, score: 9 });
  for (const score of [1, -1]) await done(customer, 'rateComment', { commentId, score });
  const ticket = await read(agent, ticketId);
  expect(ticket.vote).toEqual(third.vote);
  expect(ticket.comments.nodes[0]?.vote).toMatchObject({ score: -1 });
  const votes = rated(ticket).map(({ vote }) => vote);
  expect(votes.slice(0, 3)).toEqual([first.ticket.vote, second.vote, third.vote]);
  expect(votes.map((vote) => [vote?.scale, vote?.score])).toEqual([
    ['FIVE_POINT', 2],
    ['TEN_POINT', 9],
    ['TEN_POINT', 9],
    ['THUMBS', 1],
    ['THUMBS', -1],
  ]);
  expect(new Set(votes.map((vote) => vote?.id)).size).toBe(5);
  for (const vote of votes) {
    const { node } = await customer.run(`query ($id: ID!) { node(id: $id) { ... on Vote { score comment } } }`, {
      id: vote?.id,
    });
    expect(node).toEqual({ score: vote?.score, comment: vote?.comment });
  }
});

it('[x4] has no mutation by which a vote could be changed', async () => {
  const { agent } = await gateway.cast();
  const { __schema: schema } = await agent.run(`{ __schema { mutationType { fields { name args { type { ofType {
    inputFields { name } } } } } } } }`);
  const inputs = schema.mutationType.fields.map(({ args }: any) => args[0].type.ofType.inputFields) as any[][];
  expect(inputs.flat().filter(({ name }) => /vote/i.test(name))).toEqual([]);
});

it('[x4] takes scores on open and on closed tickets, from the customer side alone', async () => {
  const { customer, teammate, stranger, agent, admin } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const { id: commentId } = await say(agent, ticketId, 'Try', { mentionIds: [await idOf(stranger)] });
  const byStaff = await openTicket(agent, { title: 'By telephone', reporterId: await idOf(customer) });
  for (let closed = 0; closed < 2; closed++) {
    for (const actor of [customer, teammate]) {
      await done(actor, 'rateTicket', { ticketId, score: 10 });
      await done(actor, 'rateComment', { commentId, score: 1 });
    }
    for (const actor of [stranger, agent, admin]) {
      expect(await refused(gateway, actor, 'rateTicket', { ticketId, score: 10 })).toMatchObject({
        code: 'FORBIDDEN',
        path: ['input', 'ticketId'],
      });
      expect(await refused(gateway, actor, 'rateComment', { commentId, score: 1 })).toMatchObject({
        code: 'FORBIDDEN',
        path: ['input', 'commentId'],
      });
    }
    expect(await refused(gateway, agent, 'rateTicket', { ticketId: byStaff.id, score: 1 })).toMatchObject({
      code: 'FORBIDDEN',
    });
    if (closed === 0) await done(customer, 'closeTicket', { ticketId });
  }
  expect((await read(customer, ticketId)).isOpen).toBe(false);
});

it('[e26] rates only what support said in public, as long as it is there', async () => {
  const { customer, teammate, stranger, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer, { title: 'A ticket', body: 'Help' });
  const [own] = (await read(customer, ticketId)).comments.nodes as [Comment];
  const theirs = await say(teammate, ticketId, 'Me too');
  const noted = await say(agent, ticketId, 'They never paid', { visibility: 'INTERNAL' });
  const spoken = await say(agent, ticketId, 'Try again');
  for (const { id: commentId } of [own, theirs]) {
    expect(await refused(gateway, customer, 'rateComment', { commentId, score: 1 })).toMatchObject({
      __typename: 'RequestError',
      code: 'NOT_RATEABLE',
      path: ['input', 'commentId'],
    });
  }
  const missing = { __typename: 'RequestError', code: 'NOT_FOUND', path: ['input', 'commentId'] };
  const hidden = await refused(gateway, customer, 'rateComment', { commentId: noted.id, score: 1 });
  expect(hidden).toMatchObject(missing);
  expect(await refused(gateway, stranger, 'rateComment', { commentId: spoken.id, score: 1 })).toEqual(hidden);
  await done(customer, 'rateComment', { commentId: spoken.id, score: 1 });
  await done(agent, 'deleteComment', { commentId: spoken.id });
  for (const id of [spoken.id, ticketId, 'nonsense', '']) {
    expect(await refused(gateway, customer, 'rateComment', { commentId: id, score: 1 })).toEqual(hidden);
  }
  const [event] = rated(await read(customer, ticketId));
  expect(event).toMatchObject({ subject: { id: spoken.id }, vote: { score: 1, subject: { id: spoken.id } } });
});

it('[x15, e19] gives one vote for one key, and one for each call without', async () => {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const { id: commentId } = await say(agent, ticketId, 'Try again');
  for (const [mutation, input, other] of [
    ['rateTicket', { ticketId, score: 5, idempotencyKey: 'k' }, 4],
    ['rateComment', { commentId, score: 1, idempotencyKey: 'k' }, -1],
  ] as const) {
    const first = await done(customer, mutation, input);
    expect(await mutate(customer, mutation, input)).toEqual({ ...first, replayed: true });
    expect(await refused(gateway, customer, mutation, { ...input, score: other })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  }
  expect(story(await read(customer, ticketId)).filter((name) => name === 'Rated')).toHaveLength(2);
});
