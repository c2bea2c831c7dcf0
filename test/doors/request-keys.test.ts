import { randomUUID } from 'node:crypto';
import { type Actor, TestGateway } from '../support/gateway.js';
import { post, refusalCodes } from './support.js';

let gateway: TestGateway;
let customer: Actor;
beforeAll(async () => {
  gateway = await TestGateway.start();
  customer = await gateway.signIn({ role: 'customer', organization: 'ORG-1', name: 'Customer' });
});
afterAll(() => gateway.stop());

const fields = '{ ticket { id } replayed userErrors { code } }';
const twice = `mutation ($first: CreateTicketInput!, $second: CreateTicketInput!) {
  first: createTicket(input: $first) ${fields} second: createTicket(input: $second) ${fields} }`;
const input = (title: string, more: object = {}): object => ({
  title,
  body: 'Literally.',
  topicKey: 'support',
  ...more,
});

async function open(key: string, first: object, second: object, actor = customer): Promise<any> {
  const headers = { authorization: `Bearer ${actor.token}`, 'idempotency-key': key };
  const { status, text } = await post(gateway.url, { query: twice, variables: { first, second } }, headers);
  expect(status).toBe(200);
  return JSON.parse(text).data;
}

it('A request that comes again under its key brings back what it did, field by field', async () => {
  const key = randomUUID();
  const [one, same] = [input('One'), input('One')];
  const first = await open(key, one, same);
  expect(first.first.ticket.id).not.toBe(first.second.ticket.id);
  expect([first.first.replayed, first.second.replayed]).toEqual([false, false]);
  const again = await open(`"${key}"`, one, same);
  expect(again.first).toEqual({ ...first.first, replayed: true });
  expect(again.second).toEqual({ ...first.second, replayed: true });
});

it('A mutation with a key of its own goes by that, whatever the request is called', async () => {
  const own = input('Own', { idempotencyKey: randomUUID() });
  const first = await open(randomUUID(), own, input('Other'));
  const again = await open(randomUUID(), own, input('Other'));
  expect(again.first).toEqual({ ...first.first, replayed: true });
  expect(again.second.replayed).toBe(false);
  expect(again.second.ticket.id).not.toBe(first.second.ticket.id);
});

it('A key is that of one caller and of one input', async () => {
  const key = randomUUID();
  await open(key, input('Mine'), input('Mine too'));
  const stranger = await gateway.signIn({ role: 'customer', organization: 'ORG-2', name: 'Stranger' });
  expect((await open(key, input('Mine'), input('Mine too'), stranger)).first.replayed).toBe(false);
  const other = await open(key, input('Changed'), input('Mine too'));
  expect(other.first.userErrors).toEqual([{ code: 'IDEMPOTENCY_KEY_REUSED' }]);
});

it.each(['', 'a b', '"half', 'quo"te', 'x'.repeat(129), 'ключ'.repeat(2)])('%j is no key and refused', async (key) => {
  const headers = { authorization: `Bearer ${customer.token}`, 'idempotency-key': Buffer.from(key).toString('latin1') };
  const answer = await post(gateway.url, { query: '{ viewer { id } }' }, headers);
  expect(answer.status).toBe(400);
  expect(refusalCodes(answer)).toEqual(['VALIDATION_FAILED']);
  expect(answer.text).toContain('`Idempotency-Key`');
});
