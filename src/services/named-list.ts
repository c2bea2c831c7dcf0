import { byName, type Named } from '../db/by-name.js';
import type { Bind, Database, Entity } from '../db/database.js';
import { Direction, type Keyset, type LoadedPage, type Position, type Window } from '../db/keyset.js';
import { countUpTo, readWindow } from '../db/read-list.js';

/** Up to where totals are exact. */
const countCap = 10_000;

/** Which rows of a table, named `r`, in the order of their names. */
export class NamedList<T extends Named> {
  private readonly keyset: Keyset<T>;

  constructor(
    private readonly db: Database,
    entity: Entity<T>,
    where: (bind: Bind) => string,
  ) {
    this.keyset = { entity, alias: 'r', where, keys: byName('r'), direction: Direction.ASC };
  }

  /** Reads some of them. */
  page(window: Window<Position>): Promise<LoadedPage<T>> {
    return readWindow(this.db, this.keyset, window);
  }

  /** How many there are; the cap when there are more. */
  async count(): Promise<number> {
    return Math.min(await countUpTo(this.db, this.keyset, countCap), countCap);
  }
}
