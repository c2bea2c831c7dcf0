import { Role, type SignedInViewer } from '../auth/viewer.js';
import { byName, contains } from '../db/by-name.js';
import type { Database } from '../db/database.js';
import { Group } from '../entities/group.js';
import { Organization } from '../entities/organization.js';
import { User } from '../entities/user.js';
import { invalid } from '../errors.js';
import { type NodeType, uuidOf } from '../global-id.js';
import type { Loaders } from '../loaders/loaders.js';
import { canSeeEmail, canSeeOrganization, canSeePrivateData } from '../policies/people-policy.js';
import { NamedList } from './named-list.js';
import { requireStaff } from './require-role.js';

/** The keys of a user; null is as absent. */
export interface UserKeys {
  id?: string | null;
  humanId?: string | null;
  email?: string | null;
}

/** Which users are wanted; null is as absent, and an empty list matches nobody. */
export interface UserFilter {
  /** Part of a name, an e-mail address or a human id. */
  query?: string | null;
  role?: Role[] | null;
  organizationId?: string[] | null;
  groupId?: string[] | null;
  isActive?: boolean | null;
}

/** Finds people and groups for those who may. */
export class PeopleReading {
  constructor(private readonly db: Database) {}

  /**
   * A user by exactly one of their keys: staff find anybody, customers themselves and their organization. Whom a customer
   * finds by a key must be somebody whose key they could read, or else they could try keys out.
   */
  async user(viewer: SignedInViewer, loaders: Loaders, { id, humanId, email }: UserKeys): Promise<User | null> {
    if ([id, humanId, email].filter((key) => key != null).length !== 1) {
      throw invalid(['id'], 'exactly_one', 'Give exactly one of `id`, `humanId` and `email`.');
    }
    if (id != null) {
      const uuid = uuidOf('User', id);
      const user = uuid === null ? null : await loaders.user.load(uuid);
      return user && canSeeOrganization(viewer, user) ? user : null;
    }
    const user =
      humanId != null
        ? await this.byKey('human_id', humanId)
        : await this.byKey('email', (email ?? '').trim().toLowerCase());
    const mayFind = humanId != null ? canSeePrivateData : canSeeEmail;
    if (!user || !mayFind(viewer, user)) return null;
    loaders.user.prime(user.id, user);
    return user;
  }

  /** Users, by name, for staff. */
  users(viewer: SignedInViewer, { query, role, organizationId, groupId, isActive }: UserFilter): NamedList<User> {
    requireStaff(viewer);
    const wanted = query?.trim();
    return new NamedList(this.db, User, (bind) => {
      const conditions = ['true'];
      if (wanted) conditions.push(contains(['r.name', 'r.email', 'r.human_id'], wanted, bind));
      if (role != null) conditions.push(`r.role = any(${bind(role)}::text[])`);
      if (isActive != null) conditions.push(`r.is_active = ${bind(isActive)}::boolean`);
      if (organizationId != null) {
        conditions.push(`r.organization_id = any(${bind(uuidsOf('Organization', organizationId))}::uuid[])`);
      }
      if (groupId != null) {
        const groups = bind(uuidsOf('Group', groupId));
        conditions.push(
          `exists (select 1 from group_members m where m.user_id = r.id and m.group_id = any(${groups}::uuid[]))`,
        );
      }
      return conditions.join(' and ');
    });
  }

  /** Members of staff who may sign in, by name, for their colleagues (parity d2). */
  agents(viewer: SignedInViewer, query?: string | null): NamedList<User> {
    return this.users(viewer, { query, role: [Role.AGENT, Role.ADMIN], isActive: true });
  }

  /** Organizations, by name, for staff. */
  organizations(viewer: SignedInViewer, query?: string | null): NamedList<Organization> {
    requireStaff(viewer);
    const wanted = query?.trim();
    return new NamedList(this.db, Organization, (bind) =>
      wanted ? contains(['r.name', 'r.legal_name', 'r.human_id'], wanted, bind) : 'true',
    );
  }

  /** All groups, by name, for staff (parity d12). */
  groups(viewer: SignedInViewer): Promise<Group[]> {
    requireStaff(viewer);
    return this.db.query(
      `select ${this.db.columns(Group, 'g')} from groups g order by ${byName('g')
        .map(({ sql }) => sql)
        .join()}`,
    );
  }

  /** A group, for staff (parity d28). */
  async group(viewer: SignedInViewer, loaders: Loaders, id: string): Promise<Group | null> {
    requireStaff(viewer);
    const uuid = uuidOf('Group', id);
    return uuid === null ? null : loaders.group.load(uuid);
  }

  private async byKey(column: 'human_id' | 'email', key: string): Promise<User | undefined> {
    // PostgreSQL can't even be asked for such a text.
    if (key.includes('\0')) return undefined;
    const sql = `select ${this.db.columns(User, 'u')} from users u where u.${column} = $1`;
    return (await this.db.query<User>(sql, [key]))[0];
  }
}

const uuidsOf = (type: NodeType, ids: readonly string[]): string[] =>
  ids.map((id) => uuidOf(type, id)).filter((uuid) => uuid !== null);
