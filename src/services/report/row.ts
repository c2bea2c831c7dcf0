import type DataLoader from 'dataloader';
import type { Queryable } from '../../db/database.js';
import type { LocalizedNames } from '../../entities/state.js';
import type { Loaders } from '../../loaders/loaders.js';
import { contactType } from '../contact.js';
import { nameIn } from '../localized-names.js';

/** A ticket as a report tells of it (parity d19). */
export interface ReportRow {
  /** The ticket's; no column. */
  readonly id: string;
  readonly ticketNumber: string;
  readonly customer: string | null;
  readonly buyer: string | null;
  readonly ticketDescription: string | null;
  readonly priority: string;
  readonly category: string | null;
  readonly serviceImpact: string | null;
  readonly outcome: string | null;
  readonly status: string;
  readonly primaryContactName: string | null;
  readonly primaryContactEmail: string | null;
  readonly createdAt: Date;
  readonly resolutionDate: Date | null;
  readonly assigned: string | null;
  readonly slaAssignedTime: string | null;
  readonly ticketRunTime: string;
}

/** The columns in their order. */
export const reportColumns = [
  'ticketNumber',
  'customer',
  'buyer',
  'ticketDescription',
  'priority',
  'category',
  'serviceImpact',
  'outcome',
  'status',
  'primaryContactName',
  'primaryContactEmail',
  'createdAt',
  'resolutionDate',
  'assigned',
  'slaAssignedTime',
  'ticketRunTime',
] as const satisfies readonly (keyof ReportRow)[];

/** `HH:MM:SS` between two moments: hours go beyond 24, seconds are rounded down, and nothing is less than zero. */
function duration(from: Date, to: Date): string {
  const seconds = Math.max(0, Math.floor((to.getTime() - from.getTime()) / 1_000));
  const parts = [seconds / 3_600, (seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(Math.floor(part)).padStart(2, '0')).join(':');
}

/** What the database has to tell of a ticket. */
interface Raw extends Omit<
  ReportRow,
  'ticketNumber' | 'priority' | 'category' | 'outcome' | 'status' | 'slaAssignedTime' | 'ticketRunTime'
> {
  readonly number: number;
  readonly priorityId: string;
  readonly topicId: string | null;
  readonly outcomeId: string | null;
  readonly statusId: string;
  readonly firstAssignedAt: Date | null;
}

/**
 * A ticket has a description or else a title; the customer is its organization, or else its reporter. Joins alone would take
 * the planner longer than all the rest, for every batch anew.
 */
const sql = `
  select t.id, t.number, coalesce(customer.name, reporter.name) as "customer",
    (select o.name from organizations o where o.id = t.buyer_id) as "buyer",
    coalesce(t.description, t.title) as "ticketDescription", t.priority_id as "priorityId", t.topic_id as "topicId",
    t.service_impact as "serviceImpact", t.outcome_id as "outcomeId", t.status_id as "statusId",
    reporter.name as "primaryContactName",
    coalesce(
      (select a.value from ticket_attributes a where a.ticket_id = t.id and a.type = '${contactType}' and a.key = 'mainEmail'),
      reporter.email) as "primaryContactEmail",
    t.created_at as "createdAt", t.closed_at as "resolutionDate",
    coalesce(assignee.name, (select g.name from groups g where g.id = t.group_id)) as "assigned",
    t.first_assigned_at as "firstAssignedAt"
  from unnest($1::uuid[]) with ordinality as wanted (id, place)
  join tickets t on t.id = wanted.id
  join users reporter on reporter.id = t.reporter_id
  left join organizations customer on customer.id = t.organization_id
  left join users assignee on assignee.id = t.assignee_id
  order by wanted.place`;

/** How rows are told. */
export interface Telling {
  readonly humanIdOf: (ticket: { number: number }) => string;
  /** In which languages states and topics are named, the most wanted first. */
  readonly locales: readonly string[];
  /** Up to when tickets that are not closed have run. */
  readonly now: Date;
}

/** Tells of tickets by their ids, in that order: one statement for all of them, since a report may have a million. */
export async function readRows(
  db: Queryable,
  { state, topic }: Pick<Loaders, 'state' | 'topic'>,
  ids: readonly string[],
  { humanIdOf, locales, now }: Telling,
): Promise<ReportRow[]> {
  const rows = await db.query<Raw>(sql, [ids]);
  const states = rows.flatMap(({ priorityId, outcomeId, statusId }) => [priorityId, outcomeId, statusId]);
  const topics = rows.map(({ topicId }) => topicId);
  const names = new Map([...(await namesOf(state, states, locales)), ...(await namesOf(topic, topics, locales))]);
  const nameOf = (id: string | null): string | null => (id === null ? null : (names.get(id) ?? null));
  return rows.map((row) => ({
    ...row,
    ticketNumber: humanIdOf(row),
    priority: nameOf(row.priorityId) ?? '',
    category: nameOf(row.topicId),
    outcome: nameOf(row.outcomeId),
    status: nameOf(row.statusId) ?? '',
    slaAssignedTime: row.firstAssignedAt && duration(row.createdAt, row.firstAssignedAt),
    ticketRunTime: duration(row.createdAt, row.resolutionDate ?? now),
  }));
}

/** What states or topics are called: there are few of them, and many tickets. */
async function namesOf(
  loader: DataLoader<string, { id: string; localizedNames: LocalizedNames } | null>,
  ids: readonly (string | null)[],
  locales: readonly string[],
): Promise<[id: string, name: string][]> {
  const wanted = [...new Set(ids)].filter((id) => id !== null);
  const found = await Promise.all(wanted.map((id) => loader.load(id)));
  return found.flatMap((named) => (named ? [[named.id, nameIn(named.localizedNames, locales)]] : []));
}
