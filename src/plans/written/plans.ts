import {
  type DocumentNode,
  type FieldNode,
  getNamedType,
  getVariableValues,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { isStaff, type SignedInViewer } from '../../auth/viewer.js';
import type { Bind, Entity } from '../../db/database.js';
import type { Columns } from '../../loaders/loaders.js';
import type { Writing } from '../fields.js';
import { entities, outlineOf } from './outline.js';
import { type Nodes, setsOf, type Template } from './parts.js';
import { fieldsIn, type Scope } from '../selection.js';
import { templateOf } from './template.js';

/** Templates by the entity whose rows they are for. */
type Templates = ReadonlyMap<Entity<unknown>, Template>;

/** What is known of an operation that was seen before. */
interface Known {
  readonly fragments: Scope['fragments'];
  /** The variables on which it depends what is answered of an object. */
  readonly shaping: readonly string[];
  /** By the values of these, and by who asks. */
  readonly templates: Map<string, Templates | null>;
}

/** How many variants of one operation are remembered, and how many characters the values may have that make one. */
const remembered = { variants: 8, characters: 1_000 };

/** What an answer needs to be written, beside the operation. */
export interface Reader extends Pick<Writing, 'viewer'> {
  /** The locales that are asked for, the most wanted first. */
  readonly locales: readonly string[];
}

/** What is the same for all answers of a gateway. */
export interface Installation extends Pick<Writing, 'db' | 'humanIdPrefix'> {
  readonly cursors: { inSql(viewer: SignedInViewer, ticketId: string, seq: string): string };
}

/** Knows for which operations the database can write the tickets and comments of the answer by itself, and how. */
export class Plans {
  /** What such operations are executed with. */
  readonly outline: GraphQLSchema;
  private readonly known = new WeakMap<OperationDefinitionNode, Known>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly installation: Installation,
  ) {
    this.outline = outlineOf(schema);
  }

  /** What to read of tickets and comments in place of their columns; null where resolvers have to make the answer of them. */
  columnsFor(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
    { viewer, locales }: Reader,
  ): Columns | null {
    const { coerced } = getVariableValues(this.schema, operation.variableDefinitions ?? [], variables);
    if (!coerced) return null;
    const templates = this.templatesFor(document, operation, coerced, isStaff(viewer));
    if (!templates) return null;
    const { db, humanIdPrefix, cursors } = this.installation;
    return (entity, alias, bind) => {
      const template = templates.get(entity);
      if (!template) return db.columns(entity, alias);
      const writing: Writing = {
        db,
        viewer,
        bind,
        locales: locales.map((locale) => `${locale.toLowerCase()}-`),
        humanIdPrefix,
        position: (ticketId, seq) => cursors.inSql(viewer, ticketId, seq),
      };
      return `${alias}.id, ${template(alias, writing, '')} as json, ${accessVersionOf(viewer, bind)} as "accessVersion"`;
    };
  }

  private templatesFor(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Scope['variables'],
    isForStaff: boolean,
  ): Templates | null {
    let known = this.known.get(operation);
    if (!known) this.known.set(operation, (known = knownOf(document, operation)));
    const variant = JSON.stringify([isForStaff, known.shaping.map((name) => variables[name])]);
    let templates = known.templates.get(variant);
    if (templates === undefined) {
      templates = this.compile(operation, { schema: this.schema, fragments: known.fragments, variables }, isForStaff);
      const isShort = variant.length <= remembered.characters;
      if (isShort && known.templates.size < remembered.variants) known.templates.set(variant, templates);
    }
    return templates;
  }

  /** An operation with one root field, on whose way lie nothing but plain values, and one ticket or comment, or list of them. */
  private compile(operation: OperationDefinitionNode, scope: Scope, isForStaff: boolean): Templates | null {
    const root = this.outline.getRootType(operation.operation);
    if (!root || fieldsIn([operation.selectionSet], root.name, scope).size !== 1) return null;
    const templates = new Map<Entity<unknown>, Template>();
    const passes = (sets: readonly SelectionSetNode[], type: GraphQLObjectType): boolean =>
      [...fieldsIn(sets, type.name, scope).values()].every((nodes) => {
        const [{ name }] = nodes;
        if (name.value === '__typename') return type !== root;
        const field = type.getFields()[name.value];
        const original = this.schema.getType(type.name);
        if (!field || !isObjectType(original)) return false;
        const { name: typeName } = getNamedType(original.getFields()[name.value]?.type ?? field.type);
        const entity = entities[typeName];
        if (entity) return keep(templates, entity, templateOf(nodes, typeName, entity, isForStaff, scope));
        const below = getNamedType(field.type);
        return below === this.schema.getType(typeName)
          ? isFlat(nodes, scope)
          : passes(setsOf(nodes), below as GraphQLObjectType);
      });
    return passes([operation.selectionSet], root) && templates.size > 0 ? templates : null;
  }
}

/** The rights may have changed since they were looked up: the statement that goes by them tells. */
const accessVersionOf = ({ id }: SignedInViewer, bind: Bind): string =>
  `(select u.access_version from users u where u.id = ${bind(id)}::uuid and u.is_active)`;

/** Rows of one table are read with the same columns wherever the operation asks for them: two selections would be one too many. */
function keep(templates: Map<Entity<unknown>, Template>, entity: Entity<unknown>, template: Template | null): boolean {
  if (!template || templates.has(entity)) return false;
  templates.set(entity, template);
  return true;
}

/** Whether nothing is asked for below the fields of a selection: what leads on could lead to tickets. */
function isFlat(nodes: Nodes, { fragments }: Scope): boolean {
  const isFlatSet = ({ selections }: SelectionSetNode): boolean =>
    selections.every((selection) => {
      if (selection.kind === Kind.FIELD) return !selection.selectionSet;
      const within = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
      return within !== undefined && isFlatSet(within.selectionSet);
    });
  return setsOf(nodes).every(isFlatSet);
}

function knownOf({ definitions }: DocumentNode, { selectionSet }: OperationDefinitionNode): Known {
  const fragments = Object.fromEntries(
    definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [])),
  );
  const shaping = new Set<string>();
  const note = { Variable: ({ name }: { name: { value: string } }) => void shaping.add(name.value) };
  for (const fragment of Object.values(fragments)) visit(fragment, note);
  // The arguments of the root field tell which objects are asked for, and nothing of what they look like.
  visit(selectionSet, {
    ...note,
    Field: (field: FieldNode, _key, _parent, path) =>
      path.length <= 2 && field.arguments?.length ? { ...field, arguments: [] } : undefined,
  });
  return { fragments, shaping: [...shaping], templates: new Map() };
}
