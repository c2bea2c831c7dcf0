import type { Logger } from 'typeorm';

/** Counts the statements that a gateway sends for operations: neither the ends of transactions nor hints to other gateways. */
export class StatementCounter implements Logger {
  private readonly seen: string[] = [];

  logQuery(query: string): void {
    if (!/^(start transaction|begin|commit|rollback|select pg_notify)/i.test(query)) this.seen.push(query);
  }

  /** The statements since the last call. */
  take(): string[] {
    return this.seen.splice(0);
  }

  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
