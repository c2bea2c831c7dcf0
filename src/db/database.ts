import type { ClientBase } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { FairTurns } from '../fair-turns.js';
import { currentScope, traced } from '../telemetry.js';
import { answerLimitOf, keepsStatements } from './data-source.js';
import { asServiceUnavailable, inTime, isSpoilt, unavailable } from './failures.js';
import { currentReading } from './replicas/reading.js';
import { StatementNames } from './statement-names.js';
import { readerOf, type TextColumn } from './text-columns.js';

/** Anything that runs SQL with bound parameters. */
export interface Queryable {
  query<Row>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

/** An entity class. */
export type Entity<T> = new () => T;

/** Binds a value to a statement and returns its placeholder. */
export type Bind = (value: unknown) => string;

/** Collects the parameters of one statement. */
export function parameters(): { values: unknown[]; bind: Bind } {
  const values: unknown[] = [];
  return { values, bind: (value) => `$${values.push(value)}` };
}

/** A column of a table. */
export interface ColumnKind {
  readonly name: string;
  readonly type: string;
  readonly isNullable: boolean;
}

/** How much of the connections one payer may use at a time: somebody else always finds one. */
const share = 0.6;

/** The database of the entities: statements on any connection, and transactions on one. */
export class Database implements Queryable {
  /** The primary alone, for what is written, or has to be as it is now, while a request reads from a replica. */
  readonly primary: Queryable = {
    query: (sql, values = []) => {
      currentReading()?.leave();
      return this.send(sql, values);
    },
  };
  /** Absent where statements can't be prepared. */
  private readonly names: StatementNames | undefined;
  private readonly answerMs: number | undefined;
  private readonly textsOf = new Map<Entity<unknown>, readonly TextColumn[]>();
  private readonly kinds = new Map<Entity<unknown>, ReadonlyMap<string, ColumnKind>>();
  private underWay = 0;
  private isClosing = false;
  private isClosed = false;
  private onIdle: (() => void) | undefined;
  private readonly turns: FairTurns;

  constructor(private readonly dataSource: DataSource) {
    const { poolSize = 1 } = dataSource.options as { poolSize?: number };
    this.turns = new FairTurns('statements', Math.max(1, Math.floor(poolSize * share)));
    this.answerMs = answerLimitOf(dataSource);
    if (keepsStatements(dataSource)) this.names = new StatementNames();
  }

  /**
   * Runs one statement, on the replica that the request reads from if there is one; a fault of the database is SERVICE_UNAVAILABLE.
   * The primary plans a text that comes again and again once a connection, where it may.
   */
  query<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    const reading = currentReading();
    return reading ? this.inTurn(() => sent(sql, () => reading.query(sql, values))) : this.send(sql, values);
  }

