import type { DataSource } from 'typeorm';
import { StartError } from '../../errors.js';
import { insertPeople } from './people.js';
import { sentences } from './sentences.js';
import { insertTickets } from './tickets.js';
import { titles } from './titles.js';

const batch = 500;

/** How many rows of some tables were written. */
export type Written = Readonly<Record<'users' | 'comments' | 'events', number>>;

/**
 * Fills an empty database with tickets: always the same for the same number, and those of a smaller number come first. A database
 * with users or tickets is refused with a StartError. When it is interrupted, the batches that were written stay, each of them whole.
 */
export async function fill(
  dataSource: DataSource,
  tickets: number,
  onProgress: (tickets: number) => void = () => undefined,
): Promise<Written> {
  const runner = dataSource.createQueryRunner();
  const query = async <Row>(sql: string, values: unknown[] = []): Promise<Row> => {
    const { records } = await runner.query(sql, values, true);
    return (records as Row[])[0] as Row;
  };
  try {
    const { isEmpty } = await query<{ isEmpty: boolean }>(
      'select not exists (select from users) and not exists (select from tickets) as "isEmpty"',
    );
    if (!isEmpty) throw new StartError('The database has users or tickets already: only an empty one can be seeded.');
    onProgress(0);
    // Compiling a batch takes longer than running it, and sorting it on disk too.
    await query('set jit = off');
    await query(`set work_mem = '64MB'`);
    await query('set statement_timeout = 0');
    await query(insertPeople, [tickets]);
    for (let first = 1; first <= tickets; first += batch) {
      const last = Math.min(first + batch - 1, tickets);
      await query(insertTickets, [first, last, sentences, titles]);
      onProgress(last);
    }
    await query('analyze');
    return await query<Written>(
      `select (select count(*)::int from users) as users, (select count(*)::int from comments) as comments,
         (select count(*)::int from conversation_log) as events`,
    );
  } finally {
    await runner.release();
  }
}
