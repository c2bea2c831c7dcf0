import {
  type DocumentNode,
  getOperationAST,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** What can be said of a subscription's document before anything runs. */
export interface Plan {
  /** Whether all of its fields say that they are `Shared`. */
  readonly isShared: boolean;
  /** Variables that an answer depends on: all but those that only say where to begin. */
  readonly variables: readonly string[];
}

const plans = new WeakMap<DocumentNode, Map<string | null | undefined, Plan>>();

/** The plan of an operation; made once for each document that is passed again. */
export function planOf(schema: GraphQLSchema, document: DocumentNode, operationName: string | null | undefined): Plan {
  const ofDocument = plans.get(document) ?? new Map<string | null | undefined, Plan>();
  plans.set(document, ofDocument);
  let plan = ofDocument.get(operationName);
  if (!plan) {
    plan = { isShared: isShared(schema, document), variables: variablesOf(document, operationName) };
    ofDocument.set(operationName, plan);
  }
  return plan;
}

/** Fragments that nobody uses count, too: what is in doubt is each viewer's own. */
function isShared(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let all = true;
  const visitor = visitWithTypeInfo(types, {
    Field: ({ name }) => {
      const parent = types.getParentType();
      if (name.value === '__typename') return;
      const concrete = isAbstractType(parent) ? schema.getPossibleTypes(parent) : isObjectType(parent) ? [parent] : [];
      const declared = concrete.map((type) => type.getFields()[name.value]?.extensions['shared'] === true);
      all &&= declared.length > 0 && declared.every(Boolean);
    },
  });
  visit(document, visitor);
  return all;
}

function variablesOf(document: DocumentNode, operationName: string | null | undefined): string[] {
  const operation = getOperationAST(document, operationName);
  const starts = operation ? startsOf(operation) : [];
  const used: string[] = [];
  const defined = operation?.variableDefinitions?.map(({ variable }) => variable.name.value) ?? [];
  visit(document, {
    VariableDefinition: () => false,
    Argument: ({ name, value }) => (name.value === 'after' && starts.includes(value) ? false : undefined),
    Variable: ({ name }) => void used.push(name.value),
  });
  return defined.filter((name) => used.includes(name)).sort();
}

/** The variables that stand for `after` at the subscription itself: where somebody begins is nothing that an event depends on. */
const startsOf = ({ selectionSet }: OperationDefinitionNode): unknown[] =>
  selectionSet.selections.flatMap((selection) =>
    selection.kind === Kind.FIELD
      ? (selection.arguments ?? []).filter(({ name }) => name.value === 'after').map(({ value }) => value)
      : [],
  );
