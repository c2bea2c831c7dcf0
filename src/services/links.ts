import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Queryable } from '../db/database.js';

/** What a link lets one person do, without a token of theirs. */
export interface Grant {
  readonly method: 'GET' | 'PUT';
  readonly path: string;
  /** Whose rights hold when the link is used. */
  readonly actorId: string;
}

/** How long a link holds, in milliseconds. */
const lifetimeMs = 300_000;

/** What a link has in its query beside that of its path. */
export const linkParameters: readonly string[] = ['actor', 'expires', 'signature'];

/** Whether an address was meant to be a link, even if it has lost a part on its way. */
export const isLink = ({ searchParams }: URL): boolean => linkParameters.some((name) => searchParams.has(name));

/** Short-lived links for downloads and uploads: every gateway on this database verifies them (parity d17). */
export class Links {
  private origin = '';

  private constructor(private readonly key: Buffer) {}

  /** Reads the key that the database was made with. */
  static async of(db: Queryable): Promise<Links> {
    const [row] = await db.query<{ key: Buffer }>('select link_key as key from installation');
    if (!row) throw new Error('the table `installation` has no row');
    return new Links(row.key);
  }

  /** Tells where the gateway is reached, once that is known: links are absolute. */
  publishAt(origin: string): void {
    this.origin = origin;
  }

  /** A name that all gateways on this database know and nobody else can guess. */
  secretName(purpose: string): string {
    return createHmac('sha256', this.key).update(`name of ${purpose}`).digest('hex').slice(0, 32);
  }

  /** A link that holds for five minutes; `path` may have a query of its own. */
  sign(grant: Grant, now = Date.now()): string {
    const url = new URL(grant.path, this.origin);
    url.searchParams.set('actor', grant.actorId);
    url.searchParams.set('expires', String(now + lifetimeMs));
    url.searchParams.set('signature', this.signatureOf(grant.method, url));
    return url.href;
  }

  /** Whose link it is; null for one that was not handed out, was changed, is for another method, or has expired. */
  verify(method: string, url: URL, now = Date.now()): string | null {
    const signature = url.searchParams.get('signature') ?? '';
    const unsigned = new URL(url);
    unsigned.searchParams.delete('signature');
    const [given, expected] = [Buffer.from(signature), Buffer.from(this.signatureOf(method, unsigned))];
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    return Number(url.searchParams.get('expires')) > now ? url.searchParams.get('actor') : null;
  }

  private signatureOf(method: string, { pathname, search }: URL): string {
    return createHmac('sha256', this.key).update(`${method} ${pathname}${search}`).digest('base64url');
  }
}
