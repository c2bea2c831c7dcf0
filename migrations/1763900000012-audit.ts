import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What staff did beyond conversations, which tell of themselves. */
export class Audit1763900000012 implements MigrationInterface {
  name = 'Audit1763900000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- It refers to nothing: what it tells of may be gone.
      create table audit_log (
        id uuid primary key default gen_random_uuid(),
        at timestamptz(3) not null default now(),
        actor_id uuid not null,
        operation text not null,
        target_id text,
        request_id text,
        changes jsonb not null
      );
      create index on audit_log (at, id);
      create index on audit_log (actor_id, at, id);
      create index on audit_log (target_id, at, id);

      create function keep_audit_log() returns trigger language plpgsql as $$
        begin
          raise exception 'The audit log is only ever added to.';
        end
      $$;
      create trigger audit_log_is_kept before update or delete or truncate on audit_log
        for each statement execute function keep_audit_log();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table audit_log; drop function keep_audit_log');
  }
}
