import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Numbers the system events of a ticket, and remembers how far members were told by mail, in which language, and who is connected. */
export class JobsAndMail1763900000009 implements MigrationInterface {
  name = 'JobsAndMail1763900000009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table system_events add column position int;
      update system_events e set position = o.n
      from (select id, row_number() over (partition by ticket_id order by created_at, id) as n from system_events) o
      where o.id = e.id;
      alter table system_events alter column position set not null, add unique (ticket_id, position);
      drop index system_events_ticket_id_idx;
      alter table members add column mailed_seq int;
      alter table users add column locale text;
      create table presence (
        user_id uuid primary key references users,
        seen_at timestamptz(3) not null
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table presence;
      alter table users drop column locale;
      alter table members drop column mailed_seq;
      create index on system_events (ticket_id);
      alter table system_events drop column position;
    `);
  }
}
