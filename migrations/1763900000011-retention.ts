import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds the oldest events of the log, which may be cleared away. */
export class Retention1763900000011 implements MigrationInterface {
  name = 'Retention1763900000011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create index conversation_log_at_idx on conversation_log (at, ticket_id, staff_seq)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index conversation_log_at_idx');
  }
}
