import pg from 'pg';
import type { Database, Queryable } from '../../db/database.js';
import { inTime } from '../../db/failures.js';
import { StatementNames } from '../../db/statement-names.js';
import type { Office } from './sequencer.js';

/** Held by the one gateway that numbers events. */
const sequencerLock = 7_463_012;
/** A leader looks every second: one that was not heard of for this long has stopped, and the server takes its lock away. */
const silenceMs = 5_000;
const statementMs = 10_000;
/** A server that has not answered by then is not there any more, in milliseconds: nobody else would notice. */
const answerLimitMs = 12_000;

/** How this gateway comes to the office: nobody else wants that of the embedded engine, and on a server one of all holds it. */
export const officeFor = (url: string | undefined, db: Queryable, answerMs = answerLimitMs): (() => Promise<Office>) =>
  url === undefined ? () => Promise.resolve(soleOffice(db)) : () => openOffice(url, answerMs);

/**
 * Behind a pooler there is no connection that could hold it: whoever gets the lock numbers, in one transaction. Each statement sees
 * what was committed before it, so that the lock is taken by one of its own.
 */
export const pooledOffice = (db: Database): Office => ({
  query: (sql, values) =>
    db.transaction(async (tx) => {
      const [lock] = await tx.query<{ held: boolean }>('select pg_try_advisory_xact_lock($1) as held', [sequencerLock]);
      return lock?.held ? tx.query(sql, values) : [];
    }),
  isHeld: () => Promise.resolve(true),
  close: () => Promise.resolve(),
});

const soleOffice = (db: Queryable): Office => ({
  query: (sql, values) => db.query(sql, values),
  isHeld: () => Promise.resolve(true),
  close: () => Promise.resolve(),
});

/** It is held by a lock that goes when its connection does. */
async function openOffice(url: string, answerMs: number): Promise<Office> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'ticketing-gateway sequencer',
    keepAlive: true,
    connectionTimeoutMillis: answerMs,
  });
  // What is lost here is noticed by the next statement.
  client.on('error', () => undefined);
  await client.connect();
  const names = new StatementNames();
  const query = async <Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> => {
    const name = names.of(sql);
    const answer = client.query({ text: sql, values: [...values], ...(name !== undefined && { name }) });
    return (await inTime(answerMs, answer)).rows as Row[];
  };
  try {
    await query(`set idle_session_timeout = ${silenceMs}; set statement_timeout = ${statementMs}`);
  } catch (error) {
    await client.end();
    throw error;
  }
  let isHeld = false;
  return {
    query,
    isHeld: async () => {
      if (isHeld) return true;
      const [lock] = await query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [sequencerLock]);
      isHeld = lock?.held === true;
      return isHeld;
    },
    close: () => client.end(),
  };
}
