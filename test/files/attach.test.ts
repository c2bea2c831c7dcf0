import { globalId, uuidOf } from '../../src/global-id.js';
import { send } from '../doors/support.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { done, type Input, mutate, openTicket, read, refused, say } from '../tickets/support.js';
import { announce, fileOf, filesIn, linkTo, refusalOf, rowOf, storedFiles, upload } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

/** Each mutation that takes files, on a ticket that it fits. */
async function takers(actor: Actor, agent: Actor): Promise<['createTicket' | 'addComment' | 'reopenTicket', Input][]> {
  const [open, closed] = [await openTicket(actor), await openTicket(actor)];
  await done(agent, 'closeTicket', { ticketId: closed.id });
  return [
    ['createTicket', { title: 'A ticket' }],
    ['addComment', { ticketId: open.id }],
    ['addComment', { ticketId: open.id, body: 'See there' }],
    ['reopenTicket', { ticketId: closed.id, body: 'Still' }],
  ];
}

it('[e4, x10] refuses files of others, attached ones and what is none, all alike and wherever files are taken', async () => {
  const { customer, teammate, agent } = await gateway.cast();
  const own = await upload(customer);
  const used = await upload(customer);
  const { id: ticketId } = await openTicket(customer, { title: 'With a file', fileIds: [used] });
  const absent = globalId('File', '00000000-0000-4000-8000-000000000000');
  const foreign = [await upload(teammate), await upload(agent), (await announce(teammate)).id];
  for (const [mutation, input] of await takers(customer, agent)) {
    for (const id of [
      ...foreign,
      used,
      absent,
      own.slice(4),
      own.toUpperCase(),
      own.replace('fil', 'com'),
      ticketId,
      '',
      '\0',
    ]) {
      expect(await refused(gateway, customer, mutation, { ...input, fileIds: [own, id] })).toEqual({
        __typename: 'RequestError',
        code: 'NOT_FOUND',
        message: 'There is no such file, or you may not see it.',
        path: ['input', 'fileIds', '1'],
      });
    }
  }
  expect(await rowOf(gateway, own)).toMatchObject({ comment_id: null, position: null });
});

it('[e4] refuses files whose bytes are not there, none, more than ten, and one twice', async () => {
  const { customer, agent } = await gateway.cast();
  const own = await upload(customer);
  const { id: pending } = await announce(customer);
  const eleven = Array.from({ length: 11 }, (_, n) => globalId('File', `00000000-0000-4000-8000-0000000000${10 + n}`));
  for (const [mutation, input] of await takers(customer, agent)) {
    expect(await refused(gateway, customer, mutation, { ...input, fileIds: [own, pending] })).toMatchObject({
      __typename: 'ValidationError',
      constraint: 'pending',
      path: ['input', 'fileIds', '1'],
    });
    for (const fileIds of [[], [own, own], eleven]) {
      expect(await refused(gateway, customer, mutation, { ...input, fileIds })).toMatchObject({
        code: 'VALIDATION_FAILED',
        path: ['input', 'fileIds'],
      });
    }
  }
});

it('[e4] takes ten files for a comment', async () => {
  const { customer } = await gateway.cast();
  const fileIds = await Promise.all(Array.from({ length: 10 }, () => upload(customer)));
  const { id } = await openTicket(customer, { title: 'Ten', fileIds });
  expect((await filesIn(customer, id))[0]?.map((file) => file.id)).toEqual(fileIds);
});

it('[e18, x5, x11] wants a word where a ticket is reopened, and a text where one is opened, files or not', async () => {
  const { customer, agent } = await gateway.cast();
  const fileIds = [await upload(customer)];
  const { id: ticketId } = await openTicket(customer);
  await done(agent, 'closeTicket', { ticketId });
  expect(await refused(gateway, customer, 'createTicket', { fileIds })).toMatchObject({ constraint: 'required' });
  expect(await refused(gateway, customer, 'reopenTicket', { ticketId, body: ' ', fileIds })).toMatchObject({
    path: ['input', 'body'],
  });
  expect(await refused(gateway, customer, 'addComment', { ticketId, fileIds })).toMatchObject({
    code: 'TICKET_CLOSED',
  });
  expect(await rowOf(gateway, fileIds[0]!)).toMatchObject({ comment_id: null });
});

