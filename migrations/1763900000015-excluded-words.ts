import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Words that a search excludes in any of their forms. */
export class ExcludedWords1763900000015 implements MigrationInterface {
  name = 'ExcludedWords1763900000015';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter function search_query rename to search_words;

      -- What is excluded, as a search for any of it. Where there are alternatives it belongs to one of them, and is left to that.
      create function search_excluded(input text) returns text language sql immutable parallel safe
        return (
          select string_agg(found[1], ' or ')
          from regexp_matches(
            regexp_replace(translate(input, '“”„', '"""'), '(^|[^-])"[^"]*"', '\\1 ', 'g'), '(?:^|\\s)-("[^"]+"|[^\\s"-][^\\s"]*)', 'g') as found
          where input !~* '(^|\\s)or(\\s|$)'
        );

      -- A word has other forms in each language, and one that is excluded must have none of them: either language alone would let some pass.
      create function search_query(input text) returns tsquery language sql immutable parallel safe
        return case when position('-' in input) = 0 or search_excluded(input) is null then search_words(input)
          else search_words(input) && !! search_words(search_excluded(input)) end;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function search_query;
      drop function search_excluded;
      alter function search_words rename to search_query;
    `);
  }
}
