import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lists of people and organizations run by name, in the order in which people write names. */
export class PeopleByName1763900000006 implements MigrationInterface {
  name = 'PeopleByName1763900000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index users_name_idx on users (name collate "und-x-icu", id);
      create index organizations_name_idx on organizations (name collate "und-x-icu", id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index users_name_idx, organizations_name_idx');
  }
}
