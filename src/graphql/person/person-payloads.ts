import { deletionPayload, objectPayload } from '../shared/object-payload.js';
import { GroupType, OrganizationType, ProjectType, UserType } from './person.type.js';

/** What mutations of users answer. */
export const userPayload = objectPayload(
  'User',
  () => UserType,
  (loaders, id) => loaders.user.load(id),
);
/** What mutations of groups answer. */
export const groupPayload = objectPayload(
  'Group',
  () => GroupType,
  (loaders, id) => loaders.group.load(id),
);
/** What the deletion of a group answers. */
export const deleteGroupPayload = deletionPayload('Group');
/** What mutations of organizations answer. */
export const organizationPayload = objectPayload(
  'Organization',
  () => OrganizationType,
  (loaders, id) => loaders.organization.load(id),
);
/** What mutations of projects answer. */
export const projectPayload = objectPayload(
  'Project',
  () => ProjectType,
  (loaders, id) => loaders.project.load(id),
);
/** What the deletion of a project answers. */
export const deleteProjectPayload = deletionPayload('Project');
