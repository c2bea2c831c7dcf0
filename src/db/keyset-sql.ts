import type { Bind, Database } from './database.js';
import type { Direction, Groups, Keyset, OrderKey, Position, Tier } from './keyset.js';

/** How a row has to compare with a position. */
export type Sign = '<' | '<=' | '>' | '>=';

/** One end of what is wanted of a list. */
export interface Bound {
  readonly position: Position;
  readonly sign: Sign;
}

/** What a row of a group that lies wholly on the wanted side of a position is compared with; there is no greatest text. */
const extremes: Record<Exclude<OrderKey['type'], 'text'>, Readonly<Record<'least' | 'greatest', string>>> = {
  int: { least: '-2147483648', greatest: '2147483647' },
  timestamptz: { least: '-infinity', greatest: 'infinity' },
  uuid: { least: '00000000-0000-0000-0000-000000000000', greatest: 'ffffffff-ffff-ffff-ffff-ffffffffffff' },
};

/** Pages of this many rows are asked for again and again. */
const largestLimit = 1_001;

const asRow = (expressions: readonly string[]): string =>
  expressions.length === 1 ? `${expressions[0]}` : `(${expressions.join(', ')})`;

/** Writes the parts of one statement over a list. */
export class ListWriter<T> {
  readonly where: string;
  private readonly outer: readonly OrderKey[];
  private readonly groups: Groups | undefined;

  constructor(
    private readonly db: Database,
    private readonly list: Keyset<T>,
    private readonly bind: Bind,
  ) {
    // What is bound and not used in the statement has no type.
    this.where = list.tiers ? '' : list.where(bind);
    this.groups = list.groups?.(bind);
    this.outer = this.groups ? [this.groups.key] : list.tiers ? [{ sql: 'key0', type: 'int' }] : [];
  }

  get from(): string {
    return `${this.db.table(this.list.entity)} ${this.list.alias}`;
  }

  /** All keys, that of the group or tier first. */
  get keys(): readonly OrderKey[] {
    return [...this.outer, ...this.list.keys];
  }

  /** Ids and keys of rows in order; those that are skipped are walked over, and nothing else is done with them. */
  page(bounds: readonly Bound[], direction: Direction, limit: number, offset = 0): string {
    const skip = offset > 0 ? `offset ${this.bind(offset)}::bigint` : '';
    const cut = `limit ${limit} ${skip}`;
    const { groups, list } = this;
    if (list.tiers) return this.tieredPage(list.tiers, bounds, direction, limit + offset, cut);
    if (groups) return this.groupedPage(groups, bounds, direction, limit + offset, cut);
    const where = [this.where, ...bounds.map((bound) => this.within(bound))];
    return this.rows(
      where,
      direction,
      cut,
      list.keys.map((_, index) => `key${index}`),
    );
  }

  /** Each group gives no more than the whole may have, in its own order. */
  private groupedPage(
    groups: Groups,
    bounds: readonly Bound[],
    direction: Direction,
    most: number,
    cut: string,
  ): string {
    const reached = bounds.map(
      ({ position, sign }) => `g.key0 ${sign[0]}= ${this.bind(position[0])}::${groups.key.type}`,
    );
    const where = [groups.link, this.where, ...bounds.map((bound) => this.withinGroup(groups, bound))];
    return `
      select * from (
        select g.key0, r.* from (select *, ${groups.key.sql} as key0 from ${groups.from} order by key0 ${direction}) g
        cross join lateral (${this.rows(where, direction, `limit ${this.upTo(most)}`)}) r
        ${reached.length > 0 ? `where ${reached.join(' and ')}` : ''}
      ) merged ${this.inOrder(direction)} ${cut}`;
  }

  /** Each tier gives what those before it leave of the page: with nothing left it does not even begin. */
  private tieredPage(
    tiers: readonly Tier[],
    bounds: readonly Bound[],
    direction: Direction,
    most: number,
    cut: string,
  ): string {
    const limit = this.upTo(most);
    const ordered = direction === 'ASC' ? tiers : tiers.toReversed();
    const reached = ordered.filter(({ value }) => bounds.every((bound) => reaches(bound, value)));
    const wanted = reached.length > 0 ? reached : [{ value: 0, where: () => 'false' }];
    const names = wanted.map(({ value }) => `tier${value}`);
    const parts = wanted.map(({ value, where }, index) => {
      const own = bounds.filter(({ position }) => position[0] === value).map((bound) => this.within(bound));
      const taken = names.slice(0, index).map((name) => ` - (select count(*) from ${name})`);
      return `${names[index]} as materialized (
        select ${value} as key0, r.* from (${this.rows([where(this.bind), ...own], direction, `limit ${limit}`)}) r
        limit greatest(0, ${limit}${taken.join('')}))`;
    });
    return `
      with ${parts.join(', ')}
      select * from (${names.map((name) => `select * from ${name}`).join(' union all ')}) merged
      ${this.inOrder(direction)} ${cut}`;
  }

  /** As a part of the text, by which a plan that is kept goes too; deep pages would make too many texts. */
  private upTo(most: number): string {
    return most <= largestLimit ? String(most) : `${this.bind(most)}::bigint`;
  }

  private rows(where: readonly string[], direction: Direction, cut: string, names = this.namesWithin): string {
    const { alias, keys } = this.list;
    return `
      select ${alias}.id, ${keys.map(({ sql }, index) => `${sql} as ${names[index]}`).join(', ')}
      from ${this.from} where ${where.join(' and ')}
      order by ${keys.map(({ sql }) => `${sql} ${direction}`).join(', ')} ${cut}`;
  }

  private get namesWithin(): readonly string[] {
    return this.list.keys.map((_, index) => `key${index + 1}`);
  }

  private inOrder(direction: Direction): string {
    return `order by ${this.keys.map((_, index) => `key${index} ${direction}`).join(', ')}`;
  }

  /** On which side of a position a row has to be, as one comparison that an index answers. */
  private within({ position, sign }: Bound): string {
    const { keys } = this.list;
    const values = keys.map(({ type }, index) => `${this.bind(position[index + this.outer.length])}::${type}`);
    return `${asRow(keys.map(({ sql }) => sql))} ${sign} ${asRow(values)}`;
  }

  /** The same for rows of any group: those of groups beyond that of the position are all on the wanted side. */
  private withinGroup({ key }: Groups, { position, sign }: Bound): string {
    const { keys } = this.list;
    const values = keys.map(({ type }, index) => {
      const extreme = extremes[type as keyof typeof extremes][sign.startsWith('>') ? 'least' : 'greatest'];
      const isOfGroup = `g.key0 = ${this.bind(position[0])}::${key.type}`;
      return `case when ${isOfGroup} then ${this.bind(position[index + 1])}::${type} else '${extreme}'::${type} end`;
    });
    return `${asRow(keys.map(({ sql }) => sql))} ${sign} ${asRow(values)}`;
  }
}

const reaches = ({ position, sign }: Bound, tier: number): boolean =>
  sign.startsWith('>') ? tier >= Number(position[0]) : tier <= Number(position[0]);
