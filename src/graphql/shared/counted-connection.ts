import { type ClassType, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { type Named, placeByName } from '../../db/by-name.js';
import type { LoadedPage, Position, Window } from '../../db/keyset.js';
import { readCursor, writeCursor } from '../../db/list-cursors.js';
import { type Connection, connectionOf, connectionType, type PageArgs, windowOf } from './pagination.js';

/** How many people, groups or organizations a page has when nothing is said. */
const pageSize = 20;
/** All lists by name have positions of the same kind. */
const order = 'name';

/** A list of which pages and the total can be had, each with a statement of its own. */
interface Source<T> {
  page(window: Window<Position>): Promise<LoadedPage<T>>;
  count(): Promise<number>;
}

/** A page of a list by name, and what counts the list when somebody asks. */
export interface CountedConnection<T> extends Connection<T> {
  readonly count: () => Promise<number>;
}

/** Reads a page of a list by name. */
export async function pageByName<T extends Named>(source: Source<T>, args: PageArgs): Promise<CountedConnection<T>> {
  const window = windowOf(args, pageSize, (cursor, path) => readCursor(order, ['text', 'uuid'], cursor, path));
  const connection = connectionOf(await source.page(window), (row) => writeCursor(order, placeByName(row)));
  return { ...connection, count: () => source.count() };
}

/** Makes the types `XEdge` and `XConnection` for nodes of type X, and the resolver of the total. */
export function countedConnection<T extends object>(
  name: string,
  node: () => ClassType<T>,
): { type: ClassType<Connection<T>>; resolver: new () => object } {
  const type = connectionType(name, node);

  @Resolver(() => type)
  class CountResolver {
    @FieldResolver(() => Int, { description: 'How many there are in the whole list, exact up to 10,000.' })
    totalCount(@Root() { count }: CountedConnection<T>): Promise<number> {
      return count();
    }
  }

  return { type, resolver: CountResolver };
}
