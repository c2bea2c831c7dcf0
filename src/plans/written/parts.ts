import type { FieldNode, SelectionSetNode } from 'graphql';
import type { Entity } from '../../db/database.js';
import { type Page, relations } from '../../loaders/relations.js';
import type { PageName, Writing } from '../fields.js';
import { literal } from './json-sql.js';
import { fieldsIn, hasTwins, type Scope } from '../selection.js';

/** SQL of the JSON of what is asked of a row, and of the row of the ticket that it belongs to where that is at hand. */
export type Template = (row: string, writing: Writing, ticket: string) => string;

/** A field, wherever it is asked for under one name. */
export type Nodes = readonly [FieldNode, ...FieldNode[]];

/** Where a selection stands. */
export interface Place {
  readonly entity: Entity<unknown>;
  /** By which rows within rows get names of their own. */
  readonly depth: number;
  readonly hasTicket: boolean;
}

/** What makes templates of objects. */
export interface Compiler {
  readonly scope: Scope;
  /** The template of an object; null where the database can't write all of it. */
  object(nodes: Nodes, typeName: string, place: Place): Template | null;
}

/** The selections below a field. */
export const setsOf = (nodes: Nodes): SelectionSetNode[] => nodes.flatMap(({ selectionSet }) => selectionSet ?? []);

/** The template of an object, of those of its fields; null where one of these has none. Directives may have left no field. */
export function objectOf(
  nodes: Nodes,
  typeName: string,
  scope: Scope,
  fieldOf: (asked: Nodes) => Template | null,
): Template | null {
  const selected = fieldsIn(setsOf(nodes), typeName, scope);
  if (hasTwins(selected)) return null;
  const parts: [label: string, Template][] = [];
  for (const [key, asked] of selected) {
    const isTypeName = asked[0].name.value === '__typename';
    const field = isTypeName ? () => literal(JSON.stringify(typeName)) : fieldOf(asked);
    if (!field) return null;
    parts.push([literal(`${parts.length === 0 ? '' : ','}"${key}":`), field]);
  }
  return (...at) => `('{' || ${parts.map(([label, field]) => `${label} || ${field(...at)} || `).join('')}'}')`;
}

/** The name of the rows that are found for those at a place. */
export const rowBelow = ({ depth }: Place): string => `r${depth + 1}`;

/** SQL of the column that rows of a relation are ordered by for the viewer. */
export function positionOf(name: PageName, row: string, { db, viewer }: Writing): string {
  const { entity, position } = relations[name];
  return `${row}.${db.kindOf(entity, position(viewer)).name}`;
}

/** SQL of the rows that point to another one, and of the condition under which they are seen. */
export function rowsOf(name: PageName, found: string, row: string, { db, viewer, bind }: Writing): string {
  const { entity, key, where } = relations[name] as unknown as Page<object>;
  const condition = where ? ` and ${where(viewer, found, bind)}` : '';
  return `${db.table(entity)} ${found} where ${found}.${db.kindOf(entity, key).name} = ${row}.id${condition}`;
}

/** The template of how many rows of a relation point to a row. */
export const countOf =
  (name: PageName, place: Place): Template =>
  (row, writing) =>
    `(select count(*) from ${rowsOf(name, rowBelow(place), row, writing)})::text`;
