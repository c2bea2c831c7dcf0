import DataLoader from 'dataloader';
import type { SignedInViewer } from '../auth/viewer.js';
import { type Database, parameters } from '../db/database.js';
import type { LoadedPage, Window } from '../db/keyset.js';
import type { Page } from './relations.js';

/** A row that was found for a parent, or none but what lies beyond the ends of the page. */
type Found<T> = T & { parentKey: string; moreBefore: boolean; moreAfter: boolean };

/** Sorts the rows that were found to their parents; each may have one row more than its page has room for. */
export function pagesOf<T>(
  keys: readonly string[],
  found: readonly Found<T>[],
  { limit, from }: Window<unknown>,
  isRow: (row: T) => boolean,
): LoadedPage<T>[] {
  const byParent = new Map<string, Found<T>[]>(keys.map((key) => [key, []]));
  for (const row of found) byParent.get(row.parentKey)?.push(row);
  return keys.map((key) => {
    const ofParent = byParent.get(key) ?? [];
    const rows = ofParent.filter(isRow);
    const more = rows.length > limit;
    const wanted = rows.slice(0, limit);
    if (from === 'back') wanted.reverse();
    const moreBefore = ofParent[0]?.moreBefore ?? false;
    const moreAfter = ofParent[0]?.moreAfter ?? false;
    return from === 'front'
      ? { rows: wanted, hasNext: more || moreAfter, hasPrevious: moreBefore }
      : { rows: wanted, hasNext: moreAfter, hasPrevious: more || moreBefore };
  });
}

/** Loads pages of many parents with one statement for each window, and totals with one for all. */
export class PageLoader<T> {
  private readonly byWindow = new Map<string, DataLoader<string, LoadedPage<T>>>();
  private readonly counts: DataLoader<string, number>;
  /** The property that holds a row's position for this viewer. */
  readonly position: keyof T & string;

  constructor(
    private readonly db: Database,
    private readonly viewer: SignedInViewer,
    private readonly relation: Page<T>,
  ) {
    this.position = relation.position(viewer);
    this.counts = new DataLoader((keys) => this.countRows(keys));
  }

  /** The page of one parent. */
  load(key: string, window: Window<number>): Promise<LoadedPage<T>> {
    return this.pages(window).load(key);
  }

  /** How many rows a parent has. */
  count(key: string): Promise<number> {
    return this.counts.load(key);
  }

  /** Keeps a page between no positions that was read elsewhere: its rows in order, and one more beyond it if there is one. */
  prime(key: string, window: Window<number>, found: readonly T[]): void {
    const beyond = Math.max(found.length - window.limit, 0);
    const isBack = window.from === 'back';
    const rows = isBack ? found.slice(beyond) : found.slice(0, window.limit);
    this.pages(window).prime(key, { rows, hasNext: beyond > 0 && !isBack, hasPrevious: beyond > 0 && isBack });
  }

  /** Keeps the total of a parent that was read elsewhere. */
  primeCount(key: string, total: number): void {
    this.counts.prime(key, total);
  }

  private pages(window: Window<number>): DataLoader<string, LoadedPage<T>> {
    const name = JSON.stringify(window);
    let loader = this.byWindow.get(name);
    if (!loader) {
      loader = new DataLoader((keys) => this.loadPages(keys, window));
      this.byWindow.set(name, loader);
    }
    return loader;
  }

  private async loadPages(
    keys: readonly string[],
    { limit, from, after, before }: Window<number>,
  ): Promise<LoadedPage<T>[]> {
    const { db, relation } = this;
    const { values, bind } = parameters();
    const table = db.table(relation.entity);
    const position = `r.${db.column(relation.entity, this.position)}`;
    const ofParent = `r.${db.column(relation.entity, relation.key)} = p.id and ${this.condition(bind)}`;
    const beyond = (bound: number | null, sign: string): string =>
      bound === null
        ? 'false'
        : `exists (select 1 from ${table} r where ${ofParent} and ${position} ${sign} ${bind(bound)})`;
    const sql = `
      select p.id as "parentKey", ${beyond(after, '<=')} as "moreBefore", ${beyond(before, '>=')} as "moreAfter", page.*
      from unnest(${bind(keys)}::uuid[]) as p(id)
      left join lateral (
        select ${db.columns(relation.entity, 'r')} from ${table} r
        where ${ofParent}
          ${after === null ? '' : `and ${position} > ${bind(after)}`}
          ${before === null ? '' : `and ${position} < ${bind(before)}`}
        order by ${position} ${from === 'front' ? 'asc' : 'desc'}
        limit ${bind(limit + 1)}
      ) page on true`;
    const rows = await db.query<Found<T>>(sql, values);
    return pagesOf(keys, rows, { limit, from, after, before }, (row) => row[this.position] !== null);
  }

  private async countRows(keys: readonly string[]): Promise<number[]> {
    const { values, bind } = parameters();
    const key = `r.${this.db.column(this.relation.entity, this.relation.key)}`;
    const sql = `
      select ${key} as "parentKey", count(*)::int as total from ${this.db.table(this.relation.entity)} r
      where ${key} = any(${bind(keys)}::uuid[]) and ${this.condition(bind)}
      group by 1`;
    const rows = await this.db.query<{ parentKey: string; total: number }>(sql, values);
    const totals = new Map(rows.map((row) => [row.parentKey, row.total]));
    return keys.map((id) => totals.get(id) ?? 0);
  }

  private condition(bind: (value: unknown) => string): string {
    return this.relation.where?.(this.viewer, 'r', bind) ?? 'true';
  }
}
