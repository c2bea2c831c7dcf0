import { Field, ID, InterfaceType } from 'type-graphql';
import type { NodeType as NodeName } from '../../global-id.js';

/** A row together with the name of its GraphQL type: rows of the database do not know theirs. */
export type Typed<T extends object> = T & { readonly __typename: NodeName };

/** Says which type a row is answered as, where the schema leaves that open. */
export const typed = <T extends object>(__typename: NodeName, row: T | null): Typed<T> | null =>
  row && { ...row, __typename };

/** How every `id` is described: each type resolves its own, so that raw ids never leave the server. */
export const idField = {
  description: 'Globally unique and opaque: `node(id:)` finds the object again whatever its type.',
};

/** Anything that has an id of its own. */
@InterfaceType('Node', {
  description: 'Anything that has an id of its own.',
  resolveType: (value: Typed<object>) => value.__typename,
})
export abstract class NodeType {
  @Field(() => ID, idField)
  id: string;
}
