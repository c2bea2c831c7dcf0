import type { IncomingMessage } from 'node:http';
import { isIP, isIPv6 } from 'node:net';
import proxyAddress from 'proxy-addr';
import { isSignedIn, type Viewer } from '../auth/viewer.js';

/** Finds out where a request comes from: of what stands in `X-Forwarded-For`, only what trusted proxies have put there counts. */
export function createAddressReader(
  trustedProxies: readonly string[],
): (request: IncomingMessage) => string | undefined {
  const isTrusted = proxyAddress.compile([...trustedProxies]);
  return (request) => {
    const { remoteAddress } = request.socket;
    if (remoteAddress === undefined) return undefined;
    const address = proxyAddress(request, isTrusted);
    return isIP(address) === 0 ? remoteAddress : address;
  };
}

/** Whose count goes up for what a viewer does at either door: the person's, or that of the address which nobody known calls from. */
export const payerOf = (viewer: Viewer, address: string | undefined): string =>
  isSignedIn(viewer) ? viewer.id : `address ${networkOf(address ?? 'unknown')}`;

/** Of IPv6 the first half: whoever has one address has all of that. */
function networkOf(address: string): string {
  const [, ipv4] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (ipv4 !== undefined) return ipv4;
  if (!isIPv6(address)) return address;
  const [front = '', back] = address.split('%')[0]?.split('::') ?? [];
  const groups = front.split(':').filter((group) => group !== '');
  const missing = back === undefined ? 0 : 8 - groups.length - back.split(':').filter((group) => group !== '').length;
  return [...groups, ...Array<string>(Math.max(missing, 0)).fill('0'), ...(back?.split(':') ?? [])]
    .slice(0, 4)
    .join(':');
}
