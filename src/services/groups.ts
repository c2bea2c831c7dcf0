import { randomUUID } from 'node:crypto';
import { isStaffRole, type Role } from '../auth/viewer.js';
import type { Queryable } from '../db/database.js';
import type { UnitOfWork } from '../db/unit-of-work.js';
import { invalid, notFound } from '../errors.js';
import { uuidOf } from '../global-id.js';
import type { Call, ObjectOutcome } from './call.js';
import { explained, taken, unlessInUse } from './constraints.js';
import { audited } from './audit/write-audit.js';
import { requireAdmin } from './require-role.js';

/** Who is to be put into a group or taken out of it. */
export interface GroupMembership {
  groupId: string;
  userId: string;
}

const groupPath = ['input', 'groupId'] as const;
const userPath = ['input', 'userId'] as const;
const uniqueColumns = { groups_name_key: taken('name', 'group') };

/** Manages the queues of the support team and who works in them. */
export class Groups {
  constructor(private readonly work: UnitOfWork) {}

  /** Makes a group without members. */
  async create(call: Call, { name }: { name: string }): Promise<ObjectOutcome> {
    requireAdmin(call.viewer);
    const id = randomUUID();
    return this.run(call, id, async (tx) => {
      await explained(tx.query('insert into groups (id, name) values ($1, $2)', [id, name.trim()]), uniqueColumns);
    });
  }

  /** Gives a group another name. */
  async update(call: Call, { groupId, name }: { groupId: string; name: string }): Promise<ObjectOutcome> {
    requireAdmin(call.viewer);
    const id = idOf('Group', groupId);
    return this.run(call, id, async (tx) => {
      const update = tx.query('update groups set name = $2, updated_at = now() where id = $1 returning id', [
        id,
        name.trim(),
      ]);
      if ((await explained(update, uniqueColumns)).length === 0) throw notFound('group', groupPath);
    });
  }

  /** Deletes a group that no ticket is in; its members are members no more. */
  async delete(call: Call, groupId: string): Promise<ObjectOutcome> {
    requireAdmin(call.viewer);
    const id = idOf('Group', groupId);
    return this.run(call, id, async (tx) => {
      // Before the members: nobody becomes one meanwhile.
      const [group] = await tx.query('select id from groups where id = $1 for update', [id]);
      if (!group) throw notFound('group', groupPath);
      await tx.query('delete from group_members where group_id = $1', [id]);
      await unlessInUse(tx.query('delete from groups where id = $1', [id]), groupPath, 'group');
    });
  }

  /** Puts a member of staff into a group; once they are in, it changes nothing. */
  async addMember(call: Call, membership: GroupMembership): Promise<ObjectOutcome> {
    requireAdmin(call.viewer);
    const id = idOf('Group', membership.groupId);
    const userId = idOf('User', membership.userId);
    return this.run(call, id, async (tx) => {
      await requireGroup(tx, id);
      // Held until the end, lest they become a customer meanwhile.
      const [user] = await tx.query<{ role: Role }>('select role from users where id = $1 and is_active for share', [
        userId,
      ]);
      if (!user) throw notFound('user', userPath);
      if (!isStaffRole(user.role)) throw invalid(userPath, 'staff', 'Only members of staff work in groups.');
      await tx.query('insert into group_members (group_id, user_id) values ($1, $2) on conflict do nothing', [
        id,
        userId,
      ]);
    });
  }

  /** Takes somebody out of a group; who is not in it stays out. */
  async removeMember(call: Call, membership: GroupMembership): Promise<ObjectOutcome> {
    requireAdmin(call.viewer);
    const id = idOf('Group', membership.groupId);
    const userId = idOf('User', membership.userId);
    return this.run(call, id, async (tx) => {
      await requireGroup(tx, id);
      const [user] = await tx.query('select id from users where id = $1', [userId]);
      if (!user) throw notFound('user', userPath);
      await tx.query('delete from group_members where group_id = $1 and user_id = $2', [id, userId]);
    });
  }

  private run(call: Call, id: string, write: (tx: Queryable) => Promise<void>): Promise<ObjectOutcome> {
    return this.work.run(call.once, (tx) =>
      Promise.resolve({ result: { id }, write: () => audited(tx, call, ['Group', id], () => write(tx)) }),
    );
  }
}

function idOf(type: 'Group' | 'User', globalId: string): string {
  const id = uuidOf(type, globalId);
  if (id === null) throw notFound(type.toLowerCase(), type === 'Group' ? groupPath : userPath);
  return id;
}

async function requireGroup(tx: Queryable, id: string): Promise<void> {
  const [group] = await tx.query('select id from groups where id = $1', [id]);
  if (!group) throw notFound('group', groupPath);
}
