import { isStaff, type SignedInViewer } from '../auth/viewer.js';
import { Visibility } from '../entities/comment.js';
import { relationTo, type TicketAccess } from './visibility.js';

const takesPart = (viewer: SignedInViewer, ticket: TicketAccess): boolean =>
  ['staff', 'author', 'access'].includes(relationTo(viewer, ticket) ?? '');

/** Whoever sees a ticket may comment on it; notes are for staff. Whether it is open is checked when the comment is written. */
export const canComment = (viewer: SignedInViewer, ticket: TicketAccess, visibility: Visibility): boolean =>
  visibility === Visibility.INTERNAL ? isStaff(viewer) : relationTo(viewer, ticket) !== null;

/** Authors, teammates with access and staff close tickets (parity x17). */
export const canClose = takesPart;

/** Who may close may reopen. */
export const canReopen = takesPart;

/** Scores, of a ticket or of a comment, are given by the customer side alone (parity x4, e26). */
export const canRate = (viewer: SignedInViewer, ticket: TicketAccess): boolean =>
  !isStaff(viewer) && takesPart(viewer, ticket);

/** What the system did about a ticket is for staff to look up (parity d15, d16). */
export const canSeeSystemEvents = (viewer: SignedInViewer): boolean => isStaff(viewer);

/** Attributes, splitting, deleting and asking contacts to confirm are for staff (parity d11, d14, d26, e23). */
export const canManage = (viewer: SignedInViewer): boolean => isStaff(viewer);

/** Staff join any conversation (parity a6). */
export const canJoin = (viewer: SignedInViewer): boolean => isStaff(viewer);

/** Staff change what a ticket says and how it is worked on (parity a5). */
export const canUpdate = (viewer: SignedInViewer): boolean => isStaff(viewer);

/** Authors and staff decide who sees a ticket (parity e16). */
export const canChangeAccess = (viewer: SignedInViewer, ticket: TicketAccess): boolean =>
  ['staff', 'author'].includes(relationTo(viewer, ticket) ?? '');
