import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '../config.js';

/** By what names the gateway is called, and whose pages may call it: one rule for both doors. */
export class Origins {
  /** Whose pages may read answers, and open sockets. */
  readonly listed: readonly string[];
  private readonly own: string | undefined;
  private readonly isDemo: boolean;

  constructor({ corsOrigins, publicUrl, tokenKey }: Pick<Config, 'corsOrigins' | 'publicUrl' | 'tokenKey'>) {
    this.listed = corsOrigins;
    this.own = publicUrl;
    this.isDemo = tokenKey === undefined;
  }

  /** Whether the gateway is called so; a demo only by names of this machine, or a page of another site could pass itself off as local. */
  isOurName({ host = '' }: IncomingHttpHeaders): boolean {
    return !this.isDemo || /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host);
  }

  /** Whether who asks may open a socket: no page of a browser, one of a listed origin, or of the gateway's own, which `PUBLIC_URL` tells. */
  mayConnect({ origin, host }: IncomingHttpHeaders): boolean {
    if (origin === undefined || this.listed.includes(origin)) return true;
    if (this.own !== undefined) return origin === this.own;
    return URL.canParse(origin) && new URL(origin).host === host;
  }
}
