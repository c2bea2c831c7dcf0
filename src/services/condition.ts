import type { SignedInViewer } from '../auth/viewer.js';
import type { Bind } from '../db/database.js';
import type { ImageField, TicketImage } from '../entities/log-entry.js';
import type { Ticket } from '../entities/ticket.js';
import { type NodeType, uuidOf } from '../global-id.js';
import type { LookUpTable } from '../live/feed/feed-cursors.js';
import { isStorable } from './text.js';

/** Whose eyes a condition sees with, and what human ids begin with. */
export interface Eyes {
  readonly viewer: SignedInViewer;
  readonly prefix: string;
}

/** How a condition of SQL calls the table of tickets, and how it passes values. */
export interface FilterScope extends Eyes {
  readonly alias: string;
  readonly bind: Bind;
}

/** How a condition on images finds out what only the database knows: the answer is there before the first image is. */
export interface ImageScope extends Eyes {
  /** Texts or ids that an expression of SQL yields as an array; the table is named where they may change. */
  readonly ask: (
    table: LookUpTable | null,
    expression: (bind: Bind) => string,
  ) => { readonly set: ReadonlySet<unknown> };
}

/** Whether a ticket matches, by an image of it. */
export type ImageTest = (image: TicketImage) => boolean;

/** What a value of a field asks for, of a row of the database and of an image of it: the two must agree. */
export interface Condition<Value> {
  readonly sql: (scope: FilterScope, value: Value) => string;
  readonly image: (scope: ImageScope, value: Value) => ImageTest;
}

type Sign = '<' | '<=' | '>=';
type Column = ImageField & keyof Ticket;
const columnOf = (property: Column): string => property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The texts that something may have: PostgreSQL can't even be asked for others. */
export const storable = (texts: readonly string[]): string[] => texts.filter(isStorable);

/** The uuids behind global ids of a type. */
export const uuids = (type: NodeType, ids: readonly string[]): string[] =>
  ids.map((id) => uuidOf(type, id)).filter((uuid) => uuid !== null);

/** True where it holds, false where it does not or where that is unknown. */
export const whether = (
  holds: (scope: FilterScope) => string,
  test: (scope: ImageScope) => ImageTest,
): Condition<boolean> => ({
  sql: (scope, value) => (value ? holds(scope) : `(${holds(scope)}) is not true`),
  image: (scope, value) => {
    const holdsFor = test(scope);
    return (image) => holdsFor(image) === value;
  },
});

/** The column has one of the values that are asked for. */
export const isOneOf = <Value>(
  property: Column,
  type: 'uuid' | 'text' | 'int',
  known: (value: readonly Value[], eyes: Eyes) => readonly unknown[],
): Condition<readonly Value[]> => ({
  sql: ({ alias, bind, ...eyes }, value) =>
    `${alias}.${columnOf(property)} = any(${bind(known(value, eyes))}::${type}[])`,
  image: (eyes, value) => {
    const asked = new Set(known(value, eyes));
    return (image) => asked.has(image[property]);
  },
});

/** The column refers to one of the objects. */
export const ids = (property: Column, type: NodeType): Condition<readonly string[]> =>
  isOneOf(property, 'uuid', (value) => uuids(type, value));

/** The column has one of the texts. */
export const texts = (property: Column): Condition<readonly string[]> => isOneOf(property, 'text', storable);

/** The column has one of the numbers. */
export const numbers = (property: Column): Condition<readonly number[]> => isOneOf(property, 'int', (value) => value);

const compare = (number: unknown, sign: Sign, other: number): boolean =>
  typeof number === 'number' && (sign === '<' ? number < other : sign === '<=' ? number <= other : number >= other);

/** The newest vote lies on this side of a number; no vote does not. */
export const vote = (sign: Sign): Condition<number> => ({
  sql: ({ alias, bind }, value) => `${alias}.vote_normalized ${sign} ${bind(value)}::float8`,
  image: (_, value) => (image) => compare(image.voteNormalized, sign, value),
});

/** The column lies on this side of a moment; an empty one does not. */
export const moment = (property: Column, sign: Sign): Condition<Date> => ({
  sql: ({ alias, bind }, value) => `${alias}.${columnOf(property)} ${sign} ${bind(value)}::timestamptz`,
  image: (_, value) => (image) => compare(image[property], sign, value.getTime()),
});

/** A column that refers to one of the rows that are looked up; they are found first, by themselves, so that an index can be used. */
export const among = <Value>(
  property: Column,
  table: LookUpTable,
  rows: (value: Value, bind: Bind) => string,
): Condition<Value> => ({
  sql: ({ alias, bind }, value) => `${alias}.${columnOf(property)} = any(array(${rows(value, bind)}))`,
  image: ({ ask }, value) => {
    const found = ask(table, (bind) => `array(${rows(value, bind)})`);
    return (image) => found.set.has(image[property]);
  },
});

/** The column refers to a state of this type with one of the keys, or what else it is looked up by. */
export const states = (property: Column, type: string, by = 'key'): Condition<readonly string[]> =>
  among(
    property,
    'states',
    (value, bind) => `select id from states where type = '${type}' and ${by} = any(${bind(storable(value))}::text[])`,
  );
