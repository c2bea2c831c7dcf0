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

/** Only the customer side gives scores (parity x4). */
export const canScoreOnClosing = (viewer: SignedInViewer, ticket: TicketAccess): boolean =>
  !isStaff(viewer) && takesPart(viewer, ticket);

/** Staff join any conversation (parity a6). */
export const canJoin = (viewer: SignedInViewer): boolean => isStaff(viewer);
