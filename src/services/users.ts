import { randomUUID } from 'node:crypto';
import { isStaffRole, type Role, type SignedInViewer } from '../auth/viewer.js';
import type { Database, Queryable } from '../db/database.js';
import type { Transaction, UnitOfWork } from '../db/unit-of-work.js';
import { User } from '../entities/user.js';
import { type AppError, type ArgumentPath, forbidden, invalid, notFound, unauthenticated } from '../errors.js';
import { uuidOf } from '../global-id.js';
import { canManage } from '../policies/people-policy.js';
import type { Call, ObjectOutcome } from './call.js';
import { explained, taken } from './constraints.js';
import type { Finder } from './find.js';
import { leaveGroups, replaceProjects } from './memberships.js';
import { audited } from './audit/write-audit.js';
import { requireAdmin } from './require-role.js';
import { trimmed } from './text.js';

/** What `createUser` is asked for; null is as absent. */
export interface CreateUser {
  email: string;
  name: string;
  phoneNumber?: string | null;
  role: Role;
  humanId?: string | null;
  organizationId?: string | null;
  projectKeys?: string[] | null;
}

/** What `updateUser` is asked for: absent leaves a field as it is, null clears it. */
export interface UpdateUser {
  userId: string;
  email?: string | null;
  name?: string | null;
  phoneNumber?: string | null;
  role?: Role | null;
  humanId?: string | null;
  organizationId?: string | null;
  projectKeys?: string[] | null;
  isActive?: boolean | null;
}

type Known = User & { projectIds: string[] };
type Changed = Omit<Known, 'id' | 'sub' | 'locale' | 'accessVersion' | 'claimsAt' | 'createdAt' | 'updatedAt'>;
type Fields = Omit<UpdateUser, 'userId'>;

const uniqueColumns = {
  users_email_key: taken('email', 'user'),
  users_human_id_key: taken('humanId', 'user'),
};
const userPath = ['input', 'userId'] as const;
const keptFields = ['email', 'name', 'role', 'isActive'] as const;

/** Manages people. */
export class Users {
  constructor(
    private readonly db: Database,
    private readonly work: UnitOfWork,
    private readonly find: Finder,
  ) {}

  /** Enters somebody before they first sign in: the first token with the e-mail address is theirs (parity d3). */
  async create(call: Call, input: CreateUser): Promise<ObjectOutcome> {
    requireAdmin(call.viewer);
    return this.work.run(call.once, async (tx) => {
      const id = randomUUID();
      const organizationId = await this.organizationOf(tx, input.organizationId ?? null);
      const projectIds = await projectsOf(tx, organizationId, input.projectKeys ?? []);
      const { phoneNumber = null, humanId = null } = input;
      const write = async (): Promise<void> => {
        const insert = tx.query(
          `insert into users (id, email, name, phone_number, role, human_id, organization_id, claims_at)
           values ($1, $2, $3, $4, $5, $6, $7, now())`,
          [id, normalized(input.email), input.name.trim(), phoneNumber, input.role, humanId, organizationId],
        );
        await explained(insert, uniqueColumns);
        await replaceProjects(tx, id, projectIds);
      };
      return { result: { id }, write: () => audited(tx, call, ['User', id], write) };
    });
  }

  /** Changes what is known of somebody and what they may do; open sockets and streams hear of it at once (parity d4). */
  async update(call: Call, input: UpdateUser): Promise<ObjectOutcome> {
    const { viewer } = call;
    requireAdmin(viewer);
    const { userId: _, ...fields } = input;
    if (Object.values(fields).every((value) => value === undefined)) {
      throw invalid(['input'], 'required', 'Give at least one field to change.');
    }
    for (const name of keptFields) {
      if (input[name] !== null) continue;
      throw invalid(['input', name], 'not_clearable', `\`${name}\` can be changed but not cleared: leave it out.`);
    }
    const id = idOf(input.userId);
    if (id === viewer.id && input.isActive === false) throw onOneself(['input', 'isActive']);
    if (id === viewer.id && input.role && !canManage({ role: input.role })) throw onOneself(['input', 'role']);
    return this.change(call, id, fields);
  }

  /** Takes somebody's right to sign in away, whatever they were told before; history keeps their name (parity d23). */
  async deactivate(call: Call, userId: string): Promise<ObjectOutcome> {
    requireAdmin(call.viewer);
    const id = idOf(userId);
    if (id === call.viewer.id) throw onOneself(userPath);
    return this.change(call, id, { isActive: false });
  }

