import { ArgsType, type ClassType, Field, Int, ObjectType } from 'type-graphql';
import type { LoadedPage, Window } from '../../db/keyset.js';
import { invalid } from '../../errors.js';
import { CursorScalar } from './scalars.js';
import { Between, CheckedLater } from './validation.js';
import { Shared } from './shared-field.js';

const largestPage = 100;

/** Which page of a connection is wanted. */
@ArgsType()
export class PageArgs {
  @Between(0, largestPage)
  @Field(() => Int, {
    nullable: true,
    description: 'So many from the front, 0..100; 0 asks for totals only. Not together with `last`.',
  })
  first?: number | null;

  @CheckedLater()
  @Field(() => CursorScalar, { nullable: true, description: 'Only what comes after this position.' })
  after?: string | null;

  @Between(0, largestPage)
  @Field(() => Int, { nullable: true, description: 'So many from the back, 0..100. Not together with `first`.' })
  last?: number | null;

  @CheckedLater()
  @Field(() => CursorScalar, { nullable: true, description: 'Only what comes before this position.' })
  before?: string | null;
}

/** Where a page stands in its list. */
@ObjectType('PageInfo', {
  description:
    'Where a page stands in its list. Pages take `first` or `last`, 0..100; without either, 50 comments or events and 20 of anything else.',
})
class PageInfoType {
  @Shared()
  @Field(() => Boolean, { description: 'Whether there is more after this page.' })
  hasNextPage: boolean;

  @Shared()
  @Field(() => Boolean, { description: 'Whether there is more before this page.' })
  hasPreviousPage: boolean;

  @Shared()
  @Field(() => CursorScalar, { nullable: true, description: 'Position of the first item; null on an empty page.' })
  startCursor: string | null;

  @Shared()
  @Field(() => CursorScalar, { nullable: true, description: 'Position of the last item; null on an empty page.' })
  endCursor: string | null;
}

/** A row and its position. */
interface Edge<T> {
  cursor: string;
  node: T;
}

/** A page of rows, ready to be answered. */
export interface Connection<T> {
  edges: Edge<T>[];
  nodes: T[];
  pageInfo: PageInfoType;
}

/** Makes the types `XEdge` and `XConnection` for nodes of type X; answers the latter. */
export function connectionType<T extends object>(name: string, node: () => ClassType<T>): ClassType<Connection<T>> {
  @ObjectType(`${name}Edge`, { description: `An item of a ${name}Connection.` })
  class EdgeType {
    @Shared()
    @Field(() => CursorScalar, { description: 'Its position.' })
    cursor: string;

    @Shared()
    @Field(node, { description: 'The item itself.' })
    node: T;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list.` })
  class ConnectionType {
    @Shared()
    @Field(() => [EdgeType], { description: 'The items with their positions.' })
    edges: EdgeType[];

    @Shared()
    @Field(() => [node()], { description: 'The items alone.' })
    nodes: T[];

    @Shared()
    @Field(() => PageInfoType, { description: 'Where the page stands in the list.' })
    pageInfo: PageInfoType;
  }

  return ConnectionType;
}

/** The window that the arguments ask for; VALIDATION_FAILED when they contradict each other. */
export function windowOf<P>(args: PageArgs, pageSize: number, read: (cursor: string, path: string[]) => P): Window<P> {
  if (args.first != null && args.last != null) {
    throw invalid(['last'], 'exclusive', 'Give `first` or `last`, not both.');
  }
  return {
    limit: args.first ?? args.last ?? pageSize,
    from: args.last == null ? 'front' : 'back',
    after: args.after == null ? null : read(args.after, ['after']),
    before: args.before == null ? null : read(args.before, ['before']),
  };
}

/** Turns a loaded page into a connection. */
export function connectionOf<T>(
  { rows, hasNext, hasPrevious }: LoadedPage<T>,
  cursorOf: (row: T) => string,
): Connection<T> {
  const [first, last] = [rows[0], rows.at(-1)];
  // Positions are written for those alone who ask for them.
  return {
    edges: rows.map((node) => ({
      node,
      get cursor() {
        return cursorOf(node);
      },
    })),
    nodes: rows,
    pageInfo: {
      hasNextPage: hasNext,
      hasPreviousPage: hasPrevious,
      get startCursor() {
        return first === undefined ? null : cursorOf(first);
      },
      get endCursor() {
        return last === undefined ? null : cursorOf(last);
      },
    },
  };
}