  /** Runs the work in one transaction on the primary, which is rolled back when the work throws. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.use(async (runner) => {
      const tx: Queryable = { query: (sql, values = []) => this.sendOn(runner, sql, values) };
      try {
        await inTime(this.answerMs, runner.startTransaction());
        const result = await work(tx);
        await traced('commit', {}, () => inTime(this.answerMs, runner.commitTransaction()));
        return result;
      } catch (error) {
        if (runner.isTransactionActive && !isSpoilt(error)) await this.rollBack(runner);
        throw error;
      }
    });
  }

  /**
   * Takes nothing on any more, and waits for what is under way, for so many milliseconds at most. Only then may the data source
   * be closed: it takes connections from whoever has them and lets the next ones in line go on there, in the middle of
   * somebody else's transaction. What is left in line is refused instead.
   */
  async settle(ms: number): Promise<void> {
    this.isClosing = true;
    if (this.underWay > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.onIdle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.isClosed = true;
  }

  /** Lists an entity's columns for a SELECT, each under the name of its property: all that are selected by themselves. */
  columns(entity: Entity<unknown>, alias: string): string {
    return this.dataSource
      .getMetadata(entity)
      .columns.filter(({ isSelect }) => isSelect)
      .map((column) => `${alias}.${column.databaseName} as "${column.propertyName}"`)
      .join(', ');
  }

  /** An entity's columns that are selected by themselves, and what makes their values of their texts. */
  texts(entity: Entity<unknown>): readonly TextColumn[] {
    let found = this.textsOf.get(entity);
    if (!found) {
      const columns = this.dataSource.getMetadata(entity).columns.filter(({ isSelect }) => isSelect);
      found = columns.map(({ propertyName: property, databaseName: column, type, isArray }) => ({
        property,
        column,
        read: readerOf(`${String(type)}${isArray ? '[]' : ''}`),
      }));
      this.textsOf.set(entity, found);
    }
    return found;
  }

  /** Name of an entity's table. */
  table(entity: Entity<unknown>): string {
    return this.dataSource.getMetadata(entity).tableName;
  }

  /** Name of the column behind an entity's property. */
  column<T>(entity: Entity<T>, property: keyof T & string): string {
    return this.kindOf(entity, property).name;
  }

  /** The column behind an entity's property. */
  kindOf(entity: Entity<unknown>, property: string): ColumnKind {
    let ofEntity = this.kinds.get(entity);
    if (!ofEntity) {
      const { columns } = this.dataSource.getMetadata(entity);
      ofEntity = new Map(
        columns.map(({ propertyName, databaseName: name, type, isNullable }) => [
          propertyName,
          { name, type: String(type), isNullable },
        ]),
      );
      this.kinds.set(entity, ofEntity);
    }
    const kind = ofEntity.get(property);
    if (!kind) throw new Error(`${entity.name} has no column ${property}`);
    return kind;
  }

  private send<Row>(sql: string, values: readonly unknown[]): Promise<Row[]> {
    return this.use((runner) => this.sendOn(runner, sql, values));
  }

  /** Sends a statement past TypeORM, which would spend more on it than pg does. */
  private sendOn<Row>(runner: QueryRunner, sql: string, values: readonly unknown[]): Promise<Row[]> {
    const name = this.names?.of(sql);
    return sent(sql, async () => {
      this.dataSource.logger.logQuery(sql, [...values], runner);
      const client = (await runner.connect()) as ClientBase;
      const query = client.query({ text: sql, values: [...values], ...(name !== undefined && { name }) });
      return (await inTime(this.answerMs, query)).rows as Row[];
    });
  }

  /** Where that fails the connection is given up, whose end takes the transaction back: the error that led here is the one to tell. */
  private async rollBack(runner: QueryRunner): Promise<void> {
    await inTime(this.answerMs, runner.rollbackTransaction()).catch((error: unknown) => giveUp(runner, error));
  }

  private use<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    return this.inTurn(() => this.connect(work));
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const payer = currentScope()?.payer;
    return payer === undefined ? work() : this.turns.use(payer, work);
  }

  private async connect<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    if (this.isClosing) throw unavailable(new Error('the database is being closed'));
    const runner = this.dataSource.createQueryRunner();
    this.underWay++;
    try {
      await runner.connect();
      if (this.isClosed) throw unavailable(new Error('the database was closed'));
      return await work(runner);
    } catch (error) {
      if (isSpoilt(error)) await giveUp(runner, error);
      throw asServiceUnavailable(error);
    } finally {
      await runner.release();
      if (--this.underWay === 0) this.onIdle?.();
    }
  }
}

/** Has the pool close the connection, as after any other error of it: whoever got it next would have the same trouble. */
async function giveUp(runner: QueryRunner, error: unknown): Promise<void> {
  const client = (await runner.connect()) as ClientBase;
  client.emit('error', error);
}

/** Sends a statement; the request that it is for counts it. */
function sent<Row>(sql: string, send: () => Promise<Row[]>): Promise<Row[]> {
  const scope = currentScope();
  if (scope) scope.statements++;
  // What was bound to it stays out of the trace: it is people's own words.
  const attributes = scope?.span ? { 'db.system.name': 'postgresql', 'db.query.text': sql.trim() } : {};
  return traced('statement', attributes, send);
}
