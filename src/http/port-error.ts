import type { Config } from '../config.js';
import { StartError } from '../errors.js';

/** Says in one sentence why the gateway can't listen where it should; any other error comes back as it is. */
export function portError(error: unknown, { port, host }: Config): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return new StartError(`PORT: ${port} is in use on ${host}. Set another one.`);
  if (code === 'EACCES') return new StartError(`PORT: ${port} may not be listened on. Set one above 1023.`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new StartError(`HOST: ${host} is no address of this machine.`);
  return error;
}
