import type { Queryable } from '../db/database.js';

/** Makes somebody a member of exactly these projects. */
export async function replaceProjects(tx: Queryable, userId: string, projectIds: readonly string[]): Promise<void> {
  await tx.query('delete from user_projects where user_id = $1', [userId]);
  await tx.query('insert into user_projects (user_id, project_id) select $1, unnest($2::uuid[])', [userId, projectIds]);
}

/** Takes somebody who is no member of staff any more out of the queues of the support team. */
export async function leaveGroups(tx: Queryable, userId: string): Promise<void> {
  await tx.query('delete from group_members where user_id = $1', [userId]);
}
