import { randomUUID } from 'node:crypto';
import { loadConfig } from '../../src/config.js';
import { TestGateway } from '../support/gateway.js';
import { post, RawSocket, send } from './support.js';

const limit = 50_000;
const limited = { COST_PER_MINUTE: `${limit}`, MAX_SOCKETS_PER_USER: 'customer=1' };
const gateways: TestGateway[] = [];
afterAll(() => Promise.all(gateways.map((gateway) => gateway.stop())));

async function start(proxies: string): Promise<string> {
  const gateway = await TestGateway.start({ ...limited, TRUSTED_PROXIES: proxies });
  gateways.push(gateway);
  return gateway.url;
}

/** What is left of the budget of whoever comes by way of these addresses. */
async function leftOf(url: string, forwarded: string): Promise<number> {
  const { text } = await post(url, { query: '{ __typename }' }, { 'x-forwarded-for': forwarded });
  return (JSON.parse(text) as { extensions: { cost: { remaining: number } } }).extensions.cost.remaining;
}

/** Whether a socket by way of these addresses is let in; it stays open then. */
async function enters(url: string, forwarded: string): Promise<boolean> {
  const socket = await RawSocket.init(url, {}, { headers: { 'x-forwarded-for': forwarded } });
  return Promise.race([socket.next().then(() => true), socket.closed.then(() => false)]);
}

const first = limit - 1;

it('Unused connections are kept for longer than proxies and balancers keep theirs, which is a minute', async () => {
  const { headers } = await send(await start(''), { headers: { connection: 'keep-alive' } });
  expect(headers['keep-alive']).toBe('timeout=75');
});

it('What an untrusted peer forwards for others counts for nothing, over HTTP and over the socket', async () => {
  for (const proxies of ['', '10.0.0.0/8, 192.0.2.7']) {
    const url = await start(proxies);
    expect(await leftOf(url, '198.51.100.1')).toBe(first);
    expect(await leftOf(url, '198.51.100.2')).toBe(first - 1);
    expect(await leftOf(url, '10.0.0.1')).toBe(first - 2);
    expect(await enters(url, '198.51.100.1')).toBe(true);
    expect(await enters(url, '198.51.100.2')).toBe(false);
  }
});

it('Behind a trusted proxy each client has a budget and sockets of its own', async () => {
  const url = await start('127.0.0.1');
  expect(await leftOf(url, '198.51.100.1')).toBe(first);
  expect(await leftOf(url, '198.51.100.1')).toBe(first - 1);
  expect(await leftOf(url, '198.51.100.2')).toBe(first);
  expect(await enters(url, '198.51.100.1')).toBe(true);
  expect(await enters(url, '198.51.100.1')).toBe(false);
  expect(await enters(url, '198.51.100.2')).toBe(true);
});

it('What a client says of itself before the proxies counts for nothing', async () => {
  const url = await start('loopback, 10.0.0.0/8');
  expect(await leftOf(url, '203.0.113.1, 198.51.100.1, 10.1.2.3')).toBe(first);
  expect(await leftOf(url, '203.0.113.2, 198.51.100.1, 10.1.2.3')).toBe(first - 1);
  expect(await leftOf(url, '198.51.100.1')).toBe(first - 2);
});

it('What is no address counts as the proxy itself', async () => {
  const url = await start('127.0.0.1');
  expect(await leftOf(url, 'unknown')).toBe(first);
  expect(await leftOf(url, '198.51.100.1:4711')).toBe(first - 1);
  expect(await leftOf(url, randomUUID())).toBe(first - 2);
});

it.each(['all', '10.0.0.0/0', '10.0.0.0/33', '10.0.0', 'proxy.example.com', '127.0.0.1,,'])(
  'TRUSTED_PROXIES may not be %j',
  (text) => {
    expect(() => loadConfig({ TRUSTED_PROXIES: text })).toThrow(
      'TRUSTED_PROXIES: addresses and networks with commas between them, such as 127.0.0.1,10.0.0.0/8',
    );
  },
);
