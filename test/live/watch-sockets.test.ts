import { on, once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import WebSocket, { WebSocketServer } from 'ws';
import { type SocketTiming, watchSockets } from '../../src/ws/watch-sockets.js';
import { TestGateway } from '../support/gateway.js';

/** More than any connection takes before somebody reads. */
const megabytes = (count: number): Buffer => Buffer.alloc(count * 1_048_576);

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A watched server and a client of it, over a way between them. */
async function scene(timing: Partial<SocketTiming>, way = (port: number): Promise<number> => Promise.resolve(port)) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  ends.push(() => server.close());
  const stalled = new Promise<void>((resolve) => ends.push(watchSockets(server, timing, resolve)));
  const connected = once(server, 'connection') as Promise<[WebSocket]>;
  const client = new WebSocket(`ws://127.0.0.1:${await way((server.address() as AddressInfo).port)}`);
  ends.push(() => client.terminate());
  // How long each message is, and the code at the end.
  const heard = on(client, 'message', { close: ['close'] });
  const closed = once(client, 'close');
  const next = async (): Promise<number> => {
    const { done, value } = (await heard.next()) as IteratorResult<[Buffer], undefined>;
    return done ? ((await closed)[0] as number) : value[0].length;
  };
  await once(client, 'open');
  return { client, next, stalled, socket: (await connected)[0] };
}

/** A connection that carries 64 KB at a time and rests in between. */
async function slowWay(port: number): Promise<number> {
  const proxy: Server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.on('error', () => far.destroy()).pipe(far);
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
    far.on('data', (bytes) => {
      near.write(bytes);
      far.pause();
      setTimeout(() => far.resume(), 15);
    });
    near.on('close', () => far.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  ends.push(() => proxy.close());
  return (proxy.address() as AddressInfo).port;
}

it('listens again to a client that has taken what waited for it before anybody looked', async () => {
  const { client, socket, next } = await scene({});
  socket.on('message', (data) => socket.send(data as Buffer));
  client.pause();
  socket.send(megabytes(16));
  client.send('One');
  await once(socket, 'message');
  client.resume();
  for (const length of [megabytes(16).length, 3]) expect(await next()).toBe(length);
  client.send('Two!');
  expect(await next()).toBe(4);
});

it('leaves a client alone that takes a long answer slowly', async () => {
  const { socket, next } = await scene({ stalledMs: 2_000 }, slowWay);
  socket.send(megabytes(32));
  expect(await next()).toBe(megabytes(32).length);
});

it('closes a socket that takes nothing although ever more is sent to it', async () => {
  const { client, socket, next, stalled } = await scene({ stalledMs: 500 });
  client.pause();
  socket.send(megabytes(16));
  const timer = setInterval(() => socket.send('and'), 20);
  ends.push(() => clearInterval(timer));
  await stalled;
  client.resume();
  expect(await next()).toBe(megabytes(16).length);
  let last;
  do last = await next();
  while (last === 'and'.length);
  expect(last).toBe(1013);
});

it('leaves nothing behind where a gateway finds its port in use', async () => {
  const taken = createServer();
  await once(taken.listen(0, '127.0.0.1'), 'listening');
  ends.push(() => taken.close());
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const { port } = taken.address() as AddressInfo;
  await expect(TestGateway.start({ PORT: `${port}` })).rejects.toThrow(`PORT: ${port} is in use`);
  expect(timers()).toBeLessThanOrEqual(before);
});
