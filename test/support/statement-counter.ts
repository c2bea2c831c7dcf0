import type { Logger } from 'typeorm';

/** Counts the statements that a gateway sends for operations: neither the ends of transactions, nor hints to other gateways, nor what numbers events. */
export class StatementCounter implements Logger {
  private readonly seen: { sql: string; values: unknown[] }[] = [];

  logQuery(sql: string, values: unknown[] = []): void {
    if (sql.includes('unnumbered_events')) return;
    if (!/^(start transaction|begin|commit|rollback|select pg_notify)/i.test(sql)) this.seen.push({ sql, values });
  }

  /** The statements since the last call. */
  take(): string[] {
    return this.takeWithValues().map(({ sql }) => sql);
  }

  /** The statements since the last call, and what was bound to them. */
  takeWithValues(): { sql: string; values: unknown[] }[] {
    return this.seen.splice(0);
  }

  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
