import type { SignedInViewer } from '../auth/viewer.js';
import type { Queryable } from '../db/database.js';
import { FileStatus } from '../entities/file.js';
import { invalid, notFound } from '../errors.js';
import { uuidOf } from '../global-id.js';

/**
 * Ids of the files that a comment brings, held until the end of the transaction so that no other comment gets them: the viewer's
 * own, which have arrived and are not attached yet (parity e4). To be called where the writing begins, when a call that is
 * repeated has found its first result already.
 */
export async function claimFiles(
  tx: Queryable,
  viewer: SignedInViewer,
  fileIds: readonly string[] | null | undefined,
): Promise<string[]> {
  if (!fileIds || fileIds.length === 0) return [];
  const ids = fileIds.map((id) => uuidOf('File', id));
  const rows = await tx.query<{ id: string; status: FileStatus }>(
    `select f.id, f.status from files f
     where f.id = any($1::uuid[]) and f.uploader_id = $2 and f.comment_id is null order by f.id for update`,
    [ids.filter((id) => id !== null), viewer.id],
  );
  const statuses = new Map(rows.map(({ id, status }) => [id, status]));
  return ids.map((id, index) => {
    const path = ['input', 'fileIds', String(index)];
    const status = id === null ? undefined : statuses.get(id);
    if (id === null || status === undefined) throw notFound('file', path);
    if (status === FileStatus.PENDING) throw invalid(path, 'pending', 'The bytes of this file have not arrived yet.');
    return id;
  });
}
