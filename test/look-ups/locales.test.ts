import { signToken } from '../../src/auth/token.js';
import { post, RawSocket } from '../doors/support.js';
import { secret, TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let token: string;
beforeAll(async () => {
  gateway = await TestGateway.start();
  const claims = { sub: 'reader', email: 'reader@example.com', role: 'admin' };
  token = await signToken(secret, claims, { hours: 1 });
  const names =
    '[{ locale: "en", value: "Port" }, { locale: "ru", value: "Порт" }, { locale: "pt-BR", value: "Porto" }]';
  const input = `{ key: "port", names: ${names}, rank: 9 }`;
  await gateway.withToken(token).run(`mutation { upsertTopic(input: ${input}) { replayed } }`);
});
afterAll(() => gateway.stop());

/** What the topic is called for a client that says this about its languages. */
async function nameFor(acceptLanguage?: string, argument = ''): Promise<string> {
  const query = `{ topic(key: "port") { name${argument} } }`;
  const headers = { authorization: `Bearer ${token}`, ...(acceptLanguage !== undefined && { 'accept-language': acceptLanguage }) }; // prettier-ignore
  const { status, text } = await post(gateway.url, { query }, headers);
  expect(status).toBe(200);
  return (JSON.parse(text) as { data: { topic: { name: string } } }).data.topic.name;
}

const headers: [header: string | undefined, name: string][] = [
  [undefined, 'Port'],
  ['', 'Port'],
  ['*', 'Port'],
  ['de', 'Port'],
  ['ru', 'Порт'],
  ['RU-ru', 'Порт'],
  ['ru-Cyrl-RU', 'Порт'],
  ['pt', 'Port'],
  ['pt-br', 'Porto'],
  ['de, ru', 'Порт'],
  ['en, ru', 'Port'],
  ['en;q=0.5, ru;q=0.9, pt-BR;q=0.7', 'Порт'],
  ['en;q=0.5, ru;q=0, pt-BR;q=0.7', 'Porto'],
  ['fr-CH, fr;q=0.9, ru;q=0.8, *;q=0.5', 'Порт'],
  [';;;,,,=;q', 'Port'],
  ['ru;q=x', 'Port'],
  [';q=1, ru', 'Порт'],
  ['__proto__, constructor, ru', 'Порт'],
  ['-', 'Port'],
  [`${'x,'.repeat(4_000)}ru`, 'Port'],
];
it.each(headers)('[e28] names things, for a client whose Accept-Language is %j, %s', async (header, name) => {
  expect(await nameFor(header)).toBe(name);
});

it('[e28] prefers a locale that is asked for in the operation, where null is as absent', async () => {
  expect(await nameFor('ru', '(locale: "pt-BR")')).toBe('Porto');
  expect(await nameFor('ru', '(locale: "de")')).toBe('Port');
  expect(await nameFor('ru', '(locale: "")')).toBe('Port');
  expect(await nameFor('ru', '(locale: null)')).toBe('Порт');
});

const follow = `subscription ($id: ID!) { conversationEvents(ticketId: $id) { ... on Checkpoint { cursor }
  ... on TicketClosed { ticket { topic { name } } } } }`;

/** What an event calls the topic, for a socket that was opened like this. */
async function nameOverSocket(parameters: object, header?: string): Promise<string> {
  const actor = gateway.withToken(token);
  const open = 'mutation { createTicket(input: { title: "A ticket", topicKey: "port" }) { ticket { id } } }';
  const { id } = (await actor.run(open)).createTicket.ticket;
  const options = header === undefined ? {} : { headers: { 'accept-language': header } };
  const socket = await RawSocket.init(gateway.url, { authorization: `Bearer ${token}`, ...parameters }, options);
  expect(await socket.next()).toMatchObject({ type: 'connection_ack' });
  expect(await socket.ask(follow, { id })).toMatchObject({ payload: { data: { conversationEvents: {} } } });
  await actor.run('mutation ($id: ID!) { closeTicket(input: { ticketId: $id }) { replayed } }', { id });
  const { payload } = await socket.next();
  socket.close();
  return payload.data.conversationEvents.ticket.topic.name;
}

const sockets: [parameters: object, header: string | undefined, name: string][] = [
  [{}, undefined, 'Port'],
  [{}, 'ru', 'Порт'],
  [{ acceptLanguage: 'ru' }, undefined, 'Порт'],
  [{ acceptLanguage: 'pt-BR, ru;q=0.5' }, 'ru', 'Porto'],
  [{ ACCEPTLANGUAGE: 'ru' }, 'pt-BR', 'Порт'],
  [{ acceptLanguage: '' }, 'ru', 'Port'],
  [{ acceptLanguage: ['ru'] }, 'pt-BR', 'Porto'],
  [{ acceptLanguage: null }, 'ru', 'Порт'],
  [{ acceptLanguage: ';;;' }, 'ru', 'Port'],
];
it.each(sockets)(
  '[e28] names things, over a socket with the parameters %j and the header %j, %s',
  async (parameters, header, name) => {
    expect(await nameOverSocket(parameters, header)).toBe(name);
  },
);
