/** @jest-environment node */
import { Proxy } from '../client/proxy.js';
import { emptyDatabase } from '../production/databases.js';
import { secret } from '../support/gateway.js';
import { refusal } from './calls.js';
import { cleanUp, Program } from './process.js';

const onServer = process.env['TEST_DATABASE_URL'] !== undefined;
if (!onServer) console.warn('Not run without TEST_DATABASE_URL: a start while the server is busy');

afterAll(cleanUp);

(onServer ? it : it.skip)('A gateway that starts while the server is busy waits for it, and says so once', async () => {
  const { url, drop } = await emptyDatabase();
  const proxy = await Proxy.to(url);
  const slow = new URL(url);
  slow.port = new URL(proxy.url).port;
  proxy.hold();
  const gateway = new Program({ DATABASE_URL: slow.href, JWT_SECRET: secret });
  await Promise.race([proxy.until(() => proxy.connections > 2), gateway.ended]);
  proxy.thaw();
  await gateway.ready();
  expect(gateway.output.match(/The database does not answer in time; waiting for it/g)).toHaveLength(1);
  await gateway.stop();
  await proxy.close();
  await drop();
});

(onServer ? it : it.skip)('A gateway that the server refuses does not wait', async () => {
  const { url, drop } = await emptyDatabase();
  await drop();
  const { host, pathname } = new URL(url);
  expect(await refusal({ DATABASE_URL: url, JWT_SECRET: secret })).toEqual([
    `DATABASE_URL: the database ${pathname.slice(1)} at ${host} can not be reached (3D000).`,
  ]);
});
