import type { TokenVerifier } from '../auth/token.js';
import { anonymous, type SignedInViewer, type Viewer } from '../auth/viewer.js';
import { forbidden, unauthenticated } from '../errors.js';
import type { Links } from './links.js';
import type { People } from './people.js';

/** Who is behind an `Authorization` text; both doors ask it. */
export type SignIn = (authorization: string | undefined) => Promise<Viewer>;

/** Without a text the viewer is anonymous; one that is no valid bearer token is UNAUTHENTICATED. */
export const createSignIn =
  (verify: TokenVerifier, people: People): SignIn =>
  async (authorization) => {
    if (authorization === undefined) return anonymous;
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
    if (token === undefined) throw unauthenticated();
    return people.recognise(await verify(token));
  };

/** Who may use a link that the gateway handed out, as `Links` made it for a method. */
export type LinkSignIn = (method: 'GET' | 'PUT', url: URL) => Promise<SignedInViewer>;

/** One text for every reason, so that nothing can be learnt from it: forged, changed, expired, or its holder is gone. */
export const createLinkSignIn =
  (links: Links, people: People, clock: () => number): LinkSignIn =>
  async (method, url) => {
    const actorId = links.verify(method, url, clock());
    const viewer = actorId === null ? null : await people.byId(actorId);
    if (!viewer) throw forbidden('This link does not hold, or not any more. Ask for a new one.');
    return viewer;
  };
