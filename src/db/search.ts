import { type Bind, type Database, parameters } from './database.js';
import type { Tier } from './keyset.js';

/** A search: what was asked for, and whose documents count. */
export interface Search {
  readonly text: string;
  readonly isPublicOnly: boolean;
}

/** Up to how many tickets are fetched by their ids; of more, each ticket of the list is looked for among them. */
const fewIds = 1_000;

/** How many tickets a page wants, more or less. */
const pageSize = 20;

/** Up to how many tickets somebody may see for all documents of these to be read. */
const fewTickets = 500;

/** Words are as common as expected when they are found in three of the two hundred tickets that changed last. */
const probe = { tickets: 200, found: 3 };

/** What stands for all words that are too rare for the planner to know them: it takes them for more frequent than they are. */
const unknownWord = 'zqxjkvbwpyf';

/** Up to how many words are asked for one by one; more of them are hardly ever together. */
const mostWords = 8;

/** Documents that match a search. */
export interface Hits {
  /** Their tickets, as an array of the database; null when they are too many to be known. */
  readonly ticketIds: string | null;
  /** How many documents match, as far as that is known. */
  readonly count: number;
  /** How many there are in all, and how many of those are tickets. */
  readonly documents: number;
  readonly tickets: number;
}

/** Hits anywhere, in titles, and in tickets as a whole. */
export interface HitsByPlace {
  readonly anywhere: Hits;
  readonly inTitles: Hits;
  readonly inTickets: Hits;
}

/** Worked out once per statement: a plan that does not know the text would do it for every row. */
const queryOf = ({ text }: Search, bind: Bind): string => `(select search_query(${bind(text)}))`;

const matching = ({ isPublicOnly }: Search, query: string): string =>
  `d.search @@ ${query}${isPublicOnly ? ' and d.is_public' : ''}`;

/** Documents of tickets with the words in the title or anywhere, as the indexes for these have it. */
const inTitle = (query: string): string => `d.title is not null and ts_filter(d.search, '{a}') @@ ${query}`;
const inTicket = (query: string): string => `d.title is not null and ts_filter(d.search, '{a,b}') @@ ${query}`;

interface Plan {
  readonly 'Plan Rows': number;
  readonly Plans: readonly Plan[];
}

/** Asks the planner: it knows how frequent each of the common words is, though not which of them go together. */
async function expectHits(db: Database, search: Search): Promise<{ hits: Hits; areKnown: boolean }> {
  const { values, bind } = parameters();
  const words = search.text.trim().split(/\s+/);
  const asked = words.length > 1 && words.length <= mostWords ? words : [];
  const matches = [search.text, ...asked].map((text) => `d.search @@ search_query(${bind(text)})`);
  const sets = ['true', 'd.title is not null', `d.search @@ '${unknownWord}'`, ...matches].map(
    (condition) => `array(select 1 from search_documents d where ${condition})`,
  );
  const [row] = await db.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
    `explain (format json) select ${sets.join(', ')}`,
    values,
  );
  const [documents = 0, tickets = 0, unknown = 0, count = 0, ...each] =
    row?.['QUERY PLAN'][0].Plan.Plans.map((plan) => plan['Plan Rows']) ?? [];
  // Each word is looked for in two forms; of one that says nothing a single row is expected.
  const areKnown = (asked.length > 0 ? each : [count]).every((rows) => rows <= 1 || rows > 2 * unknown);
  return { hits: { ticketIds: null, count, documents, tickets }, areKnown };
}

/** Looks the tickets of matching documents up in an index, unless they need not be known, or are found to be more than the cap. */
async function lookUp(
  db: Database,
  cap: number,
  write: (bind: Bind) => { condition: string; unless?: string },
): Promise<Pick<Hits, 'ticketIds' | 'count'>> {
  const { values, bind } = parameters();
  const { condition, unless = 'false' } = write(bind);
  const most = `${bind(cap)}::int`;
  const [row] = await db.query<Pick<Hits, 'ticketIds' | 'count'>>(
    `select coalesce(cardinality(ids), 0) as count, case when cardinality(ids) <= ${most} then ids::text end as "ticketIds"
     from (
       select case when not ${unless} then
         array(select d.ticket_id from search_documents d where ${condition} limit ${most} + 1) end as ids offset 0
     ) look`,
    values,
  );
  return row ?? { ticketIds: null, count: 0 };
}

/**
 * Finds the documents, unless they are many. Where `count` of them match, going through a list passes `documents / count` for each
 * ticket it finds: to fill a page that is quicker than to look them up from the root of `pageSize * documents` on.
 */
export async function findHits(db: Database, search: Search): Promise<Hits> {
  const { hits: expected, areKnown } = await expectHits(db, search);
  const cap = Math.max(fewIds, Math.ceil(Math.sqrt(pageSize * expected.documents)));
  const hits = await lookUp(db, cap, (bind) => {
    const matches = matching(search, queryOf(search, bind));
    if (!areKnown || expected.count <= cap) return { condition: matches };
    // Words that are common each may never be together, or not any more: then going through the list would find no end.
    const newest = `select id from tickets where deleted_at is null order by updated_at desc, id desc limit ${probe.tickets}`;
    const together = `select from (${newest}) t where ${hasDocument('d.ticket_id = t.id', matches)} limit ${probe.found}`;
    return { condition: matches, unless: `(select count(*) from (${together}) together) = ${probe.found}` };
  });
  return { ...expected, ...hits, count: hits.ticketIds === null ? Math.max(expected.count, hits.count) : hits.count };
}

