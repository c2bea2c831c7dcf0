import type { ColumnKind } from '../../db/database.js';

/** SQL of a text as a text literal. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** SQL of the JSON of a text. */
export const jsonOfText = (sql: string): string => `to_json(${sql})::text`;

/** SQL of the JSON of a text that JSON has nothing to escape in, such as an id or a position. */
export const jsonOfPlainText = (sql: string): string => `('"' || ${sql} || '"')`;

/** SQL of the JSON of a condition that is never null. */
export const jsonOfCondition = (sql: string): string => `(${sql})::text`;

/** SQL of a JSON text, or of JSON's null where there is none. */
export const orNull = (json: string): string => `coalesce(${json}, 'null')`;

/** A microsecond more lets PostgreSQL write all digits; those beyond milliseconds, which columns do not keep, are cut off. */
const jsonOfMoment = (sql: string): string =>
  `(left(to_json((${sql} at time zone 'UTC') + interval '1 microsecond')::text, 24) || 'Z"')`;

const writers: Readonly<Record<string, (sql: string) => string>> = {
  text: jsonOfText,
  int: (sql) => `${sql}::text`,
  boolean: jsonOfCondition,
  timestamptz: jsonOfMoment,
};

/** SQL of the JSON of a column; throws for types that no field has had so far. */
export function jsonOfColumn(sql: string, { type, isNullable }: ColumnKind): string {
  const write = writers[type];
  if (!write) throw new Error(`columns of the type ${type} can't be written as JSON yet`);
  return isNullable ? orNull(write(sql)) : write(sql);
}
