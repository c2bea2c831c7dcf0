import type { Claims, TokenVerifier } from '../auth/token.js';
import { anonymous, type SignedInViewer, type Viewer } from '../auth/viewer.js';
import { forbidden, unauthenticated } from '../errors.js';
import type { Links } from './links.js';
import type { People } from './people.js';

/** Who is behind an `Authorization` text; both doors ask it. */
export type SignIn = (authorization: string | undefined) => Promise<Viewer>;

/** Who was behind an `Authorization` text when that was last looked up, and how to find out who is now; absent where that is known. */
interface Recalled {
  readonly viewer: Viewer;
  readonly confirm?: () => Promise<Viewer>;
}

/** Recalls who was behind a text: nobody may be answered by that alone. */
export type Recall = (authorization: string | undefined) => Promise<Recalled>;

/** Without a text the viewer is anonymous; one that is no valid bearer token is UNAUTHENTICATED. */
export function createSignIn(verify: TokenVerifier, people: People): { signIn: SignIn; recall: Recall } {
  const lastSeen = new WeakMap<Claims, SignedInViewer>();
  const recall: Recall = async (authorization) => {
    if (authorization === undefined) return { viewer: anonymous };
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
    if (token === undefined) throw unauthenticated();
    const claims = await verify(token);
    const confirm = async (): Promise<SignedInViewer> => {
      const viewer = await people.recognise(claims);
      lastSeen.set(claims, viewer);
      return viewer;
    };
    const viewer = lastSeen.get(claims);
    return viewer ? { viewer, confirm } : { viewer: await confirm() };
  };
  const signIn: SignIn = async (authorization) => {
    const { viewer, confirm } = await recall(authorization);
    return confirm ? confirm() : viewer;
  };
  return { signIn, recall };
}

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
