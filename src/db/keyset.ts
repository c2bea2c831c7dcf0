import { type Bind, type Database, type Entity, parameters } from './database.js';

/** Which way a list runs. */
export const Direction = { ASC: 'ASC', DESC: 'DESC' } as const;
/** Up or down. */
export type Direction = (typeof Direction)[keyof typeof Direction];

/** What rows are ordered by: an expression that is never null, and its type. */
export interface OrderKey {
  readonly sql: string;
  readonly type: 'int' | 'text' | 'timestamptz' | 'uuid';
}

/** Where a row stands: the values of its keys, as they were when it was read. */
export type Position = readonly unknown[];

/** Rows that come in few groups which are ordered themselves, such as tickets by the rank of their status. */
export interface Groups {
  /** The groups, under the alias `g`. */
  readonly from: string;
  readonly key: OrderKey;
  /** Which rows belong to the group `g`. */
  readonly link: string;
}

/** A list of rows of one table: which ones, and in which order. */
export interface Keyset<T> {
  readonly entity: Entity<T>;
  /** What conditions and keys call the table. */
  readonly alias: string;
  readonly where: (bind: Bind) => string;
  /** Together they are unique; with groups, within the group. An index on them makes every page equally cheap. */
  readonly keys: readonly OrderKey[];
  readonly direction: Direction;
  readonly groups?: (bind: Bind) => Groups;
}

/** Which rows are wanted: `limit` of them from the front or from the back, strictly between two positions. */
export interface Window<P> {
  readonly limit: number;
  readonly from: 'front' | 'back';
  readonly after: P | null;
  readonly before: P | null;
}

/** A page of rows, always in the order of the list. */
export interface LoadedPage<T> {
  readonly rows: T[];
  readonly hasNext: boolean;
  readonly hasPrevious: boolean;
}

/** A page whose rows know where they stood. */
export interface PlacedPage<T> extends LoadedPage<T> {
  readonly positionOf: (row: T) => Position;
}

type Sign = '<' | '<=' | '>' | '>=';

interface Bound {
  readonly position: Position;
  readonly sign: Sign;
}

/** What a row of a group that lies wholly on the wanted side of a position is compared with; there is no greatest text. */
const extremes: Record<Exclude<OrderKey['type'], 'text'>, Readonly<Record<'least' | 'greatest', string>>> = {
  int: { least: '-2147483648', greatest: '2147483647' },
  timestamptz: { least: '-infinity', greatest: 'infinity' },
  uuid: { least: '00000000-0000-0000-0000-000000000000', greatest: 'ffffffff-ffff-ffff-ffff-ffffffffffff' },
};

const asRow = (expressions: readonly string[]): string =>
  expressions.length === 1 ? `${expressions[0]}` : `(${expressions.join(', ')})`;

/** Writes the parts of one statement over a list. */
class Writer<T> {
  readonly where: string;
  private readonly groups: Groups | undefined;

  constructor(
    private readonly db: Database,
    private readonly list: Keyset<T>,
    private readonly bind: Bind,
  ) {
    this.where = list.where(bind);
    this.groups = list.groups?.(bind);
  }

  get from(): string {
    return `${this.db.table(this.list.entity)} ${this.list.alias}`;
  }

  /** All keys, that of the group first. */
  get keys(): readonly OrderKey[] {
    return this.groups ? [this.groups.key, ...this.list.keys] : this.list.keys;
  }

  /** Ids and keys of rows in order. With groups, each gives no more than the whole may have, in its own order. */
  page(bounds: readonly Bound[], direction: Direction, limit: number, offset = 0): string {
    const names = this.keys.map((_, index) => `key${index}`);
    const last = `limit ${this.bind(limit)}::bigint`;
    const order = (expressions: readonly string[]): string =>
      `order by ${expressions.map((expression) => `${expression} ${direction}`).join(', ')}`;
    const { groups, list } = this;
    const own = list.keys.map(({ sql }) => sql);
    const select = (link: string, inGroup: string): string => `
      select ${list.alias}.id, ${own.map((sql, index) => `${sql} as ${names[index + (groups ? 1 : 0)]}`).join(', ')}
      from ${this.from} where ${[link, this.where, ...bounds.map((bound) => this.within(bound))].filter(Boolean).join(' and ')}
      ${order(own)} ${inGroup}`;
    const skip = offset > 0 ? `offset ${this.bind(offset)}::bigint` : '';
    if (!groups) return select('', `${last} ${skip}`);
    const reached = bounds.map(
      ({ position, sign }) => `g.key0 ${sign[0]}= ${this.bind(position[0])}::${groups.key.type}`,
    );
    const limitOfGroup = `limit ${this.bind(limit + offset)}::bigint`;
    return `
      select * from (
        select g.key0, r.* from (select *, ${groups.key.sql} as key0 from ${groups.from} ${order(['key0'])}) g
        cross join lateral (${select(groups.link, limitOfGroup)}) r
        ${reached.length > 0 ? `where ${reached.join(' and ')}` : ''}
      ) merged ${order(names)} ${last} ${skip}`;
  }

  /** On which side of a position a row has to be, as one comparison that an index answers. */
  private within({ position, sign }: Bound): string {
    const { groups, list } = this;
    const values = list.keys.map(({ type }, index) => {
      const value = `${this.bind(position[index + (groups ? 1 : 0)])}::${type}`;
      if (!groups) return value;
      const extreme = extremes[type as keyof typeof extremes][sign.startsWith('>') ? 'least' : 'greatest'];
      return `case when g.key0 = ${this.bind(position[0])}::${groups.key.type} then ${value} else '${extreme}'::${type} end`;
    });
    return `${asRow(list.keys.map(({ sql }) => sql))} ${sign} ${asRow(values)}`;
  }
}

const opposite = (direction: Direction): Direction => (direction === 'ASC' ? 'DESC' : 'ASC');

type Raw = Record<string, unknown>;

/** What belongs to the list rather than to the row is taken off again. */
function split<T>(raw: Raw, keys: readonly OrderKey[]): { row: T; position: Position } {
  const { moreBefore: _before, moreAfter: _after, ...own } = raw;
  const position = keys.map((_, index) => own[`key${index}`]);
  for (const index of keys.keys()) delete own[`key${index}`];
  return { row: own as T, position };
}

function columnsOf<T>(db: Database, { entity }: Keyset<T>, keys: readonly OrderKey[]): string {
  return [...keys.map((_, index) => `page.key${index}`), db.columns(entity, 'r')].join(', ');
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
  const writer = new Writer(db, list, bind);
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
    select edge.*, ${columnsOf(db, list, keys)}
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
  const writer = new Writer(db, list, bind);
  const { keys } = writer;
  const sql = `
    select ${columnsOf(db, list, keys)} from (${writer.page([], list.direction, limit + 1, offset)}) page
    join ${db.table(list.entity)} r on r.id = page.id
    ${inOrder(keys, list.direction)}`;
  const rows = (await db.query<Raw>(sql, values)).map((raw) => split<T>(raw, keys).row);
  return { rows: rows.slice(0, limit), hasNext: rows.length > limit, hasPrevious: offset > 0 };
}

/** How many rows a list has; it stops counting one beyond the cap. */
export async function countUpTo<T>(db: Database, list: Keyset<T>, cap: number): Promise<number> {
  const { values, bind } = parameters();
  const { from, where } = new Writer(db, { ...list, groups: undefined }, bind);
  const [found] = await db.query<{ total: number }>(
    `select count(*)::int as total from (select 1 from ${from} where ${where} limit ${bind(cap + 1)}) capped`,
    values,
  );
  return found?.total ?? 0;
}
