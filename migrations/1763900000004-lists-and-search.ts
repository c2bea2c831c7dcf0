import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Indexes for the orders and filters of lists, and the documents that are searched. */
export class ListsAndSearch1763900000004 implements MigrationInterface {
  name = 'ListsAndSearch1763900000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create extension if not exists unaccent;
      create extension if not exists pg_trgm;

      -- Every list of a customer reads this index, and with it all that is still waiting to be put into it.
      alter index tickets_member_ids_idx set (fastupdate = off);
      select gin_clean_pending_list('tickets_member_ids_idx');

      create index tickets_updated_at_id_idx on tickets (updated_at, id) where deleted_at is null;
      create index tickets_created_at_id_idx on tickets (created_at, id) where deleted_at is null;
      create index tickets_title_id_idx on tickets (title collate "und-x-icu", id) where deleted_at is null;
      create index tickets_status_id_id_idx on tickets (status_id, id) where deleted_at is null;
      create index tickets_priority_id_id_idx on tickets (priority_id, id) where deleted_at is null;
      create index tickets_organization_id_updated_at_idx on tickets (organization_id, updated_at) where deleted_at is null;
      create index tickets_assignee_id_updated_at_idx on tickets (assignee_id, updated_at) where assignee_id is not null;
      create index tickets_group_id_updated_at_idx on tickets (group_id, updated_at) where group_id is not null;
      create index tickets_external_subject_id_idx on tickets (external_subject_id) where external_subject_id is not null;
      create index tickets_open_updated_at_id_idx on tickets (updated_at, id) where closed_at is null and deleted_at is null;

      -- A language's words that say nothing are skipped in the others too: the same words of a text count, whoever stems them.
      create text search dictionary english_fillers (template = simple, stopwords = english, accept = false);
      create text search dictionary russian_fillers (template = simple, stopwords = russian, accept = false);
      create text search dictionary portuguese_fillers (template = simple, stopwords = portuguese, accept = false);
      create text search configuration search_russian (copy = russian);
      alter text search configuration search_russian
        alter mapping for asciiword, asciihword, hword_asciipart with russian_fillers, portuguese_fillers, english_stem;
      alter text search configuration search_russian
        alter mapping for word, hword, hword_part with english_fillers, portuguese_fillers, russian_stem;
      create text search configuration search_portuguese (copy = portuguese);
      alter text search configuration search_portuguese
        alter mapping for asciiword, asciihword, hword_asciipart, word, hword, hword_part
        with english_fillers, russian_fillers, portuguese_stem;

      create function search_lower(input text) returns text language sql immutable parallel safe
        return lower(normalize(input) collate "und-x-icu");

      create function search_fold(input text) returns text language sql immutable parallel safe
        return unaccent(search_lower(input));

      -- Portuguese is stemmed with its accents and loses them afterwards, English and Russian the other way round.
      create function search_vector(input text) returns tsvector language sql immutable parallel safe
        return to_tsvector('search_russian', search_fold(input)) ||
          translate(to_tsvector('search_portuguese', search_lower(input))::text, 'áâãàçéêíóôõúü', 'aaaaceeiooouu')::tsvector;

      create function search_query(input text) returns tsquery language sql immutable parallel safe
        return (
          select case when numnode(portuguese) = 0 then portuguese else
            websearch_to_tsquery('search_russian', search_fold(input)) ||
            translate(portuguese::text, 'áâãàçéêíóôõúü', 'aaaaceeiooouu')::tsquery end
          from websearch_to_tsquery('search_portuguese', search_lower(input)) as portuguese
        );

      -- Apart from the tickets, whose rows change with every comment, and from the comments, which are read far more often.
      create table search_documents (
        id uuid primary key,
        ticket_id uuid not null references tickets,
        is_public boolean not null,
        title text,
        search tsvector not null
      );

