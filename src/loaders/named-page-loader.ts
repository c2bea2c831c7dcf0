import DataLoader from 'dataloader';
import type { SignedInViewer } from '../auth/viewer.js';
import { byName, type Named } from '../db/by-name.js';
import { type Bind, type Database, parameters } from '../db/database.js';
import type { LoadedPage, Position, Window } from '../db/keyset.js';
import { pagesOf } from './page-loader.js';
import type { NamedPage } from './relations.js';

/** Loads pages, by name, of what is connected to many parents with one statement for each window, and totals with one for all. */
export class NamedPageLoader<T extends Named> {
  private readonly byWindow = new Map<string, DataLoader<string, LoadedPage<T>>>();
  private readonly counts: DataLoader<string, number>;

  constructor(
    private readonly db: Database,
    private readonly viewer: SignedInViewer,
    private readonly relation: NamedPage<T>,
  ) {
    this.counts = new DataLoader((keys) => this.countRows(keys));
  }

  /** The page of one parent. */
  load(key: string, window: Window<Position>): Promise<LoadedPage<T>> {
    const name = JSON.stringify(window);
    let loader = this.byWindow.get(name);
    if (!loader) {
      loader = new DataLoader((keys) => this.loadPages(keys, window));
      this.byWindow.set(name, loader);
    }
    return loader.load(key);
  }

  /** How many rows are connected to a parent. */
  count(key: string): Promise<number> {
    return this.counts.load(key);
  }

  private async loadPages(keys: readonly string[], window: Window<Position>): Promise<LoadedPage<T>[]> {
    const { limit, from, after, before } = window;
    const { values, bind } = parameters();
    const rows = this.rows('p.id', bind);
    const orderKeys = byName('r');
    const place = `(${orderKeys.map(({ sql }) => sql).join(', ')})`;
    const compare = (position: Position, sign: string): string =>
      `${place} ${sign} (${orderKeys.map(({ type }, index) => `${bind(position[index])}::${type}`).join(', ')})`;
    const beyond = (position: Position | null, sign: string): string =>
      position === null ? 'false' : `exists (select 1 ${rows} and ${compare(position, sign)})`;
    const direction = from === 'front' ? 'asc' : 'desc';
    const sql = `
      select p.id as "parentKey", ${beyond(after, '<=')} as "moreBefore", ${beyond(before, '>=')} as "moreAfter", page.*
      from unnest(${bind(keys)}::uuid[]) as p(id)
      left join lateral (
        select ${this.db.columns(this.relation.entity, 'r')} ${rows}
          ${after === null ? '' : `and ${compare(after, '>')}`}
          ${before === null ? '' : `and ${compare(before, '<')}`}
        order by ${orderKeys.map((key) => `${key.sql} ${direction}`).join(', ')}
        limit ${bind(limit + 1)}
      ) page on true`;
    return pagesOf(keys, await this.db.query(sql, values), window, (row: T) => row.id !== null);
  }

  private async countRows(keys: readonly string[]): Promise<number[]> {
    const { values, bind } = parameters();
    const sql = `
      select p.id as "parentKey", (select count(*)::int ${this.rows('p.id', bind)}) as total
      from unnest(${bind(keys)}::uuid[]) as p(id)`;
    const rows = await this.db.query<{ parentKey: string; total: number }>(sql, values);
    const totals = new Map(rows.map((row) => [row.parentKey, row.total]));
    return keys.map((key) => totals.get(key) ?? 0);
  }

  private rows(parent: string, bind: Bind): string {
    const { entity, junction, parentKey, childKey, where } = this.relation;
    const { db } = this;
    return `from ${db.table(junction)} j join ${db.table(entity)} r on r.id = j.${db.column(junction, childKey as never)}
      where j.${db.column(junction, parentKey as never)} = ${parent} and ${where(this.viewer, 'r', bind)}`;
  }
}
