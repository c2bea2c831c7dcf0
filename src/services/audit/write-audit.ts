import type { Queryable } from '../../db/database.js';
import type { RecordedChange } from '../../entities/log-entry.js';
import { globalId, globalIdInSql as idInSql } from '../../global-id.js';
import { currentScope } from '../../telemetry.js';
import type { Call } from '../call.js';

/** The table of each type, and what an object says of itself that an admin may change: all that clients read, and no key or token. */
const images = {
  Group: [
    'groups',
    `'name', r.name,
     'memberIds', array(select ${idInSql('User', 'm.user_id')} from group_members m where m.group_id = r.id order by 1)`,
  ],
  Organization: ['organizations', `'name', r.name, 'legalName', r.legal_name, 'role', r.role, 'humanId', r.human_id`],
  Project: [
    'projects',
    `'organizationId', ${idInSql('Organization', 'r.organization_id')}, 'key', r.key, 'name', r.name`,
  ],
  State: [
    'states',
    `'type', r.type, 'key', r.key, 'names', r.localized_names, 'description', r.description, 'rank', r.rank,
     'category', r.category`,
  ],
  Topic: [
    'topics',
    `'key', r.key, 'parentId', ${idInSql('Topic', 'r.parent_id')}, 'names', r.localized_names, 'rank', r.rank`,
  ],
  User: [
    'users',
    `'email', r.email, 'name', r.name, 'phoneNumber', r.phone_number, 'role', r.role, 'humanId', r.human_id,
     'organizationId', ${idInSql('Organization', 'r.organization_id')}, 'isActive', r.is_active,
     'projectIds', array(
       select ${idInSql('Project', 'p.project_id')} from user_projects p where p.user_id = r.id order by 1),
     'groupIds', array(select ${idInSql('Group', 'm.group_id')} from group_members m where m.user_id = r.id order by 1)`,
  ],
} as const;
type AuditedType = keyof typeof images;
type Image = Readonly<Record<string, unknown>>;

/** What stands in the audit log of something that was done. */
interface Deed {
  readonly actorId: string;
  readonly operation: string;
  readonly targetId: string | null;
  readonly changes: readonly RecordedChange[];
}

/** Changes an object and writes down who did so and what is different now, all in one transaction. */
export async function audited(
  tx: Queryable,
  { viewer, once }: Call,
  [type, id]: readonly [AuditedType, string],
  change: () => Promise<void>,
): Promise<void> {
  const before = await imageOf(tx, type, id);
  await change();
  const after = await imageOf(tx, type, id);
  const deed = { actorId: viewer.id, operation: once.mutation, targetId: globalId(type, id) };
  await writeDown(tx, { ...deed, changes: differences(before, after) });
}

/** Writes down that a member of staff removes a ticket or a comment, and what it was: its conversation may tell nobody any more. */
export function auditRemoval(
  tx: Queryable,
  { viewer, once }: Call,
  [type, id]: readonly ['Comment' | 'Ticket', string],
  image: Image,
): Promise<void> {
  const deed = { actorId: viewer.id, operation: once.mutation, targetId: globalId(type, id) };
  return writeDown(tx, { ...deed, changes: differences(image, {}) });
}

/** Writes down that somebody is about to read what not everybody may, and of which span of time. */
export function auditReading(
  db: Queryable,
  actorId: string,
  operation: string,
  { from, to }: { from: Date; to: Date },
): Promise<void> {
  const changes = Object.entries({ from, to }).map(([field, moment]) => ({
    field,
    before: null,
    after: moment.toISOString(),
  }));
  return writeDown(db, { actorId, operation, targetId: null, changes });
}

/** Held until the end of the transaction: what is compared is what was there just before. */
async function imageOf(tx: Queryable, type: AuditedType, id: string): Promise<Image> {
  const [table, fields] = images[type];
  const sql = `select jsonb_build_object(${fields}) as image from ${table} r where r.id = $1 for no key update`;
  const [found] = await tx.query<{ image: Image }>(sql, [id]);
  return found?.image ?? {};
}

function differences(before: Image, after: Image): RecordedChange[] {
  return Object.keys({ ...before, ...after })
    .map((field) => ({ field, before: textOf(before[field]), after: textOf(after[field]) }))
    .filter((change) => change.before !== change.after);
}

/** A text as it is, anything else as JSON; null where there is nothing. */
function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

async function writeDown(db: Queryable, { actorId, operation, targetId, changes }: Deed): Promise<void> {
  await db.query(
    'insert into audit_log (actor_id, operation, target_id, request_id, changes) values ($1, $2, $3, $4, $5)',
    [actorId, operation, targetId, currentScope()?.requestId ?? null, JSON.stringify(changes)],
  );
}