/** Finds the documents by reading all those of the tickets that somebody sees; null when these are not few. */
export async function findHitsAmong(
  db: Database,
  search: Search,
  seen: (alias: string, bind: Bind) => string,
): Promise<Hits | null> {
  const { values, bind } = parameters();
  const [row] = await db.query<Pick<Hits, 'ticketIds' | 'count'>>(
    `with own as materialized (select array(select t.id from tickets t where ${seen('t', bind)} limit ${fewTickets + 1}) as ids)
     select cardinality(found) as count, found::text as "ticketIds"
     from (
       select array(
         select distinct d.ticket_id from search_documents d
         where d.ticket_id = any((select ids from own)::uuid[]) and (${matching(search, queryOf(search, bind))}) is true
       ) as found from own where cardinality(ids) <= ${fewTickets} offset 0
     ) look`,
    values,
  );
  return row ? { ...row, documents: 0, tickets: 0 } : null;
}

/** Finds also where they are, which matters when not all are few. */
export async function findHitsByPlace(db: Database, search: Search, anywhere: Hits): Promise<HitsByPlace> {
  if (isFew(anywhere)) return { anywhere, inTitles: anywhere, inTickets: anywhere };
  const look = async (condition: (query: string) => string): Promise<Hits> => ({
    ...anywhere,
    ...(await lookUp(db, fewIds, (bind) => ({ condition: condition(queryOf(search, bind)) }))),
  });
  const inTitles = await look(inTitle);
  // With many in titles, a page is full before others are looked at.
  return { anywhere, inTitles, inTickets: isFew(inTitles) ? await look(inTicket) : inTitles };
}

const isFew = ({ ticketIds, count }: Hits): boolean => ticketIds !== null && count <= fewIds;

/** Whether a ticket has such a document. For the `offset` its own documents are read, and no index of words is asked for each ticket. */
const hasDocument = (link: string, condition: string): string =>
  `exists (select from (select * from search_documents d where ${link} offset 0) d where ${condition})`;

/** The condition under which a ticket has a document that matches, written for so many tickets as are wanted. */
function hasHit(
  alias: string,
  bind: Bind,
  { ticketIds, count, documents }: Hits,
  wanted: number,
  matches: () => string,
): string {
  if (ticketIds !== null && count <= fewIds) return `${alias}.id = any(${bind(ticketIds)}::uuid[])`;
  // Not a join, for which the planner would have to know how many they are, but a hash table.
  if (ticketIds !== null) return `(${alias}.id in (select unnest(${bind(ticketIds)}::uuid[]))) is true`;
  return count ** 2 > wanted * documents
    ? hasDocument(`d.ticket_id = ${alias}.id`, matches())
    : `${alias}.id = any(array(select distinct d.ticket_id from search_documents d where ${matches()}))`;
}

/** The condition under which a ticket, named by the alias, is found: all words in its title and description, or all in one comment. */
export const found = (search: Search, alias: string, bind: Bind, hits: Hits, wanted = pageSize): string =>
  hasHit(alias, bind, hits, wanted, () => matching(search, queryOf(search, bind)));

/** The same condition in three, by where the words are: 3 in the title, 2 in title and description together, 1 in a comment. */
export function placesOfWords(search: Search, alias: string, hits: HitsByPlace): readonly Tier[] {
  const { anywhere, inTitles, inTickets } = hits;
  const few = (some: Hits, bind: Bind): string => (isFew(some) ? `${found(search, alias, bind, some)} and ` : '');
  const ofTicket = (condition: string): string => hasDocument(`d.id = ${alias}.id`, condition);
  const leftForComments = anywhere.count - (isFew(inTickets) ? inTickets.count : anywhere.tickets);
  const inComments = anywhere.ticketIds === null ? { ...anywhere, count: Math.max(0, leftForComments) } : anywhere;
  return [
    {
      value: 1,
      where: (bind) => {
        const query = queryOf(search, bind);
        const comments = hasHit(
          alias,
          bind,
          inComments,
          pageSize,
          () => `d.title is null and ${matching(search, query)}`,
        );
        return `${comments} and not ${ofTicket(`d.search @@ ${query}`)}`;
      },
    },
    {
      value: 2,
      where: (bind) => {
        const query = queryOf(search, bind);
        const condition = `${inTicket(query)} and not (${inTitle(query)})`;
        // With many in titles it is not known whether any are left.
        return isFew(inTitles)
          ? `${few(inTickets, bind)}${ofTicket(condition)}`
          : `${alias}.id = any(array(select d.id from search_documents d where ${condition}))`;
      },
    },
    {
      value: 3,
      where: (bind) => {
        const query = queryOf(search, bind);
        return `${few(inTitles, bind)}${ofTicket(`${inTitle(query)} and ${inTicket(query)}`)}`;
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
