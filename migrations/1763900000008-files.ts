import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tells when the bytes of a file arrived, and finds what is to be cleared away. */
export class Files1763900000008 implements MigrationInterface {
  name = 'Files1763900000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table files add column arrived_at timestamptz(3);
      create index on files (storage_key);
      create index on files (created_at) where comment_id is null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index files_storage_key_idx, files_created_at_idx;
      alter table files drop column arrived_at;
    `);
  }
}
