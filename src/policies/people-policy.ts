import { isStaff, isStaffRole, Role, type SignedInViewer } from '../auth/viewer.js';
import type { User } from '../entities/user.js';

type Person = Pick<User, 'id' | 'role' | 'organizationId'>;

/** Phone number, human id, groups and projects are for staff and for the person alone. */
export const canSeePrivateData = (viewer: SignedInViewer, user: Person): boolean =>
  isStaff(viewer) || viewer.id === user.id;

const isTeammate = (viewer: SignedInViewer, user: Person): boolean =>
  user.organizationId !== null && user.organizationId === viewer.organizationId;

/** E-mail is for staff, the person and teammates, but customers never see that of a member of staff (parity e27). */
export const canSeeEmail = (viewer: SignedInViewer, user: Person): boolean =>
  canSeePrivateData(viewer, user) || (isTeammate(viewer, user) && !isStaffRole(user.role));

/** The organization is for staff, the person and teammates. */
export const canSeeOrganization = (viewer: SignedInViewer, user: Person): boolean =>
  canSeePrivateData(viewer, user) || isTeammate(viewer, user);

/** People, groups, organizations and look-up tables are managed by admins. */
export const canManage = (viewer: Pick<SignedInViewer, 'role'>): boolean => viewer.role === Role.ADMIN;
