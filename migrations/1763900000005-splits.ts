import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds the tickets that came of another one. */
export class Splits1763900000005 implements MigrationInterface {
  name = 'Splits1763900000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create index on tickets (split_from_id) where split_from_id is not null');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index tickets_split_from_id_idx');
  }
}
