import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far read replicas have to be to answer somebody. */
export class ReadFloors1763900000014 implements MigrationInterface {
  name = 'ReadFloors1763900000014';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Written for every answer of the primary, read on the primary alone: it need not be in the log that replicas follow.
      create unlogged table read_floors (
        user_id uuid primary key,
        position bigint not null,
        exact_until timestamptz(3)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table read_floors');
  }
}
