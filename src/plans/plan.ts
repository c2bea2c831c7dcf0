import {
  type FieldNode,
  getNamedType,
  type GraphQLResolveInfo,
  isObjectType,
  Kind,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import type { Window } from '../db/keyset.js';
import { fields, type KeyedName, type PageName } from './fields.js';
import { includes } from './selection.js';

/** Rows, or a number, that the rows of an earlier step lead to; those of the first steps lead on from the rows that are there. */
export type Step = { readonly parent: Step | null } & (
  | { readonly kind: 'keyed'; readonly relation: KeyedName; readonly from: string; readonly counter?: string }
  | { readonly kind: 'page'; readonly relation: PageName; readonly window: PageWindow }
  | { readonly kind: 'count'; readonly relation: PageName }
);

/** The property that holds, in the rows of the step before, what a step finds its own by. */
export const keyOf = (step: Step): string => (step.kind === 'keyed' ? step.from : 'id');

type Variables = GraphQLResolveInfo['variableValues'];
/** The page that an operation with these variables asks for; null where it is not read together with others. */
type PageWindow = (variables: Variables) => Window<number> | null;

/** What is read together: each step comes after the one that it leads on from. */
export type Plan = readonly Step[];

/** A statement with more parts takes PostgreSQL long to plan. */
const mostSteps = 16;
const largestPage = 100;

type Scope = Pick<GraphQLResolveInfo, 'schema' | 'fragments'>;

/** Whose rows a selection is asked of; within a page, `owner` is what the page belongs to. */
interface Place {
  readonly rows: Step | null;
  readonly owner?: Step | null;
}

const plans = new WeakMap<FieldNode, Plan>();

/** The plan for what an operation asks of the rows of its root field; made once for each document. */
export function planOf(field: FieldNode, typeName: string, scope: Scope): Plan {
  let plan = plans.get(field);
  if (!plan) {
    const steps: Step[] = [];
    if (field.selectionSet) new Walk(scope, steps).through(field.selectionSet, typeName, { rows: null });
    plan = steps;
    plans.set(field, plan);
  }
  return plan;
}

class Walk {
  constructor(
    private readonly scope: Scope,
    private readonly steps: Step[],
  ) {}

  through({ selections }: SelectionSetNode, typeName: string, place: Place): void {
    for (const selection of selections) {
      // Whether it is asked for at all is known only when it runs.
      if (selection.directives?.length) continue;
      if (selection.kind === Kind.FIELD) {
        this.take(selection, typeName, place);
        continue;
      }
      const within = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.scope.fragments[selection.name.value];
      const condition = within?.typeCondition?.name.value ?? typeName;
      if (within && includes(condition, typeName, this.scope)) this.through(within.selectionSet, typeName, place);
    }
  }

  private take(field: FieldNode, typeName: string, { rows, owner }: Place): void {
    const branch = fields[typeName]?.[field.name.value]?.branch;
    if (!branch) return;
    if (branch.kind === 'same') return this.below(field, typeName, { rows });
    if (this.steps.length >= mostSteps) return;
    switch (branch.kind) {
      case 'keyed': {
        const known = this.steps.find(
          (step) =>
            step.kind === 'keyed' &&
            step.parent === rows &&
            step.relation === branch.relation &&
            step.from === branch.from,
        );
        return this.below(field, typeName, { rows: known ?? this.add({ ...branch, parent: rows }) });
      }
      case 'count': {
        const parent = owner === undefined ? rows : owner;
        this.add({ ...branch, parent });
        return;
      }
      case 'page': {
        const window = windowOf(field, branch.size);
        const page = this.add({ kind: 'page', relation: branch.relation, window, parent: rows });
        return this.below(field, typeName, { rows: page, owner: rows });
      }
      case 'last': {
        const page = this.add({ kind: 'page', relation: branch.relation, window: newest, parent: rows });
        return this.below(field, typeName, { rows: page });
      }
    }
  }

  private add(step: Step): Step {
    this.steps.push(step);
    return step;
  }

  private below({ name, selectionSet }: FieldNode, typeName: string, place: Place): void {
    const type = this.scope.schema.getType(typeName);
    const field = isObjectType(type) ? type.getFields()[name.value] : undefined;
    if (field && selectionSet) this.through(selectionSet, getNamedType(field.type).name, place);
  }
}

const newest: PageWindow = () => ({ limit: 1, from: 'back', after: null, before: null });

/** The page that a field asks for, unless it begins at a position or is refused: that is left to the resolver. */
export function windowOf({ arguments: given = [] }: FieldNode, size: number): PageWindow {
  const read = (variables: Variables, name: string): unknown => {
    const value = given.find((argument) => argument.name.value === name)?.value;
    return value && valueOf(value, variables);
  };
  return (variables) => {
    const [first, last, after, before] = ['first', 'last', 'after', 'before'].map((name) => read(variables, name));
    if (after != null || before != null || (first != null && last != null)) return null;
    const limit = first ?? last ?? size;
    if (!Number.isInteger(limit) || (limit as number) < 0 || (limit as number) > largestPage) return null;
    return { limit: limit as number, from: last == null ? 'front' : 'back', after: null, before: null };
  };
}

function valueOf(value: ValueNode, variables: Variables): unknown {
  if (value.kind === Kind.VARIABLE) return variables[value.name.value];
  if (value.kind === Kind.INT) return Number(value.value);
  return value.kind === Kind.NULL ? null : value;
}
