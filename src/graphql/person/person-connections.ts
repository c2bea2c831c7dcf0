import { countedConnection } from '../shared/counted-connection.js';
import { OrganizationType, UserType } from './person.type.js';

/** Pages of users. */
export const userConnection = countedConnection('User', () => UserType);
/** Pages of organizations. */
export const organizationConnection = countedConnection('Organization', () => OrganizationType);