it('[e4] gives a file to one of two comments that ask for it at once, and nothing to the other', async () => {
  const { customer } = await gateway.cast();
  for (let round = 0; round < 5; round++) {
    const [one, two] = [await openTicket(customer), await openTicket(customer)];
    const [a, b] = [await upload(customer), await upload(customer)];
    const payloads = await Promise.all([
      mutate(customer, 'addComment', { ticketId: one.id, body: 'Mine', fileIds: [a, b] }),
      mutate(customer, 'addComment', { ticketId: two.id, body: 'Mine', fileIds: [b, a] }),
    ]);
    const codes = payloads.map(({ userErrors }) => userErrors[0]?.code ?? 'done');
    expect([...codes].sort()).toEqual(['NOT_FOUND', 'done']);
    const found = [await filesIn(customer, one.id), await filesIn(customer, two.id)];
    const winner = codes.indexOf('done');
    expect(found[winner]?.map((files) => files.length)).toEqual([2]);
    expect(found[1 - winner]).toEqual([]);
    expect((await read(customer, [one, two][1 - winner]!.id)).version).toBe(1);
  }
});

it('hides the files of notes from customers, by link and by id', async () => {
  const { customer, agent, admin } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer, { title: 'A ticket', body: 'Help' });
  const before = await read(customer, ticketId);
  const id = await upload(agent, 'Secret');
  await done(agent, 'addComment', { ticketId, visibility: 'INTERNAL', fileIds: [id] });
  expect(await filesIn(agent, ticketId)).toMatchObject([[], [{ id }]]);
  expect((await send(await linkTo(admin, id))).text).toBe('Secret');
  expect(await fileOf(customer, id)).toBeNull();
  expect(await filesIn(customer, ticketId)).toEqual([[]]);
  expect(await read(customer, ticketId)).toEqual(before);
});

it('[d10] shows no files of a removed comment, and gives their bytes to nobody', async () => {
  const { customer } = await gateway.cast();
  const id = await upload(customer);
  const { id: ticketId } = await openTicket(customer);
  const comment = await say(customer, ticketId, 'See there', { fileIds: [id] });
  const link = await linkTo(customer, id);
  const remove = `mutation ($id: ID!) { deleteComment(input: { commentId: $id }) { deletedCommentId } }`;
  await customer.run(remove, { id: comment.id });
  const removed = await customer.run(`query ($id: ID!) { comment(id: $id) { body files { id } } }`, { id: comment.id });
  expect(removed).toEqual({ comment: { body: '', files: [] } });
  expect(await fileOf(customer, id)).toBeNull();
  expect(refusalOf(await send(link))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
});

it('[e39] keeps the bytes that a copy of a removed comment shares', async () => {
  const { customer, agent } = await gateway.cast();
  const id = await upload(customer, 'Shared');
  const { id: ticketId } = await openTicket(customer);
  const comment = await say(customer, ticketId, 'See there', { fileIds: [id] });
  const split = `mutation ($input: SplitTicketInput!) { splitTicket(input: $input) { created { id } } }`;
  const { splitTicket } = await agent.run(split, { input: { ticketId, commentIds: [comment.id], title: 'Apart' } });
  await agent.run(`mutation ($id: ID!) { deleteComment(input: { commentId: $id }) { replayed } }`, { id: comment.id });
  const [[copy]] = (await filesIn(customer, splitTicket.created.id)) as unknown as [[{ id: string; url: string }]];
  expect(copy.id).not.toBe(id);
  expect((await send(copy.url)).text).toBe('Shared');
  expect(uuidOf('File', copy.id)).not.toBeNull();
  expect((await storedFiles(gateway)).length).toBeGreaterThan(0);
});
