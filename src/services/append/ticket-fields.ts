import type { Ticket } from '../../entities/ticket.js';
import { globalIdInSql } from '../../global-id.js';

/** A column of a ticket that clients may change, and how a change of it is told. */
interface TicketField {
  readonly column: string;
  readonly type: 'text' | 'uuid';
  /** Name of the field in the API. */
  readonly field: string;
  /** SQL of what the value reads as in a change: key, id or text. */
  readonly told: (value: string) => string;
  /** What follows from a change of it, as assignments to other columns. */
  readonly sets?: readonly string[];
}

/** The columns that decide who sees a ticket. */
const accessColumns = ['access_level', 'project_id', 'organization_id'];

const text = (column: string, field: string): TicketField => ({ column, type: 'text', field, told: (value) => value });

const state = (column: string, field: string): TicketField => ({
  column,
  type: 'uuid',
  field,
  told: (value) => `(select key from states where id = ${value})`,
});

const object = (column: string, field: string, type: 'User' | 'Group' | 'Organization'): TicketField => ({
  column,
  type: 'uuid',
  field,
  told: (value) => globalIdInSql(type, value),
});

const declared = {
  title: text('title', 'title'),
  description: text('description', 'description'),
  statusId: state('status_id', 'status'),
  priorityId: state('priority_id', 'priority'),
  typeId: state('type_id', 'type'),
  stageId: state('stage_id', 'stage'),
  outcomeId: state('outcome_id', 'outcome'),
  serviceImpact: text('service_impact', 'serviceImpact'),
  accessLevel: text('access_level', 'accessLevel'),
  projectId: {
    column: 'project_id',
    type: 'uuid',
    field: 'project',
    told: (value) => `(select key from projects where id = ${value})`,
  },
  assigneeId: {
    ...object('assignee_id', 'assignee', 'User'),
    sets: [
      `first_assigned_at = coalesce(locked.first_assigned_at, case when wanted.assignee_id is not null then now.at end)`,
    ],
  },
  groupId: object('group_id', 'group', 'Group'),
  reporterId: {
    ...object('reporter_id', 'reporter', 'User'),
    sets: [
      `is_client_author = (select role = 'CUSTOMER' from users where id = wanted.reporter_id)`,
      `author_ids = locked.author_ids || array(select wanted.reporter_id where wanted.reporter_id <> all (locked.author_ids))`,
    ],
  },
  organizationId: object('organization_id', 'organization', 'Organization'),
  buyerId: object('buyer_id', 'buyer', 'Organization'),
  consumerId: object('consumer_id', 'consumer', 'Organization'),
  contractHumanId: text('contract_human_id', 'contractHumanId'),
  tenantHumanId: text('tenant_human_id', 'tenantHumanId'),
  externalSubjectId: text('external_subject_id', 'externalSubjectId'),
} satisfies Partial<Record<keyof Ticket, TicketField>>;

/** The name of such a column. */
export type TicketFieldName = keyof typeof declared;

/** The columns that `updateTicket` and the rules of status may change, in the order in which changes are told. */
export const ticketFields: Readonly<Record<TicketFieldName, TicketField>> = declared;

/** What a field becomes. */
export interface FieldValue {
  readonly name: TicketFieldName;
  readonly value: string | null;
}

/** Whether a field is one of those that decide who sees a ticket. */
export const decidesAccess = (name: TicketFieldName): boolean => accessColumns.includes(ticketFields[name].column);

/** The assignment that has everybody's rights decided anew where one of these fields decides about them and differs. */
export function accessVersionAfter(names: readonly TicketFieldName[]): string[] {
  const moving = names.filter(decidesAccess).map((name) => ticketFields[name].column);
  if (moving.length === 0) return [];
  const differs = moving.map((column) => `wanted.${column} is distinct from locked.${column}`).join(' or ');
  return [`access_version = locked.access_version + (${differs})::int`];
}
