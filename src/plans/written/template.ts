import { getNamedType, getNullableType, isListType, isObjectType } from 'graphql';
import type { Entity } from '../../db/database.js';
import { type Many, type One, relations } from '../../loaders/relations.js';
import { type Branch, fields } from '../fields.js';
import { orNull } from './json-sql.js';
import { PageTemplate } from './page-template.js';
import {
  type Compiler,
  countOf,
  type Nodes,
  objectOf,
  type Place,
  positionOf,
  rowBelow,
  rowsOf,
  type Template,
} from './parts.js';
import { windowOf } from '../window.js';
import type { Scope } from '../selection.js';

type Kind<K extends Branch['kind']> = Extract<Branch, { kind: K }>;

/** Each is planned by itself. */
const mostSubqueries = 40;

/** Makes the template of what is asked of rows of an entity; null where the database can't write all of it for such people. */
export function templateOf(
  nodes: Nodes,
  typeName: string,
  entity: Entity<unknown>,
  isStaff: boolean,
  scope: Scope,
): Template | null {
  return new Writer(isStaff, scope).object(nodes, typeName, { entity, depth: 0, hasTicket: false });
}

/** Writes selections as SQL. */
class Writer implements Compiler {
  private subqueries = 0;

  constructor(
    private readonly isStaff: boolean,
    readonly scope: Scope,
  ) {}

  object(nodes: Nodes, typeName: string, place: Place): Template | null {
    return objectOf(nodes, typeName, this.scope, (asked) => this.field(asked, typeName, place));
  }

  private field(nodes: Nodes, typeName: string, place: Place): Template | null {
    const [{ name, arguments: given = [] }] = nodes;
    const { written, branch, isForStaff = false } = fields[typeName]?.[name.value] ?? {};
    if (isForStaff && !this.isStaff) return null;
    if (branch?.kind === 'page') return this.page(nodes, branch, place);
    // Other arguments than those of pages are left to the resolvers.
    if (given.length > 0) return null;
    if (written) return written.isOfTicket && !place.hasTicket ? null : written.json;
    if (!branch || ++this.subqueries > mostSubqueries) return null;
    switch (branch.kind) {
      case 'same':
        return this.object(nodes, this.typeOf(typeName, name.value).name, place);
      case 'keyed':
        return this.keyed(nodes, typeName, branch, place);
      case 'last':
        return this.last(nodes, typeName, branch, place);
      case 'count':
        return countOf(branch.relation, place);
    }
  }

  private keyed(nodes: Nodes, typeName: string, branch: Kind<'keyed'>, place: Place): Template | null {
    const relation = relations[branch.relation] as unknown as One<object> | Many<object>;
    const { name, isList } = this.typeOf(typeName, nodes[0].name.value);
    const below = { ...place, entity: relation.entity, depth: place.depth + 1, hasTicket: false };
    const object = this.object(nodes, name, below);
    if (!object) return null;
    const found = rowBelow(place);
    return (row, writing) => {
      const { db, viewer, bind } = writing;
      const key = `${row}.${db.kindOf(place.entity, branch.from).name}`;
      const table = `${db.table(relation.entity)} ${found}`;
      const condition = relation.where ? ` and ${relation.where(viewer, found, bind)}` : '';
      const json = object(found, writing, '');
      if (relation.kind === 'one') {
        const own = `${found}.${db.kindOf(relation.entity, relation.key).name}`;
        if (!isList) return orNull(`(select ${json} from ${table} where ${own} = ${key}${condition})`);
        return `(select ${arrayOf(json, 'a.n')} from unnest(${key}) with ordinality a(id, n)
          join ${table} on ${own} = a.id${condition})`;
      }
      const order = relation.order.map((property) => `${found}.${db.kindOf(relation.entity, property).name}`).join();
      const own = `${found}.${db.kindOf(relation.entity, relation.key ?? 'id').name}`;
      const all = `(select ${arrayOf(json, order)} from ${table} where ${own} = ${key}${condition})`;
      if (branch.counter === undefined) return all;
      return `case when ${row}.${db.kindOf(place.entity, branch.counter).name} > 0 then ${all} else '[]' end`;
    };
  }

  private last(nodes: Nodes, typeName: string, { relation: name }: Kind<'last'>, place: Place): Template | null {
    const relation = relations[name];
    const below = { entity: relation.entity, depth: place.depth + 1, hasTicket: true };
    const object = this.object(nodes, this.typeOf(typeName, nodes[0].name.value).name, below);
    const found = rowBelow(place);
    return (
      object &&
      ((row, writing) => {
        const newest = `order by ${positionOf(name, found, writing)} desc limit 1`;
        return orNull(`(select ${object(found, writing, row)} from (
          select * from ${rowsOf(name, found, row, writing)} ${newest}) ${found})`);
      })
    );
  }

  private page(nodes: Nodes, { relation, size }: Kind<'page'>, place: Place): Template | null {
    const window = windowOf(nodes[0], size)(this.scope.variables);
    if (!window || ++this.subqueries > mostSubqueries) return null;
    return new PageTemplate(this, relation, window, place).of(nodes);
  }

  private typeOf(typeName: string, field: string): { name: string; isList: boolean } {
    const type = this.scope.schema.getType(typeName);
    const definition = isObjectType(type) ? type.getFields()[field] : undefined;
    if (!definition) throw new Error(`${typeName}.${field} is known to the plans, but not to the schema`);
    return { name: getNamedType(definition.type).name, isList: isListType(getNullableType(definition.type)) };
  }
}

const arrayOf = (json: string, order: string): string =>
  `'[' || coalesce(string_agg(${json}, ',' order by ${order}), '') || ']'`;
