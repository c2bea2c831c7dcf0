import type { Bind } from './database.js';
import type { OrderKey, Position } from './keyset.js';

/** A row that lists sort by its name. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** Order of names as people write them, whatever the database was set up with. */
const inOrder = (expression: string): string => `${expression} collate "und-x-icu"`;

/** The keys of rows, named by the alias, in a list by name. */
export const byName = (alias: string): OrderKey[] => [
  { sql: inOrder(`${alias}.name`), type: 'text' },
  { sql: `${alias}.id`, type: 'uuid' },
];

/** Where a row stands in a list by name. */
export const placeByName = ({ id, name }: Named): Position => [name, id];

/** The condition that one of some texts contains what somebody looks for, in any case and script. */
export function contains(columns: readonly string[], query: string, bind: Bind): string {
  const pattern = bind(`%${query.replace(/[\\%_]/g, '\\$&')}%`);
  const conditions = columns.map((column) => `lower(${inOrder(column)}) like lower(${inOrder(`${pattern}::text`)})`);
  return `(${conditions.join(' or ')})`;
}
