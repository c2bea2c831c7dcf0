import {
  type FieldNode,
  getNamedType,
  type GraphQLResolveInfo,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { fields, type KeyedName, type PageName } from '../fields.js';
import { includes } from '../selection.js';
import { type PageWindow, windowOf } from '../window.js';

/** Rows, or a number, that the rows of an earlier step lead to; those of the first steps lead on from the rows that are there. */
export type Step = { readonly parent: Step | null } & (
  | { readonly kind: 'keyed'; readonly relation: KeyedName; readonly from: string; readonly counter?: string }
  | { readonly kind: 'page'; readonly relation: PageName; readonly window: PageWindow }
  | { readonly kind: 'count'; readonly relation: PageName }
);

/** The property that holds, in the rows of the step before, what a step finds its own by. */
export const keyOf = (step: Step): string => (step.kind === 'keyed' ? step.from : 'id');

/** What is read together: each step comes after the one that it leads on from. */
export type Plan = readonly Step[];

/** A statement with more parts takes PostgreSQL long to plan. */
const mostSteps = 16;

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
