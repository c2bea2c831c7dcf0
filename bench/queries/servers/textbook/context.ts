import DataLoader from 'dataloader';
import { type DataSource, type EntityTarget, In, IsNull, type ObjectLiteral } from 'typeorm';
import { Comment, File, Topic, User, Vote } from './entities.js';

/** What a request's resolvers share. */
export interface Context {
  readonly database: DataSource;
  readonly loaders: ReturnType<typeof createLoaders>;
}

function byId<T extends ObjectLiteral & { id: string }>(database: DataSource, entity: EntityTarget<T>) {
  return new DataLoader<string, T | null>(async (ids) => {
    const rows = await database.getRepository(entity).findBy({ id: In([...ids]) } as never);
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => found.get(id) ?? null);
  });
}

function groupBy<T>(rows: readonly T[], keyOf: (row: T) => string | null): Map<string | null, T[]> {
  const groups = new Map<string | null, T[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}

/** Loaders for one request. */
export const createLoaders = (database: DataSource) => ({
  users: byId(database, User),
  topics: byId(database, Topic),
  votes: byId(database, Vote),
  files: new DataLoader<string, File[]>(async (ids) => {
    const rows = await database
      .getRepository(File)
      .find({ where: { commentId: In([...ids]) }, order: { position: 'ASC' } });
    const groups = groupBy(rows, ({ commentId }) => commentId);
    return ids.map((id) => groups.get(id) ?? []);
  }),
  comments: new DataLoader<string, Comment[]>(async (ids) => {
    const rows = await database
      .getRepository(Comment)
      .find({ where: { ticketId: In([...ids]), deletedAt: IsNull() }, order: { staffSeq: 'ASC' } });
    const groups = groupBy(rows, ({ ticketId }) => ticketId);
    return ids.map((id) => groups.get(id) ?? []);
  }),
  commentCounts: new DataLoader<string, number>(async (ids) => {
    const rows = await database
      .getRepository(Comment)
      .createQueryBuilder('c')
      .select('c.ticketId', 'id')
      .addSelect('count(*)', 'count')
      .where({ ticketId: In([...ids]), deletedAt: IsNull() })
      .groupBy('c.ticketId')
      .getRawMany<{ id: string; count: string }>();
    const counts = new Map(rows.map(({ id, count }) => [id, Number(count)]));
    return ids.map((id) => counts.get(id) ?? 0);
  }),
  lastComments: new DataLoader<string, Comment | null>(async (ids) => {
    const rows = await database
      .getRepository(Comment)
      .createQueryBuilder('c')
      .distinctOn(['c.ticketId'])
      .where({ ticketId: In([...ids]), deletedAt: IsNull() })
      .orderBy('c.ticketId')
      .addOrderBy('c.staffSeq', 'DESC')
      .getMany();
    const found = new Map(rows.map((row) => [row.ticketId, row]));
    return ids.map((id) => found.get(id) ?? null);
  }),
});
