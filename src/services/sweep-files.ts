import type { Queryable } from '../db/database.js';
import { isKey, type Storage } from '../storage/storage.js';

/** How long a file may wait for a comment. */
const patience = '24 hours';
/** No upload takes so long, in milliseconds: older bytes without a row will not get one. */
const longestUploadMs = 3_600_000;

/**
 * Clears away files that nobody attached, and then all bytes that no file has: those of removed comments, and those of uploads that
 * were cut off. Rows go first: a crash leaves bytes without a row, never a row without its bytes.
 */
export async function sweepFiles(db: Queryable, storage: Storage, now = Date.now()): Promise<void> {
  const abandoned = await db.query<{ key: string }>(
    `delete from files
     where comment_id is null and created_at <= now() - interval '${patience}'
       and coalesce(arrived_at, created_at) <= now() - interval '${patience}'
     returning storage_key as key`,
  );
  await storage.remove(abandoned.map(({ key }) => key));
  for await (const names of storage.olderThan(new Date(now - longestUploadMs))) {
    const inUse = await db.query<{ key: string }>(
      'select storage_key as key from files where storage_key = any($1::uuid[])',
      [names.filter(isKey)],
    );
    const kept = new Set(inUse.map(({ key }) => key));
    await storage.remove(names.filter((name) => !kept.has(name)));
  }
}
