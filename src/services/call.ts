import type { SignedInViewer } from '../auth/viewer.js';
import type { Once } from '../db/unit-of-work.js';

/** One call of a mutation: who makes it, and by what it is known when it is sent again. */
export interface Call {
  readonly viewer: SignedInViewer;
  readonly once: Once;
}

/** Which object a mutation answers with. */
export interface ObjectOutcome {
  readonly id: string;
  readonly replayed: boolean;
}
