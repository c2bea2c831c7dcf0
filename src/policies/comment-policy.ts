import { isStaff, isStaffRole, type SignedInViewer } from '../auth/viewer.js';
import { type Comment, Visibility } from '../entities/comment.js';

type Authored = Pick<Comment, 'authorId' | 'deletedAt'>;

/** A comment is changed by who wrote it (parity d10); that the ticket is open is checked when it is written. */
export const canUpdateComment = (viewer: SignedInViewer, comment: Authored): boolean =>
  comment.deletedAt === null && comment.authorId === viewer.id;

/** A comment is removed by who wrote it and by any member of staff (parity d10). */
export const canDeleteComment = (viewer: SignedInViewer, comment: Authored): boolean =>
  comment.deletedAt === null && (isStaff(viewer) || comment.authorId === viewer.id);

/** Only what support said in public is rated (parity e26). */
export const isRateable = ({ authorRole, visibility, deletedAt }: Comment): boolean =>
  isStaffRole(authorRole) && visibility === Visibility.PUBLIC && deletedAt === null;

/** Whether the customer side has read a comment: its own it has, notes it can not (parity e30). */
export const isReadByClient = (
  { authorRole, publicSeq }: Pick<Comment, 'authorRole' | 'publicSeq'>,
  { clientReadSeq }: { clientReadSeq: number },
): boolean => publicSeq !== null && (!isStaffRole(authorRole) || publicSeq <= clientReadSeq);
