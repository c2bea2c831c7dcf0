import { types } from 'pg';

/** A column that is read as text. */
export interface TextColumn {
  readonly property: string;
  /** Its name in the database. */
  readonly column: string;
  readonly read: (text: string) => unknown;
}

const asIs = (text: string): unknown => text;

/** The number of `uuid[]` among PostgreSQL's types. */
const uuids = 2951;
const parserOf = (type: number): ((text: string) => unknown) => types.getTypeParser(type) as (text: string) => unknown;

/** What pg makes of the same columns. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  uuid: asIs,
  text: asIs,
  int: Number,
  'double precision': Number,
  boolean: (text) => text === 'true',
  jsonb: (text) => JSON.parse(text) as unknown,
  timestamptz: parserOf(types.builtins.TIMESTAMPTZ),
  'uuid[]': parserOf(uuids),
};

/** What makes values of a column's texts; throws for types that no such column has had so far. */
export function readerOf(type: string): (text: string) => unknown {
  const read = readers[type];
  if (!read) throw new Error(`columns of the type ${type} can't be read as text yet`);
  return read;
}
