import { once } from 'node:events';
import { connect } from 'node:net';
import { TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

it('keeps no place for those who hang up while it is found out who they are', async () => {
  const customer = await gateway.signIn({ role: 'customer' });
  const { people } = gateway.app.services;
  const recognise = people.recognise.bind(people);
  let open = (): void => undefined;
  const held = new Promise<void>((resolve) => (open = resolve));
  const spy = jest.spyOn(people, 'recognise').mockImplementation(async (claims) => {
    await held;
    return recognise(claims);
  });
  const body = JSON.stringify({ query: '{ viewer { id } }' });
  const { hostname, port } = new URL(gateway.url);
  const head = [
    `POST /graphql HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`,
    `Authorization: Bearer ${customer.token}\r\n\r\n`,
  ].join('\r\n');
  // As many as may be served at a time, and as many as may wait for that.
  const sockets = Array.from({ length: 120 }, () => connect(Number(port), hostname));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  for (const socket of sockets) socket.write(head + body.slice(0, 5));
  while (spy.mock.calls.length < sockets.length) await fetch(gateway.url.replace('graphql', 'health/live'));
  for (const socket of sockets) socket.destroy();
  await Promise.all(sockets.map((socket) => once(socket, 'close')));
  for (let n = 0; n < 10; n++) await fetch(gateway.url.replace('graphql', 'health/live'));
  open();
  expect((await customer.run('{ viewer { id } }')).viewer.id).toMatch(/^usr_/);
});