      create function document_of_ticket(id uuid, title text, description text) returns search_documents
        language sql immutable parallel safe
        return row(id, id, true, search_fold(title),
          setweight(search_vector(title), 'A') || setweight(search_vector(coalesce(description, '')), 'B'))::search_documents;

      create function document_of_comment(id uuid, ticket_id uuid, visibility text, body text) returns search_documents
        language sql immutable parallel safe
        return row(id, ticket_id, visibility = 'PUBLIC', null, setweight(search_vector(body), 'C'))::search_documents;

      insert into search_documents select d.* from tickets t, document_of_ticket(t.id, t.title, t.description) d;
      insert into search_documents select d.* from comments c, document_of_comment(c.id, c.ticket_id, c.visibility, c.body) d
        where c.deleted_at is null;

      create index search_documents_ticket_id_idx on search_documents (ticket_id);
      create index search_documents_search_idx on search_documents using gin (search) with (gin_pending_list_limit = 512);
      create index search_documents_title_words_idx on search_documents using gin (ts_filter(search, '{a}')) where title is not null;
      create index search_documents_ticket_words_idx on search_documents using gin (ts_filter(search, '{a,b}')) where title is not null;
      create index search_documents_title_idx on search_documents using gin (title gin_trgm_ops) with (fastupdate = off);

      create function search_new_tickets() returns trigger language plpgsql as $$
        begin
          insert into search_documents select d.* from new_rows t, document_of_ticket(t.id, t.title, t.description) d;
          return null;
        end
      $$;
      create trigger tickets_are_searched after insert on tickets
        referencing new table as new_rows for each statement execute function search_new_tickets();

      create function search_changed_ticket() returns trigger language plpgsql as $$
        begin
          update search_documents d set (title, search) = (
            select title, search from document_of_ticket(new.id, new.title, new.description)
          ) where d.id = new.id;
          return null;
        end
      $$;
      create trigger changed_tickets_are_searched after update of title, description on tickets
        for each row when ((old.title, old.description) is distinct from (new.title, new.description))
        execute function search_changed_ticket();

      create function search_new_comments() returns trigger language plpgsql as $$
        begin
          insert into search_documents select d.* from new_rows c, document_of_comment(c.id, c.ticket_id, c.visibility, c.body) d
            where c.deleted_at is null;
          return null;
        end
      $$;
      create trigger comments_are_searched after insert on comments
        referencing new table as new_rows for each statement execute function search_new_comments();

      create function search_changed_comment() returns trigger language plpgsql as $$
        begin
          delete from search_documents d where d.id = new.id;
          insert into search_documents select d.* from document_of_comment(new.id, new.ticket_id, new.visibility, new.body) d
            where new.deleted_at is null;
          return null;
        end
      $$;
      create trigger changed_comments_are_searched after update of body, deleted_at on comments
        for each row when ((old.body, old.deleted_at) is distinct from (new.body, new.deleted_at))
        execute function search_changed_comment();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop trigger changed_comments_are_searched on comments;
      drop trigger comments_are_searched on comments;
      drop trigger changed_tickets_are_searched on tickets;
      drop trigger tickets_are_searched on tickets;
      drop function search_changed_comment, search_new_comments, search_changed_ticket, search_new_tickets;
      drop function document_of_comment, document_of_ticket;
      drop table search_documents;
      drop function search_query, search_vector, search_fold, search_lower;
      drop text search configuration search_portuguese;
      drop text search configuration search_russian;
      drop text search dictionary portuguese_fillers;
      drop text search dictionary russian_fillers;
      drop text search dictionary english_fillers;
      alter index tickets_member_ids_idx reset (fastupdate);
      drop index tickets_open_updated_at_id_idx, tickets_external_subject_id_idx, tickets_group_id_updated_at_idx,
        tickets_assignee_id_updated_at_idx, tickets_organization_id_updated_at_idx, tickets_priority_id_id_idx,
        tickets_status_id_id_idx, tickets_title_id_idx, tickets_created_at_id_idx, tickets_updated_at_id_idx;
    `);
  }
}
