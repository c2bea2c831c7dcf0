import DataLoader from 'dataloader';
import type { SignedInViewer } from '../auth/viewer.js';
import type { Named } from '../db/by-name.js';
import { type Bind, type Database, type Entity, parameters } from '../db/database.js';
import { PageLoader } from './page-loader.js';
import { NamedPageLoader } from './named-page-loader.js';
import { type Many, type NamedPage, type One, type Page, relations } from './relations.js';

type LoaderOf<R> =
  R extends One<infer T>
    ? DataLoader<string, T | null>
    : R extends Many<infer T>
      ? DataLoader<string, T[]>
      : R extends Page<infer T>
        ? PageLoader<T>
        : R extends NamedPage<infer T extends Named>
          ? NamedPageLoader<T>
          : never;

/** What is read of an entity's rows, which have an alias in the statement: SQL of columns, as they stand in a SELECT. */
export type Columns = (entity: Entity<unknown>, alias: string, bind: Bind) => string;

/** A loader for each relation, made when it is first asked for. */
export type Loaders = { readonly [Name in keyof typeof relations]: LoaderOf<(typeof relations)[Name]> } & {
  /** What is read of rows that nothing has led to yet: all columns, unless the operation wants something else. */
  readonly columns: Columns;
};

/** Loaders for one operation of one viewer: they batch, and they remember what they read. */
export function createLoaders(db: Database, viewer: SignedInViewer, wanted?: Columns): Loaders {
  const columns = wanted ?? ((entity, alias) => db.columns(entity, alias));
  const made = new Map<string, unknown>([['columns', columns]]);
  return new Proxy({} as Loaders, {
    get(_target, name: string) {
      if (!made.has(name))
        made.set(name, create(db, viewer, relations[name as keyof typeof relations] as unknown as Relation, columns));
      return made.get(name);
    },
  });
}

type Relation = One<object> | Many<object> | Page<object> | NamedPage<Named>;

function create(db: Database, viewer: SignedInViewer, relation: Relation, columns: Columns): unknown {
  switch (relation.kind) {
    case 'one':
      return new DataLoader((ids: readonly string[]) => loadOne(db, viewer, relation, columns, ids));
    case 'many':
      return new DataLoader((keys: readonly string[]) => loadMany(db, viewer, relation, keys));
    case 'page':
      return new PageLoader(db, viewer, relation);
    case 'namedPage':
      return new NamedPageLoader(db, viewer, relation);
  }
}

async function loadOne<T>(
  db: Database,
  viewer: SignedInViewer,
  relation: One<T>,
  columns: Columns,
  ids: readonly string[],
): Promise<(T | null)[]> {
  const { values, bind } = parameters();
  const { entity, key, where } = relation;
  const sql = `
    select ${columns(entity, 'r', bind)} from ${db.table(entity)} r
    where r.${db.column(entity, key)} ${isOneOf(ids, bind)} ${where ? `and ${where(viewer, 'r', bind)}` : ''}`;
  const rows = new Map((await db.query<T>(sql, values)).map((row) => [row[key] as string, row]));
  return ids.map((id) => rows.get(id) ?? null);
}

/** A plan that is kept takes any array for one of ten. */
const isOneOf = (keys: readonly string[], bind: Bind): string =>
  keys.length === 1 ? `= ${bind(keys[0])}::uuid` : `= any(${bind(keys)}::uuid[])`;

async function loadMany<T>(
  db: Database,
  viewer: SignedInViewer,
  relation: Many<T>,
  keys: readonly string[],
): Promise<T[][]> {
  const { values, bind } = parameters();
  const { entity, key, order, where, through } = relation;
  const parentKey = through
    ? `j.${db.column(through.entity, through.parent as never)}`
    : `r.${db.column(entity, key as keyof T & string)}`;
  const junction = through
    ? `join ${db.table(through.entity)} j on j.${db.column(through.entity, through.child as never)} = r.id`
    : '';
  const sql = `
    select ${parentKey} as "parentKey", ${db.columns(entity, 'r')} from ${db.table(entity)} r ${junction}
    where ${parentKey} ${isOneOf(keys, bind)} ${where ? `and ${where(viewer, 'r', bind)}` : ''}
    order by ${order.map((property) => `r.${db.column(entity, property)}`).join(', ')}`;
  const byParent = new Map<string, T[]>(keys.map((id) => [id, []]));
  for (const row of await db.query<T & { parentKey: string }>(sql, values)) byParent.get(row.parentKey)?.push(row);
  return keys.map((id) => byParent.get(id) ?? []);
}
