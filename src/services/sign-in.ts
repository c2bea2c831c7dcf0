import type { TokenVerifier } from '../auth/token.js';
import { anonymous, type Viewer } from '../auth/viewer.js';
import { unauthenticated } from '../errors.js';
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
