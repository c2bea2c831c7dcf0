import { request } from 'node:http';
import { TestGateway } from '../support/gateway.js';
import { upgradeStatus } from './support.js';

it('is reached in demo mode by names of this machine alone, so that no page of another site can pass itself off as local', async () => {
  const gateway = await TestGateway.start({ JWT_SECRET: '' });
  try {
    const statusAs = (host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        request(gateway.url.replace('/graphql', '/health/live'), { headers: { host } }, (response) => {
          response.resume().on('end', () => resolve(response.statusCode));
        })
          .on('error', reject)
          .end();
      });
    for (const host of ['127.0.0.1', 'localhost:4000', '[::1]:4000']) {
      expect(await statusAs(host)).toBe(200);
      expect(await upgradeStatus(gateway.url, { headers: { host, origin: `http://${host}` } })).toBe(101);
    }
    for (const host of ['example.com', '127.0.0.1.example.com', 'localhost.example.com:4000']) {
      expect(await statusAs(host)).toBe(421);
      expect(await upgradeStatus(gateway.url, { headers: { host, origin: `http://${host}` } })).toBe(421);
    }
  } finally {
    await gateway.stop();
  }
});
