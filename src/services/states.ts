import { randomUUID } from 'node:crypto';
import type { Queryable } from '../db/database.js';
import { StaleRead, type UnitOfWork } from '../db/unit-of-work.js';
import { type LocalizedNames, type State, StateType, StatusCategory } from '../entities/state.js';
import { invalid, notFound } from '../errors.js';
import { uuidOf } from '../global-id.js';
import type { Call, ObjectOutcome } from './call.js';
import { unlessInUse } from './constraints.js';
import { localizedNames, type LocalizedString } from './localized-names.js';
import { audited } from './audit/write-audit.js';
import { requireAdmin } from './require-role.js';
import { trimmed } from './text.js';

/** What `upsertState` is asked for; null is as absent. */
export interface UpsertState {
  type: StateType;
  key: string;
  names: LocalizedString[];
  description?: string | null;
  rank: number;
  category?: StatusCategory | null;
}

/** What the rules set by themselves, and so has to stay what it is. */
const builtIn: Partial<Record<StateType, readonly string[]>> = {
  STATE: ['created', 'in_progress', 'waiting', 'resolved', 'closed'],
  PRIORITY: ['low'],
};
const isBuiltIn = ({ type, key }: Pick<State, 'type' | 'key'>): boolean => builtIn[type]?.includes(key) === true;

const categoryPath = ['input', 'category'] as const;

/** Manages the look-up table behind status, type, priority, stage and outcome. */
export class States {
  constructor(private readonly work: UnitOfWork) {}

  /** Makes a state, or replaces all that is said of the one with this type and key. */
  async upsert(call: Call, input: UpsertState): Promise<ObjectOutcome> {
    requireAdmin(call.viewer);
    const names = localizedNames(input.names);
    if ((input.category != null) !== (input.type === StateType.STATE)) {
      throw invalid(categoryPath, 'exactly_for_states', '`category` goes with the type STATE, which needs one.');
    }
    return this.work.run(call.once, async (tx) => {
      const [known] = await tx.query<Pick<State, 'id' | 'category'>>(
        'select id, category from states where type = $1 and key = $2 for no key update',
        [input.type, input.key],
      );
      if (known) checkCategory(input, known.category);
      const id = known?.id ?? randomUUID();
      return { result: { id }, write: () => audited(tx, call, ['State', id], () => write(tx, id, input, names)) };
    });
  }

  /** Deletes a state that no ticket has, not even a deleted one, and that the rules do not set. */
  async delete(call: Call, stateId: string): Promise<ObjectOutcome> {
    requireAdmin(call.viewer);
    const path = ['input', 'stateId'];
    const id = uuidOf('State', stateId);
    if (id === null) throw notFound('state', path);
    const write = async (tx: Queryable): Promise<void> => {
      const [state] = await tx.query<Pick<State, 'type' | 'key'>>('select type, key from states where id = $1', [id]);
      if (!state) throw notFound('state', path);
      if (isBuiltIn(state)) throw invalid(path, 'built_in', `The rules rely on \`${state.key}\`, so it stays.`);
      const deletion = tx.query('delete from states where id = $1 returning id', [id]);
      if ((await unlessInUse(deletion, path, 'state')).length === 0) throw notFound('state', path);
    };
    return this.work.run(call.once, (tx) =>
      Promise.resolve({ result: { id }, write: () => audited(tx, call, ['State', id], () => write(tx)) }),
    );
  }
}

/** An open ticket never has a status of the category CLOSED, and so no status may come into it that a ticket could have. */
function checkCategory({ type, key, category }: UpsertState, before: StatusCategory | null): void {
  if (category === before) return;
  if (isBuiltIn({ type, key })) {
    throw invalid(categoryPath, 'built_in', `The rules rely on \`${key}\`: its category stays ${before}.`);
  }
  if (category === StatusCategory.CLOSED) {
    throw invalid(categoryPath, 'fixed', 'A status can not become one of the category CLOSED: make a new one.');
  }
}

async function write(tx: Queryable, id: string, input: UpsertState, names: LocalizedNames): Promise<void> {
  const [state] = await tx.query<{ id: string }>(
    `insert into states as s (id, type, key, localized_names, description, rank, category)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (type, key) do update set localized_names = excluded.localized_names,
       description = excluded.description, rank = excluded.rank, category = excluded.category,
       updated_at = case
         when (s.localized_names, s.description, s.rank, s.category)
           is distinct from (excluded.localized_names, excluded.description, excluded.rank, excluded.category)
         then now() else s.updated_at end
     returning id`,
    [
      id,
      input.type,
      input.key,
      names,
      trimmed(input.description) ?? names['en'],
      input.rank,
      input.type === StateType.STATE ? input.category : null,
    ],
  );
  // Somebody else made one with the same key meanwhile.
  if (state?.id !== id) throw new StaleRead();
}
