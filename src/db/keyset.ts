import type { Bind, Entity } from './database.js';

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

/** Rows that come before others, whatever their keys: the statement stops at the first tiers that make up the page. */
export interface Tier {
  readonly value: number;
  /** The rows of the tier, and of no other: in place of the list's own condition. */
  readonly where: (bind: Bind) => string;
}

/** A list of rows of one table: which ones, and in which order. */
export interface Keyset<T> {
  readonly entity: Entity<T>;
  /** What conditions and keys call the table. */
  readonly alias: string;
  /** What is read of each row, under an alias: SQL of columns; all of it when absent. */
  readonly columns?: (alias: string, bind: Bind) => string;
  readonly where: (bind: Bind) => string;
  /** Together they are unique; with groups or tiers, within each. An index on them makes every page equally cheap. */
  readonly keys: readonly OrderKey[];
  readonly direction: Direction;
  readonly groups?: (bind: Bind) => Groups;
  /** In ascending order; not together with groups. */
  readonly tiers?: readonly Tier[];
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
