import { tooLong } from '../../src/graphql/answer-size.js';
import { limits } from '../../src/graphql/limits.js';
import { post, RawSocket } from '../doors/support.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { openTicket, say } from '../tickets/support.js';

const longest = 50_000;
const message = 'The answer is too long: at most 10000000 characters are allowed. Ask for less at once.';
const refusal = { message, extensions: { code: 'QUERY_TOO_COMPLEX' } };
const many = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

/** A ticket with two comments of the longest kind. */
async function longTicket(): Promise<{ customer: Actor; ticketId: string }> {
  const { customer } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer, { title: 'Long', body: 'ж'.repeat(longest) });
  await say(customer, ticketId, 'ж'.repeat(longest));
  return { customer, ticketId };
}
const bodies = (count: number): string => `comments(first: 2) { nodes { ${many(count, (n) => `a${n}: body`)} } }`;

describe('An answer that would be too long', () => {
  it('because of texts that are asked for again and again is an error, and one just within the limit is answered', async () => {
    const { customer, ticketId } = await longTicket();
    const ask = (fields: string) =>
      customer.send(`query ($id: ID!) { ticket(id: $id) { ${fields} } }`, { id: ticketId });
    const { data, errors } = await ask(bodies(99));
    expect(errors).toBeUndefined();
    expect(data.ticket.comments.nodes[1].a98).toHaveLength(longest);
    expect(await ask(bodies(100))).toEqual({ data: null, errors: [refusal] });
    expect(await ask(many(60, (n) => `b${n}: comments(first: 2) { nodes { body } edges { node { body } } }`))).toEqual({
      data: null,
      errors: [refusal],
    });
  });

  it('because of the names in it is an error', async () => {
    const { customer } = await gateway.cast();
    const { states } = await customer.run('{ states { id } }');
    const name = 'a'.repeat(limits.characters - 1_000);
    const times = Math.ceil(limits.answerCharacters / name.length / states.length) + 1;
    const query = `{ ${many(times, (n) => `s${n}: states { ...F }`)} } fragment F on State { ${name}: id }`;
    const { status, text } = await post(customer.url, { query }, { authorization: `Bearer ${customer.token}` });
    expect([status, JSON.parse(text)]).toEqual([200, { data: null, errors: [refusal] }]);
  });

  it('because of what its errors say of where they are is an error', () => {
    const path = ['a'.repeat(limits.characters)];
    const errors = Array.from({ length: 50 }, () => ({ message: 'No.', path }));
    expect(tooLong({ data: {}, errors })).toMatchObject({ code: 'QUERY_TOO_COMPLEX', message });
    expect(tooLong({ data: {}, errors: errors.slice(20) })).toBeUndefined();
  });
});

it.each([
  ['conversationEvents', 'ticketId: $id', '... on CommentAdded { comment { id ticket { FIELDS } } }'],
  ['ticketFeed', 'filter: { number: [$number] }', 'change ticket { FIELDS }'],
])(
  'An event of %s that would be too long is an error of its subscription, and all goes on',
  async (field, at, what) => {
    const { customer, ticketId } = await longTicket();
    const agent = await gateway.signIn({ role: 'agent' });
    const { ticket } = await agent.run('query ($id: ID!) { ticket(id: $id) { number } }', { id: ticketId });
    const isFeed = field === 'ticketFeed';
    const variables = isFeed ? { number: ticket.number, long: true } : { id: ticketId, long: true };
    const query = (fields: string): string => `subscription ($${isFeed ? 'number: Int' : 'id: ID'}!, $long: Boolean!) {
    ${field}(${at}) { __typename cursor ${what.replace('FIELDS', `id ... @include(if: $long) { ${fields} }`)} }
  }`;
    const socket = await RawSocket.open(gateway.url, agent.token);
    for (const [id, long] of Object.entries({ long: true, short: false })) {
      socket.send({ id, type: 'subscribe', payload: { query: query(bodies(100)), variables: { ...variables, long } } });
    }
    const heard = new Map<string, any[]>([
      ['long', []],
      ['short', []],
    ]);
    let checkpoints = 0;
    const listen = async (isEnough: () => boolean): Promise<void> => {
      while (!isEnough()) {
        const { type, id = '', payload } = await socket.next();
        expect(type).toBe('next');
        const event = payload.data?.[field];
        if (event?.__typename === 'Checkpoint' || event?.change === 'CHECKPOINT') checkpoints++;
        else heard.get(id)?.push(payload);
      }
    };
    await listen(() => checkpoints >= 2);
    for (const count of [1, 2]) {
      await say(customer, ticketId, `Word ${count}`);
      await listen(() => [...heard.values()].every((payloads) => payloads.length >= count));
    }
    expect(heard.get('long')).toEqual([
      { data: null, errors: [refusal] },
      { data: null, errors: [refusal] },
    ]);
    for (const { data, errors } of heard.get('short') ?? [])
      expect([errors, data[field]]).toEqual([undefined, expect.anything()]);
    socket.close();
  },
);