  private change(call: Call, id: string, fields: Fields): Promise<ObjectOutcome> {
    return this.work.run(call.once, (tx) =>
      Promise.resolve({
        result: { id },
        write: async () => {
          const before = await this.lock(tx, call.viewer, id);
          const after = await this.changed(tx, before, fields);
          await audited(tx, call, ['User', id], () => this.write(tx, before, after));
        },
      }),
    );
  }

  /** Holds the rows of both until the end: of two admins who demote each other one comes too late, and one is left. */
  private async lock(tx: Queryable, viewer: SignedInViewer, id: string): Promise<Known> {
    await tx.query('select id from users where id = any($1::uuid[]) order by id for no key update', [[viewer.id, id]]);
    // Only now: a statement sees nothing newer than its start.
    const rows = await tx.query<Known>(
      `select ${this.db.columns(User, 'u')},
         array(select p.project_id from user_projects p where p.user_id = u.id) as "projectIds"
       from users u where u.id = any($1::uuid[])`,
      [[viewer.id, id]],
    );
    const actor = rows.find((row) => row.id === viewer.id);
    if (actor?.isActive) requireAdmin({ ...viewer, role: actor.role });
    else throw unauthenticated();
    const user = rows.find((row) => row.id === id);
    if (!user) throw notFound('user', userPath);
    return user;
  }

  private async changed(tx: Queryable, before: Known, fields: Fields): Promise<Changed> {
    const { email, name, role, isActive, projectKeys } = fields;
    const given = fields.organizationId;
    const organizationId = given === undefined ? before.organizationId : await this.organizationOf(tx, given);
    const moved = organizationId !== before.organizationId;
    const keys = projectKeys === undefined ? (moved ? [] : undefined) : (projectKeys ?? []);
    return {
      email: email == null ? before.email : normalized(email),
      name: trimmed(name) ?? before.name,
      phoneNumber: fields.phoneNumber === undefined ? before.phoneNumber : fields.phoneNumber,
      humanId: fields.humanId === undefined ? before.humanId : fields.humanId,
      role: role ?? before.role,
      organizationId,
      isActive: isActive ?? before.isActive,
      projectIds: keys === undefined ? before.projectIds : await projectsOf(tx, organizationId, keys),
    };
  }

  private async write(tx: Transaction, before: Known, after: Changed): Promise<void> {
    const projectsChanged = [...after.projectIds].sort().join() !== [...before.projectIds].sort().join();
    const accessChanged =
      projectsChanged ||
      (['role', 'organizationId', 'isActive'] as const).some((field) => after[field] !== before[field]);
    const update = tx.query(
      `update users set email = $2, name = $3, phone_number = $4, role = $5, human_id = $6, organization_id = $7,
         is_active = $8, claims_at = greatest(claims_at, now()), access_version = access_version + $9::int,
         updated_at = case when (name, role, is_active) = ($3, $5, $8) then updated_at else now() end
       where id = $1`,
      [
        before.id,
        after.email,
        after.name,
        after.phoneNumber,
        after.role,
        after.humanId,
        after.organizationId,
        after.isActive,
        accessChanged ? 1 : 0,
      ],
    );
    await explained(update, uniqueColumns);
    if (projectsChanged) await replaceProjects(tx, before.id, after.projectIds);
    if (after.role !== before.role && !isStaffRole(after.role)) await leaveGroups(tx, before.id);
    if (accessChanged) {
      tx.touched(before.id);
      tx.takesAway();
    }
  }

  private async organizationOf(tx: Queryable, id: string | null): Promise<string | null> {
    return id === null ? null : (await this.find.organization(tx, id, ['input', 'organizationId'])).id;
  }
}

const normalized = (email: string): string => email.trim().toLowerCase();

function idOf(userId: string): string {
  const id = uuidOf('User', userId);
  if (id === null) throw notFound('user', userPath);
  return id;
}

const onOneself = (path: ArgumentPath): AppError =>
  forbidden('Admins neither deactivate nor demote themselves: nobody might be left to undo it.', path);

/** Projects by their keys, which mean something within an organization alone. */
async function projectsOf(tx: Queryable, organizationId: string | null, keys: readonly string[]): Promise<string[]> {
  const path = ['input', 'projectKeys'];
  if (keys.length === 0) return [];
  if (organizationId === null) {
    throw invalid(path, 'requires_organization', '`projectKeys` are keys within an organization: name one.');
  }
  const rows = await tx.query<{ id: string; key: string }>(
    'select id, key from projects where organization_id = $1 and key = any($2::text[])',
    [organizationId, keys.map((key) => key.trim())],
  );
  const ids = new Map(rows.map(({ id, key }) => [key, id]));
  const found = keys.map((key, index) => {
    const id = ids.get(key.trim());
    if (id === undefined) throw notFound('project', [...path, String(index)]);
    return id;
  });
  return [...new Set(found)];
}
