import 'reflect-metadata';
import type { Duplex } from 'node:stream';
import pg from 'pg';
import { DataSource, type Logger } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { entities } from '../entities/index.js';
import { PostgresNamingStrategy } from './naming-strategy.js';
import { Pool } from './pool.js';

/** Where PostgreSQL is: behind a URL, or behind the streams of the embedded engine. */
export type DatabaseAddress =
  | {
      url: string;
      poolSize: number;
      /** How long a statement may run, in milliseconds; 0 for as long as it takes. */
      statementLimitMs?: number;
      /** A pooler is between, which takes no limit from here: the database has to set its own. */
      isPooled?: boolean;
    }
  | { stream: () => Duplex };

/** How long a statement of a request may run on a server that can stop it, in milliseconds. */
const requestLimitMs = 10_000;
/** How long a request waits for a connection of a busy pool, in milliseconds. */
const poolWaitMs = 2_000;
/** How much longer than its limit a statement is waited for, in milliseconds: a server that is gone without a word stops none. */
const answerMs = 2_000;

const answerLimits = new WeakMap<DataSource, number>();

/** How long a statement is waited for, in milliseconds; undefined for as long as it takes. */
export const answerLimitOf = (dataSource: DataSource): number | undefined => answerLimits.get(dataSource);

const keeping = new WeakSet<DataSource>();

/** Whether what is prepared on a connection stays there: behind a pooler it may be another one's the next time. */
export const keepsStatements = (dataSource: DataSource): boolean => keeping.has(dataSource);

/** Describes the tables and migrations to TypeORM; nothing is opened before `initialize()`. */
export function createDataSource(address: DatabaseAddress, logger?: Logger): DataSource {
  const { statementLimitMs: limitMs = requestLimitMs } = 'url' in address ? address : {};
  const dataSource = new DataSource({
    type: 'postgres',
    driver: { ...pg, Pool },
    entities,
    migrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    namingStrategy: new PostgresNamingStrategy(),
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    ...(logger && { logger, logging: ['query'] }),
    ...('url' in address
      ? {
          url: address.url,
          poolSize: address.poolSize,
          applicationName: 'ticketing-gateway',
          extra: {
            connectionTimeoutMillis: poolWaitMs,
            keepAlive: true,
            // Compiling would take longer than the statements of requests do; what they cost is often estimated too high.
            // No limit has to be said as well: the role may have one.
            ...(!address.isPooled && { options: `-c jit=off -c statement_timeout=${limitMs}` }),
          },
        }
      : // One connection: the embedded engine has one session, and ten seconds because its transactions wait for each other.
        { username: 'postgres', poolSize: 1, extra: { stream: address.stream, connectionTimeoutMillis: 10_000 } }),
  });
  if ('url' in address && limitMs > 0) answerLimits.set(dataSource, limitMs + answerMs);
  // The embedded engine has one session, which it shares with whatever reads its folder.
  if ('url' in address && !address.isPooled) keeping.add(dataSource);
  return dataSource;
}
