import { type FieldNode, Kind, type ValueNode } from 'graphql';
import type { Window } from '../db/keyset.js';

type Variables = Readonly<Record<string, unknown>>;

/** The page that an operation with these variables asks for; null where it is not read together with others. */
export type PageWindow = (variables: Variables) => Window<number> | null;

const largestPage = 100;

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
