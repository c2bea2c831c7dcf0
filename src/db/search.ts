import { type Bind, type Database, parameters } from './database.js';

/** A search: what was asked for, and whose documents count. */
export interface Search {
  readonly text: string;
  readonly isPublicOnly: boolean;
}

/** How many documents may be found before going through the list and looking each ticket up is cheaper. */
const fewHits = 5_000;

const matching = ({ isPublicOnly }: Search, query: string): string =>
  `d.search @@ ${query}${isPublicOnly ? ' and d.is_public' : ''}`;

const queryOf = ({ text }: Search, bind: Bind): string => `search_query(${bind(text)})`;

/** What stands for all words that are too rare for the planner to know them: it takes them for more frequent than they are. */
const unknownWord = 'zqxjkvbwpyf';

interface Plan {
  readonly 'Plan Rows': number;
  readonly Plans: [Plan, Plan];
}

/** Whether the planner expects few documents: counting those of a common word would take longer than reading a page. */
export async function hasFewHits(db: Database, search: Search): Promise<boolean> {
  const { values, bind } = parameters();
  const [found] = await db.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
    `explain (format json) select from search_documents d where ${matching(search, queryOf(search, bind))}
     union all select from search_documents d where d.search @@ '${unknownWord}'`,
    values,
  );
  const [hits, unknown] = found?.['QUERY PLAN'][0].Plan.Plans ?? [];
  // Each word is looked for in two forms.
  const ifUnknown = 2 * search.text.trim().split(/\s+/).length * (unknown?.['Plan Rows'] ?? 0);
  return (hits?.['Plan Rows'] ?? 0) <= Math.max(fewHits, ifUnknown);
}

/**
 * The condition under which a ticket, named by the alias, is found: all words in its title and description, or all in one
 * comment. Few documents are found first, by themselves; where there are many, each ticket is asked whether it has one.
 */
export function found(search: Search, alias: string, bind: Bind, isFew: boolean): string {
  const matches = matching(search, queryOf(search, bind));
  return isFew
    ? `${alias}.id = any(array(select distinct d.ticket_id from search_documents d where ${matches}))`
    : `exists (select from search_documents d where d.ticket_id = ${alias}.id and ${matches})`;
}

/** The condition under which the title of a ticket contains a text, whatever the case and accents of either. */
export const titleContains = (alias: string, text: string): string =>
  `exists (select from search_documents d where d.id = ${alias}.id
    and d.title like '%' || regexp_replace(search_fold(${text}), '([\\\\%_])', '\\\\\\1', 'g') || '%')`;

/** Where the words are: 3 in the title, 2 in title and description together, 1 in a comment. */
export const placeOfWords = (search: Search, alias: string, bind: Bind): string => {
  const query = queryOf(search, bind);
  return `coalesce((select case when ts_filter(d.search, '{a}') @@ ${query} then 3 else 2 end
    from search_documents d where d.id = ${alias}.id and d.search @@ ${query}), 1)`;
};
