/** What a person may be to the gateway; agents and admins together are staff. */
export const Role = { CUSTOMER: 'CUSTOMER', AGENT: 'AGENT', ADMIN: 'ADMIN' } as const;
/** One of the three roles. */
export type Role = (typeof Role)[keyof typeof Role];

/** A person whose token was verified, with all that decides what they may see. */
export interface SignedInViewer {
  readonly id: string;
  readonly role: Role;
  readonly organizationId: string | null;
  readonly projectIds: readonly string[];
  /** Moves with every change of this person's rights: what was decided under an older one has to be decided anew. */
  readonly accessVersion: number;
  /** When the token ends, in seconds since the epoch. */
  readonly expiresAt: number;
}

/** Whoever asks: a signed-in person, or nobody known; never null. */
export type Viewer = SignedInViewer | { readonly id: null };

/** Nobody known: sees `__typename` and, where it is on, introspection. */
export const anonymous: Viewer = { id: null };

/** Whether the viewer's token was verified. */
export const isSignedIn = (viewer: Viewer): viewer is SignedInViewer => viewer.id !== null;

/** Whether somebody with this role works for support. */
export const isStaffRole = (role: Role): boolean => role !== Role.CUSTOMER;

/** Whether the viewer works for support. */
export const isStaff = (viewer: SignedInViewer): boolean => isStaffRole(viewer.role);
