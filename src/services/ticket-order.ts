import { Direction, type Groups, type OrderKey } from '../db/keyset.js';
import { StateType } from '../entities/state.js';
import { invalid } from '../errors.js';

/** What tickets can be listed by. */
export const TicketOrderField = {
  CREATED_AT: 'CREATED_AT',
  UPDATED_AT: 'UPDATED_AT',
  NUMBER: 'NUMBER',
  TITLE: 'TITLE',
  STATUS: 'STATUS',
  PRIORITY: 'PRIORITY',
  RELEVANCE: 'RELEVANCE',
} as const;
/** One of the seven orders. */
export type TicketOrderField = (typeof TicketOrderField)[keyof typeof TicketOrderField];

/** In which order tickets are listed. */
export interface TicketOrder {
  field: TicketOrderField;
  direction: Direction;
}

/** The order when nothing is said: what changed last comes first. */
export const defaultOrder: TicketOrder = { field: TicketOrderField.UPDATED_AT, direction: Direction.DESC };

/** Keys of an order, and what its rows are grouped by. */
export interface OrderKeys {
  readonly keys: readonly OrderKey[];
  readonly groups?: () => Groups;
  /** Whether it goes by the places of the words that were searched. */
  readonly isTiered?: boolean;
}

const id: OrderKey = { sql: 't.id', type: 'uuid' };
const updatedAt: OrderKey = { sql: 't.updated_at', type: 'timestamptz' };

/** Ranks are kept with the states, which administrators change, and not with the tickets. */
const byRank = (type: StateType, column: string): OrderKeys => ({
  keys: [id],
  groups: () => ({
    from: `states where type = '${type}'`,
    key: { sql: 'rank', type: 'int' },
    link: `t.${column} = g.id`,
  }),
});

const orders: Record<Exclude<TicketOrderField, 'RELEVANCE'>, OrderKeys> = {
  CREATED_AT: { keys: [{ sql: 't.created_at', type: 'timestamptz' }, id] },
  UPDATED_AT: { keys: [updatedAt, id] },
  NUMBER: { keys: [{ sql: 't.number', type: 'int' }] },
  TITLE: { keys: [{ sql: 't.title collate "und-x-icu"', type: 'text' }, id] },
  STATUS: byRank(StateType.STATE, 'status_id'),
  PRIORITY: byRank(StateType.PRIORITY, 'priority_id'),
};

/** How an order is asked of the database, on tickets called `t`; VALIDATION_FAILED for relevance without a search. */
export function orderKeys({ field }: TicketOrder, isSearch: boolean): OrderKeys {
  if (field !== TicketOrderField.RELEVANCE) return orders[field];
  if (!isSearch) throw invalid(['orderBy'], 'query', '`RELEVANCE` is an order only together with `query`.');
  // Among equals what changed last comes first: no score of a million rows is ever worked out.
  return { keys: [updatedAt, id], isTiered: true };
}

/** Types of what a position in an order consists of. */
export function positionTypes({ keys, groups, isTiered }: OrderKeys): OrderKey['type'][] {
  const outer = groups ? [groups().key.type] : isTiered ? (['int'] as const) : [];
  return [...outer, ...keys.map(({ type }) => type)];
}
