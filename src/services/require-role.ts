import { isStaff, type SignedInViewer } from '../auth/viewer.js';
import { forbidden } from '../errors.js';
import { canManage } from '../policies/people-policy.js';

/** Throws FORBIDDEN unless the viewer works for support. */
export function requireStaff(viewer: SignedInViewer): void {
  if (!isStaff(viewer)) throw forbidden('This is for members of staff.');
}

/** Throws FORBIDDEN unless the viewer manages people and look-up tables. */
export function requireAdmin(viewer: SignedInViewer): void {
  if (!canManage(viewer)) throw forbidden('Only admins manage people, groups, organizations and look-up tables.');
}
