import { memoryLog, RawSocket } from '../doors/support.js';
import { type Actor, TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({ MAX_SOCKETS_PER_USER: 'customer=2,staff=3' });
});
afterAll(() => gateway.stop());

/** Opens a socket for somebody; what it was closed with where it is one too many. */
async function enter({ url, token }: Pick<Actor, 'url' | 'token'>): Promise<RawSocket | object> {
  const socket = await RawSocket.init(url, token === undefined ? undefined : { authorization: `Bearer ${token}` });
  const first = await Promise.race([socket.next(), socket.closed]);
  if (!('type' in first)) return first;
  expect(first.type).toBe('connection_ack');
  return socket;
}
const enterAll = async (actor: Pick<Actor, 'url' | 'token'>, count: number): Promise<RawSocket[]> => {
  const sockets: RawSocket[] = [];
  while (sockets.length < count) sockets.push((await enter(actor)) as RawSocket);
  for (const socket of sockets) expect(socket).toBeInstanceOf(RawSocket);
  return sockets;
};
/** Clients come back after this code. */
const tooMany = { code: 1013, reason: 'Too many sockets' };

it.each<[string, number, () => Promise<Pick<Actor, 'url' | 'token'>>]>([
  ['A customer', 2, () => gateway.signIn({ role: 'customer' })],
  ['An agent', 3, () => gateway.signIn({ role: 'agent' })],
  ['An admin', 3, () => gateway.signIn({ role: 'admin' })],
  ['An address that nobody known calls from', 2, () => Promise.resolve({ url: gateway.url, token: undefined })],
])('%s may hold %i sockets, and another one as soon as one of them is closed', async (_who, most, signIn) => {
  const owner = await signIn();
  const sockets = await enterAll(owner, most);
  expect(await enter(owner)).toEqual(tooMany);
  expect(await enter(owner)).toEqual(tooMany);
  sockets[0]?.close();
  await sockets[0]?.closed;
  let next = await enter(owner);
  // The gateway may hear of the end a moment after the client.
  while (!(next instanceof RawSocket)) next = await enter(owner);
  expect(await enter(owner)).toEqual(tooMany);
  for (const socket of [...sockets, next]) socket.close();
});

it('Sockets of others do not count', async () => {
  const [first, second] = [await gateway.signIn({ role: 'customer' }), await gateway.signIn({ role: 'customer' })];
  const sockets = [...(await enterAll(first, 2)), ...(await enterAll(second, 2))];
  expect(await enter(first)).toEqual(tooMany);
  for (const socket of sockets) socket.close();
});

it('Other tokens of the same person do not help', async () => {
  const email = 'one@example.com';
  const tokens = [
    await gateway.signIn({ role: 'customer', email }),
    await gateway.signIn({ role: 'customer', email, name: 'One' }),
  ] as const;
  const sockets = await enterAll(tokens[0], 2);
  expect(await enter(tokens[1])).toEqual(tooMany);
  for (const socket of sockets) socket.close();
});

it('Whoever is sent away does not stand in the log as a fault', async () => {
  const log = memoryLog();
  const own = await TestGateway.start({ MAX_SOCKETS_PER_USER: 'customer=1' }, log.logger);
  try {
    const customer = await own.signIn({ role: 'customer' });
    const [socket] = await enterAll(customer, 1);
    expect(await enter(customer)).toEqual(tooMany);
    socket?.close();
    expect(log.entries.filter(({ level }) => level >= 40)).toEqual([]);
  } finally {
    await own.stop();
  }
});

it('Where it is switched off, nobody is sent away', async () => {
  const own = await TestGateway.start({ MAX_SOCKETS_PER_USER: 'off' });
  try {
    const sockets = await enterAll(await own.signIn({ role: 'customer' }), 101);
    for (const socket of sockets) socket.close();
  } finally {
    await own.stop();
  }
});
