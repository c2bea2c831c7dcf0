import type DataLoader from 'dataloader';
import type { LocalizedNames } from '../../entities/state.js';
import type { Ticket } from '../../entities/ticket.js';
import type { Loaders } from '../../loaders/loaders.js';

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

/** What a state or topic is called in a report: its English name, else any that it has. */
function nameOf(named: { localizedNames: LocalizedNames } | null): string | null {
  if (named === null) return null;
  return named.localizedNames['en'] ?? Object.values(named.localizedNames)[0] ?? '';
}

const load = <T>(loader: DataLoader<string, T | null>, id: string | null): Promise<T | null> | null =>
  id === null ? null : loader.load(id);

/** What else has to be known to tell of a ticket. */
export interface Surroundings {
  readonly loaders: Loaders;
  readonly humanId: string;
  /** Up to when tickets that are not closed have run. */
  readonly now: Date;
}

/** Tells of a ticket: its description, or else its title, since it always has one of them. */
export async function rowOf(ticket: Ticket, { loaders, humanId, now }: Surroundings): Promise<ReportRow> {
  const { organization, user, state } = loaders;
  const { createdAt, closedAt, firstAssignedAt } = ticket;
  const [customer, buyer, priority, category, outcome, status, reporter, contact, assignee, group] = await Promise.all([
    load(organization, ticket.organizationId),
    load(organization, ticket.buyerId),
    state.load(ticket.priorityId),
    load(loaders.topic, ticket.topicId),
    load(state, ticket.outcomeId),
    state.load(ticket.statusId),
    user.load(ticket.reporterId),
    loaders.mainEmail.load(ticket.id),
    load(user, ticket.assigneeId),
    load(loaders.group, ticket.groupId),
  ]);
  return {
    id: ticket.id,
    ticketNumber: humanId,
    customer: (customer ?? reporter)?.name ?? null,
    buyer: buyer?.name ?? null,
    ticketDescription: ticket.description ?? ticket.title,
    priority: nameOf(priority) ?? '',
    category: nameOf(category),
    serviceImpact: ticket.serviceImpact,
    outcome: nameOf(outcome),
    status: nameOf(status) ?? '',
    primaryContactName: reporter?.name ?? null,
    primaryContactEmail: contact?.value ?? reporter?.email ?? null,
    createdAt,
    resolutionDate: closedAt,
    assigned: (assignee ?? group)?.name ?? null,
    slaAssignedTime: firstAssignedAt && duration(createdAt, firstAssignedAt),
    ticketRunTime: duration(createdAt, closedAt ?? now),
  };
}
