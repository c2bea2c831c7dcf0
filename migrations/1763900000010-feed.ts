import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What happens in all conversations in one order, and when names that filters use last came to mean something else. */
export class Feed1763900000010 implements MigrationInterface {
  name = 'Feed1763900000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table ticket_feed (
        position bigint primary key,
        ticket_id uuid not null,
        staff_seq int not null
      );

      -- Apart from the log, whose rows are long and never change: these two columns are all that is written, and soon deleted again.
      create table unnumbered_events (
        ticket_id uuid not null,
        staff_seq int not null,
        primary key (ticket_id, staff_seq)
      );
      alter table unnumbered_events set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

      create function await_number() returns trigger language plpgsql as $$
        begin
          insert into unnumbered_events select ticket_id, staff_seq from new_rows;
          return null;
        end
      $$;
      create trigger events_are_numbered after insert on conversation_log
        referencing new table as new_rows for each statement execute function await_number();
      insert into unnumbered_events select ticket_id, staff_seq from conversation_log;

      -- By name of a table, the transaction that last changed what its rows are looked up by.
      alter table installation add column look_ups jsonb not null default '{}';

      create function note_look_up() returns trigger language plpgsql as $$
        begin
          update installation set look_ups = look_ups || jsonb_build_object(tg_table_name, pg_current_xact_id()::text)
            where look_ups ->> tg_table_name is distinct from pg_current_xact_id()::text;
          return null;
        end
      $$;
      -- At the very end of the transaction: whoever waits for that row holds up nobody whom its holder could wait for.
      ${Object.entries(lookedUpBy).map(noteOf).join('\n')}
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ${Object.keys(lookedUpBy)
        .map((table) => `drop trigger look_up_is_noted on ${table}; drop trigger changed_look_up_is_noted on ${table};`)
        .join('\n')}
      drop trigger events_are_numbered on conversation_log;
      drop function note_look_up, await_number;
      alter table installation drop column look_ups;
      drop table unnumbered_events, ticket_feed;
    `);
  }
}

/** The tables whose rows filters look up, and the columns that decide which are found. */
const lookedUpBy = {
  users: ['email'],
  states: ['type', 'key', 'category'],
  topics: ['key', 'parent_id'],
  projects: ['key'],
};

const noteOf = ([table, columns]: [string, string[]]): string => {
  const row = (name: string): string => `(${columns.map((column) => `${name}.${column}`).join(', ')})`;
  return `
      create constraint trigger look_up_is_noted after insert or delete on ${table}
        deferrable initially deferred for each row execute function note_look_up();
      create constraint trigger changed_look_up_is_noted after update on ${table}
        deferrable initially deferred for each row when (${row('old')} is distinct from ${row('new')})
        execute function note_look_up();`;
};
