import { request } from 'node:http';
import { TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

/** What a request that wants another protocol gets. */
const offer = (upgrade: string, headers: Record<string, string> = {}): Promise<[number | undefined, string]> =>
  new Promise((resolve, reject) => {
    const asking = request(gateway.url, { headers: { connection: 'Upgrade', upgrade, ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve([response.statusCode, text]));
    });
    asking.on('error', reject).end();
  });

it('answers an offer of HTTP/2 in clear text in words or in HTTP/1.1, as far as the version of Node.js can', async () => {
  const [status, text] = await offer('h2c');
  expect(status).toBe(400);
  expect(text).toMatch(/this is HTTP\/1\.1|GraphQL operations must contain|blocked as a potential/);
});

it('says why a socket is refused', async () => {
  const key = { 'sec-websocket-version': '13', 'sec-websocket-key': Buffer.alloc(16).toString('base64') };
  expect(await offer('websocket', key)).toEqual([400, expect.stringContaining('graphql-transport-ws')]);
  const foreign = { ...key, 'sec-websocket-protocol': 'graphql-transport-ws', origin: 'https://elsewhere.example.com' };
  expect(await offer('websocket', foreign)).toEqual([403, expect.stringContaining('CORS_ORIGINS')]);
});
