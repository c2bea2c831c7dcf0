import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Config } from '../config.js';
import { portError } from './port-error.js';

/** Has a server listen where it should; answers the origin by which it is reached from this machine. */
export async function listen(server: Server, config: Config): Promise<string> {
  server.listen(config.port, config.host);
  await once(server, 'listening').catch((error: unknown) => {
    throw portError(error, config);
  });
  const { port } = server.address() as AddressInfo;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host.replace('0.0.0.0', '127.0.0.1');
  return `http://${host}:${port}`;
}
