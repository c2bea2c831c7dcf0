import { isStaff, type SignedInViewer } from '../auth/viewer.js';

/** Reports are for staff (parity d17, d18). */
export const canReport = (viewer: SignedInViewer): boolean => isStaff(viewer);
