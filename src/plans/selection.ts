import {
  type FieldNode,
  type FragmentDefinitionNode,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** What selections refer to. */
export interface Scope {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** As the operation declares them: checked, and with defaults. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Fields by the name that each is answered under, in the order of the answer; a field may be asked for in several places. */
export type Selected = ReadonlyMap<string, readonly [FieldNode, ...FieldNode[]]>;

/** The fields that selections on a type of objects ask for, as the executor would collect them. */
export function fieldsIn(sets: readonly SelectionSetNode[], typeName: string, scope: Scope): Selected {
  const found = new Map<string, [FieldNode, ...FieldNode[]]>();
  const spread = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections.filter((one) => isAsked(one, scope))) {
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const known = found.get(key);
        if (known) known.push(selection);
        else found.set(key, [selection]);
        continue;
      }
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        if (spread.has(selection.name.value)) continue;
        spread.add(selection.name.value);
      }
      const within = selection.kind === Kind.INLINE_FRAGMENT ? selection : scope.fragments[selection.name.value];
      const condition = within?.typeCondition?.name.value ?? typeName;
      if (within && includes(condition, typeName, scope)) collect(within.selectionSet);
    }
  };
  sets.forEach(collect);
  return found;
}

/**
 * Whether a field is asked for under two names: resolvers answer the same text as often as anybody likes, but in the database each is
 * one more, and may be long.
 */
export function hasTwins(selected: Selected): boolean {
  const names = [...selected.values()].map(([{ name }]) => name.value).filter((name) => name !== '__typename');
  return new Set(names).size < names.length;
}

function isAsked(selection: SelectionNode, { variables }: Scope): boolean {
  if (!selection.directives?.length) return true;
  return (
    getDirectiveValues(GraphQLSkipDirective, selection, variables)?.['if'] !== true &&
    getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.['if'] !== false
  );
}

/** Whether objects of a type are of another one, too, which may be an interface. */
export function includes(condition: string, typeName: string, { schema }: Pick<Scope, 'schema'>): boolean {
  if (condition === typeName) return true;
  const [wide, narrow] = [schema.getType(condition), schema.getType(typeName)];
  return isAbstractType(wide) && isObjectType(narrow) && schema.isSubType(wide, narrow);
}
