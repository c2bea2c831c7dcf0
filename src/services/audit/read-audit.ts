import type { SignedInViewer } from '../../auth/viewer.js';
import type { Bind, Database } from '../../db/database.js';
import { Direction, type Keyset, type LoadedPage, type Position, type Window } from '../../db/keyset.js';
import { readCursor, writeCursor } from '../../db/list-cursors.js';
import { readWindow } from '../../db/read-list.js';
import { AuditEntry } from '../../entities/audit-entry.js';
import { type ArgumentPath, forbidden } from '../../errors.js';
import { uuidOf } from '../../global-id.js';
import { canManage } from '../../policies/people-policy.js';

/** Which entries are wanted; null is as absent. */
export interface AuditFilter {
  actorId?: string | null;
  targetId?: string | null;
  operation?: string[] | null;
  from?: Date | null;
  to?: Date | null;
}

const order = 'AUDIT';
const keys = [
  { sql: 'a.at', type: 'timestamptz' },
  { sql: 'a.id', type: 'uuid' },
] as const;

/** Reads what staff did. */
export class AuditReading {
  constructor(private readonly db: Database) {}

  /** What reads pages of entries, the newest first; FORBIDDEN for all but admins. */
  pages(viewer: SignedInViewer, filter: AuditFilter): (window: Window<Position>) => Promise<LoadedPage<AuditEntry>> {
    if (!canManage(viewer)) throw forbidden('The audit log is for admins.');
    const where = (bind: Bind): string => conditionOf(filter, bind);
    const list: Keyset<AuditEntry> = { entity: AuditEntry, alias: 'a', where, keys, direction: Direction.DESC };
    return (window) => readWindow(this.db, list, window);
  }

  /** The position of an entry, as clients see it. */
  writeCursor({ at, id }: AuditEntry): string {
    return writeCursor(order, [at, id]);
  }

  /** The position behind a cursor. */
  readCursor(cursor: string, path: ArgumentPath): Position {
    const types = keys.map(({ type }) => type);
    return readCursor(order, types, cursor, path);
  }
}

function conditionOf({ actorId, targetId, operation, from, to }: AuditFilter, bind: Bind): string {
  const conditions = ['true'];
  // What is no id is nobody's.
  if (actorId != null) conditions.push(`a.actor_id = ${bind(uuidOf('User', actorId))}::uuid`);
  if (targetId != null) conditions.push(`a.target_id = ${bind(targetId)}`);
  if (operation != null) conditions.push(`a.operation = any(${bind(operation)}::text[])`);
  if (from != null) conditions.push(`a.at >= ${bind(from)}`);
  if (to != null) conditions.push(`a.at < ${bind(to)}`);
  return conditions.join(' and ');
}
