import { isStaff, isStaffRole, Role, type SignedInViewer } from '../auth/viewer.js';
import type { Bind } from '../db/database.js';
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

/** The condition under which the e-mails of rows of `users`, named by the alias, are seen; `canSeeEmail` says the same of one person. */
export function visibleEmails(viewer: SignedInViewer, alias: string, bind: Bind): string {
  if (isStaff(viewer)) return 'true';
  const teammate = `${alias}.organization_id = ${bind(viewer.organizationId)}::uuid and ${alias}.role = 'CUSTOMER'`;
  return `(${alias}.id = ${bind(viewer.id)}::uuid or ${teammate})`;
}

/** The organization is for staff, the person and teammates. */
export const canSeeOrganization = (viewer: SignedInViewer, user: Person): boolean =>
  canSeePrivateData(viewer, user) || isTeammate(viewer, user);

/** People, groups, organizations and look-up tables are managed by admins. */
export const canManage = (viewer: Pick<SignedInViewer, 'role'>): boolean => viewer.role === Role.ADMIN;
