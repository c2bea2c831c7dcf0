import { type Bind, type Database, parameters } from './database.js';
import type { Tier } from './keyset.js';

/** A search: what was asked for, and whose documents count. */
export interface Search {
  readonly text: string;
  readonly isPublicOnly: boolean;
}

/** How many documents may be found before going through the list and looking each ticket up is cheaper. */
const fewHits = 5_000;

/** How often what is searched for is expected to be found: where it is few, documents are found first, by themselves. */
export interface Expectation {
  readonly isFew: boolean;
  readonly isFewInTitles: boolean;
  readonly isFewInTickets: boolean;
  readonly isFewInComments: boolean;
}

const queryOf = ({ text }: Search, bind: Bind): string => `search_query(${bind(text)})`;

const matching = ({ isPublicOnly }: Search, query: string): string =>
  `d.search @@ ${query}${isPublicOnly ? ' and d.is_public' : ''}`;

/** Documents of tickets with the words in the title or anywhere, as the indexes for these have it. */
const inTitle = (query: string): string => `d.title is not null and ts_filter(d.search, '{a}') @@ ${query}`;
const inTicket = (query: string): string => `d.title is not null and ts_filter(d.search, '{a,b}') @@ ${query}`;

/** What stands for all words that are too rare for the planner to know them: it takes them for more frequent than they are. */
const unknownWord = 'zqxjkvbwpyf';

interface Plan {
  readonly 'Plan Rows': number;
  readonly Plans: readonly Plan[];
}

/** Asks the planner how many documents it expects: counting those of a common word would take longer than reading a page. */
export async function expectHits(db: Database, search: Search): Promise<Expectation> {
  const { values, bind } = parameters();
  const query = queryOf(search, bind);
  const conditions = [matching(search, query), inTitle(query), inTicket(query), `d.search @@ '${unknownWord}'`];
  const sets = conditions.map((condition) => `array(select 1 from search_documents d where ${condition})`);
  const [row] = await db.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
    `explain (format json) select ${sets.join(', ')}`,
    values,
  );
  const [all = 0, titles = 0, tickets = 0, unknown = 0] =
    row?.['QUERY PLAN'][0].Plan.Plans.map((plan) => plan['Plan Rows']) ?? [];
  // Each word is looked for in two forms.
  const few = Math.max(fewHits, 2 * search.text.trim().split(/\s+/).length * unknown);
  return {
    isFew: all <= few,
    isFewInTitles: titles <= few,
    isFewInTickets: tickets <= few,
    isFewInComments: all - tickets <= few,
  };
}

/**
 * The condition under which a ticket, named by the alias, is found: all words in its title and description, or all in one
 * comment. Few documents are found first, by themselves; where there are many, each ticket is asked whether it has one.
 */
export function found(search: Search, alias: string, bind: Bind, { isFew }: Expectation): string {
  const matches = matching(search, queryOf(search, bind));
  return isFew
    ? `${alias}.id = any(array(select distinct d.ticket_id from search_documents d where ${matches}))`
    : `exists (select from search_documents d where d.ticket_id = ${alias}.id and ${matches})`;
}

/** The same condition in three, by where the words are: 3 in the title, 2 in title and description together, 1 in a comment. */
export function placesOfWords(search: Search, alias: string, expectation: Expectation): readonly Tier[] {
  const ofTicket = (condition: string, isFew: boolean): string =>
    isFew
      ? `${alias}.id = any(array(select d.id from search_documents d where ${condition}))`
      : `exists (select from search_documents d where d.id = ${alias}.id and ${condition})`;
  return [
    {
      value: 1,
      where: (bind) => {
        const query = queryOf(search, bind);
        const comments = `${found(search, alias, bind, { ...expectation, isFew: expectation.isFewInComments })}`;
        return `${comments} and not exists (select from search_documents d where d.id = ${alias}.id and d.search @@ ${query})`;
      },
    },
    {
      value: 2,
      where: (bind) => {
        const query = queryOf(search, bind);
        const condition = `${inTicket(query)} and not (${inTitle(query)})`;
        return ofTicket(condition, expectation.isFewInTickets);
      },
    },
    {
      value: 3,
      where: (bind) => {
        const query = queryOf(search, bind);
        return ofTicket(`${inTitle(query)} and ${inTicket(query)}`, expectation.isFewInTitles);
      },
    },
  ];
}

/** SQL of a text without what titles are compared regardless of: case and accents. */
export const foldedText = (text: string): string => `search_fold(${text})`;

/** The condition under which the title of a ticket contains a text, whatever the case and accents of either. */
export const titleContains = (alias: string, text: string): string =>
  `exists (select from search_documents d where d.id = ${alias}.id
    and d.title like '%' || regexp_replace(${foldedText(text)}, '([\\\\%_])', '\\\\\\1', 'g') || '%')`;
