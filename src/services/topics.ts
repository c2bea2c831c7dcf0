import { randomUUID } from 'node:crypto';
import type { Queryable } from '../db/database.js';
import type { UnitOfWork } from '../db/unit-of-work.js';
import type { Topic } from '../entities/topic.js';
import { invalid, notFound } from '../errors.js';
import { uuidOf } from '../global-id.js';
import type { Call, ObjectOutcome } from './call.js';
import { unlessInUse } from './constraints.js';
import { localizedNames, type LocalizedString } from './localized-names.js';
import { audited } from './audit/write-audit.js';
import { requireAdmin } from './require-role.js';

/** What `upsertTopic` is asked for; null is as absent. */
export interface UpsertTopic {
  key: string;
  parentKey?: string | null;
  names: LocalizedString[];
  rank: number;
}

type Known = Pick<Topic, 'id' | 'key' | 'parentId'>;

const parentPath = ['input', 'parentKey'] as const;

/** Manages the tree of topics. */
export class Topics {
  constructor(private readonly work: UnitOfWork) {}

  /** Makes a topic, or replaces all that is said of the one with this key, its place in the tree included. */
  async upsert(call: Call, input: UpsertTopic): Promise<ObjectOutcome> {
    requireAdmin(call.viewer);
    const names = localizedNames(input.names);
    return this.work.run(call.once, async (tx) => {
      const topics = await lockAll(tx);
      const id = topics.find(({ key }) => key === input.key)?.id ?? randomUUID();
      const parentId = parentOf(topics, id, input);
      const write = async (): Promise<void> => {
        await tx.query(
          `insert into topics (id, key, parent_id, localized_names, rank) values ($1, $2, $3, $4, $5)
           on conflict (id) do update set parent_id = excluded.parent_id,
             localized_names = excluded.localized_names, rank = excluded.rank`,
          [id, input.key, parentId, names, input.rank],
        );
      };
      return { result: { id }, write: () => audited(tx, call, ['Topic', id], write) };
    });
  }

  /** Deletes a topic that no ticket has, not even a deleted one, and that no other is below. */
  async delete(call: Call, topicId: string): Promise<ObjectOutcome> {
    requireAdmin(call.viewer);
    const path = ['input', 'topicId'];
    const id = uuidOf('Topic', topicId);
    if (id === null) throw notFound('topic', path);
    const write = async (tx: Queryable): Promise<void> => {
      const deletion = tx.query('delete from topics where id = $1 returning id', [id]);
      if ((await unlessInUse(deletion, path, 'topic')).length === 0) throw notFound('topic', path);
    };
    return this.work.run(call.once, (tx) =>
      Promise.resolve({ result: { id }, write: () => audited(tx, call, ['Topic', id], () => write(tx)) }),
    );
  }
}

/** The tree as it stays until the transaction ends: two moves at once could make it deeper than either of them. */
async function lockAll(tx: Queryable): Promise<Known[]> {
  await tx.query('lock table topics in share row exclusive mode');
  return tx.query<Known>('select id, key, parent_id as "parentId" from topics');
}

/** A tree of two levels: below a topic at the top, and only for one that has none below itself. */
function parentOf(topics: readonly Known[], id: string, { parentKey }: UpsertTopic): string | null {
  if (parentKey == null) return null;
  const parent = topics.find(({ key }) => key === parentKey);
  if (!parent) throw notFound('topic', parentPath);
  if (parent.parentId !== null || parent.id === id || topics.some(({ parentId }) => parentId === id)) {
    throw invalid(parentPath, 'two_levels', 'The tree has two levels: a topic with subtopics can not be a subtopic.');
  }
  return parent.id;
}
