import { type Bind, type Database, parameters } from './database.js';
import { type Bound, ListWriter, type Sign } from './keyset-sql.js';
import type { Direction, Keyset, LoadedPage, OrderKey, PlacedPage, Position, Window } from './keyset.js';

const opposite = (direction: Direction): Direction => (direction === 'ASC' ? 'DESC' : 'ASC');

type Raw = Record<string, unknown>;

const isOfList = (name: string): boolean => /^(?:key\d|moreBefore|moreAfter)$/.test(name);

/** What belongs to the list rather than to the row is left out of it. */
function split<T>(raw: Raw, keys: readonly OrderKey[]): { row: T; position: Position } {
  const row: Raw = {};
  for (const name in raw) if (!isOfList(name)) row[name] = raw[name];
  return { row: row as T, position: keys.map((_, index) => raw[`key${index}`]) };
}

function columnsOf<T>(db: Database, { entity, columns }: Keyset<T>, keys: readonly OrderKey[], bind: Bind): string {
  const own = columns ? columns('r', bind) : db.columns(entity, 'r');
  return [...keys.map((_, index) => `page.key${index}`), own].join(', ');
}

const inOrder = (keys: readonly OrderKey[], direction: Direction): string =>
  `order by ${keys.map((_, index) => `page.key${index} ${direction}`).join(', ')}`;

/** Reads the rows of a window with one statement: the ids first, then what belongs to them. */
export async function readWindow<T>(
  db: Database,
  list: Keyset<T>,
  { limit, from, after, before }: Window<Position>,
): Promise<PlacedPage<T>> {
  const { values, bind } = parameters();
  const writer = new ListWriter(db, list, bind);
  const { direction, entity } = list;
  const [later, earlier] = direction === 'ASC' ? (['>', '<'] as const) : (['<', '>'] as const);
  const bounds: Bound[] = [];
  if (after) bounds.push({ position: after, sign: later });
  if (before) bounds.push({ position: before, sign: earlier });
  // Read from the position on, lest whatever else matches is searched for one row on the other side.
  const beyond = (position: Position | null, sign: Sign, away: Direction): string =>
    position ? `exists (select 1 from (${writer.page([{ position, sign }], away, 1)}) beyond)` : 'false';
  const { keys } = writer;
  const sql = `
    select edge.*, ${columnsOf(db, list, keys, bind)}
    from (select ${beyond(after, `${earlier}=`, opposite(direction))} as "moreBefore",
      ${beyond(before, `${later}=`, direction)} as "moreAfter") edge
    left join (${writer.page(bounds, from === 'front' ? direction : opposite(direction), limit + 1)}) page on true
    left join ${db.table(entity)} r on r.id = page.id
    ${inOrder(keys, from === 'front' ? direction : opposite(direction))}`;
  const found = await db.query<Raw>(sql, values);
  const positions = new Map<T, Position>();
  for (const raw of found.filter(({ key0 }) => key0 !== null)) {
    const { row, position } = split<T>(raw, keys);
    positions.set(row, position);
  }
  const rows = [...positions.keys()];
  const more = rows.length > limit;
  const wanted = rows.slice(0, limit);
  if (from === 'back') wanted.reverse();
  const moreBefore = found[0]?.['moreBefore'] === true;
  const moreAfter = found[0]?.['moreAfter'] === true;
  const [hasNext, hasPrevious] = from === 'front' ? [more || moreAfter, moreBefore] : [moreAfter, more || moreBefore];
  return { rows: wanted, hasNext, hasPrevious, positionOf: (row) => positions.get(row) ?? [] };
}

/** Reads rows by how many come before them: the rows that are skipped are walked over, and nothing else is done with them. */
export async function readOffset<T>(
  db: Database,
  list: Keyset<T>,
  { limit, offset }: { limit: number; offset: number },
): Promise<LoadedPage<T>> {
  const { values, bind } = parameters();
  const writer = new ListWriter(db, list, bind);
  const { keys } = writer;
  const sql = `
    select ${columnsOf(db, list, keys, bind)} from (${writer.page([], list.direction, limit + 1, offset)}) page
    join ${db.table(list.entity)} r on r.id = page.id
    ${inOrder(keys, list.direction)}`;
  const rows = (await db.query<Raw>(sql, values)).map((raw) => split<T>(raw, keys).row);
  return { rows: rows.slice(0, limit), hasNext: rows.length > limit, hasPrevious: offset > 0 };
}

/** How many rows a list has; it stops counting one beyond the cap. */
export async function countUpTo<T>(db: Database, list: Keyset<T>, cap: number): Promise<number> {
  const { values, bind } = parameters();
  const { from, where } = new ListWriter(db, { ...list, groups: undefined, tiers: undefined }, bind);
  const [found] = await db.query<{ total: number }>(
    `select count(*)::int as total from (select 1 from ${from} where ${where} limit ${bind(cap + 1)}) capped`,
    values,
  );
  return found?.total ?? 0;
}
