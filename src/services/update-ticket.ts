import type { SignedInViewer } from '../auth/viewer.js';
import type { Queryable } from '../db/database.js';
import type { UnitOfWork } from '../db/unit-of-work.js';
import { StateType, StatusCategory } from '../entities/state.js';
import type { AccessLevel, Ticket } from '../entities/ticket.js';
import { forbidden, invalid } from '../errors.js';
import { canChangeAccess, canUpdate } from '../policies/ticket-policy.js';
import { appendToConversation } from './append/append-to-conversation.js';
import { type FieldValue, type TicketFieldName, ticketFields } from './append/ticket-fields.js';
import type { Call } from './call.js';
import type { Finder } from './find.js';
import { accessArguments, changedAccess } from './ticket-access.js';
import type { TicketOutcome } from './tickets.js';

/** What `updateTicket` is asked for: absent leaves a field as it is, null clears it. */
export interface UpdateTicket {
  ticketId: string;
  title?: string | null;
  description?: string | null;
  statusKey?: string | null;
  priorityKey?: string | null;
  typeKey?: string | null;
  stageKey?: string | null;
  outcomeKey?: string | null;
  serviceImpact?: string | null;
  accessLevel?: AccessLevel | null;
  projectKey?: string | null;
  assigneeId?: string | null;
  groupId?: string | null;
  reporterId?: string | null;
  organizationId?: string | null;
  buyerId?: string | null;
  consumerId?: string | null;
  contractHumanId?: string | null;
  tenantHumanId?: string | null;
  externalSubjectId?: string | null;
  expectedVersion?: number | null;
}

type Argument = Exclude<keyof UpdateTicket, 'ticketId' | 'expectedVersion'>;
type Resolve = (tx: Queryable, text: string, path: readonly string[]) => Promise<string> | string;

/** How an argument becomes a column of the ticket. */
interface Rule {
  readonly field: TicketFieldName;
  readonly clearable?: boolean;
  readonly resolve: Resolve;
}

const ticketPath = ['input', 'ticketId'] as const;
const text: Resolve = (_tx, value) => value.trim();

/** Changes what a ticket says, how it is worked on and who sees it. */
export class TicketUpdates {
  private readonly rules: Readonly<Record<Exclude<Argument, 'accessLevel' | 'projectKey'>, Rule>>;

  constructor(
    private readonly work: UnitOfWork,
    private readonly find: Finder,
  ) {
    const state =
      (type: StateType): Resolve =>
      async (tx, key, path) =>
        (await find.state(tx, type, key.trim(), path)).id;
    const organization: Resolve = async (tx, id, path) => (await find.organization(tx, id, path)).id;
    this.rules = {
      title: { field: 'title', resolve: text },
      description: { field: 'description', clearable: true, resolve: text },
      statusKey: { field: 'statusId', resolve: (tx, key, path) => this.openStatus(tx, key.trim(), path) },
      priorityKey: { field: 'priorityId', resolve: state(StateType.PRIORITY) },
      typeKey: { field: 'typeId', clearable: true, resolve: state(StateType.TYPE) },
      stageKey: { field: 'stageId', clearable: true, resolve: state(StateType.STAGE) },
      outcomeKey: { field: 'outcomeId', clearable: true, resolve: state(StateType.OUTCOME) },
      serviceImpact: { field: 'serviceImpact', clearable: true, resolve: text },
      assigneeId: {
        field: 'assigneeId',
        clearable: true,
        resolve: async (tx, id, path) => (await find.activeStaff(tx, id, path)).id,
      },
      groupId: {
        field: 'groupId',
        clearable: true,
        resolve: async (tx, id, path) => (await find.group(tx, id, path)).id,
      },
      reporterId: { field: 'reporterId', resolve: async (tx, id, path) => (await find.activeUser(tx, id, path)).id },
      organizationId: { field: 'organizationId', resolve: organization },
      buyerId: { field: 'buyerId', clearable: true, resolve: organization },
      consumerId: { field: 'consumerId', clearable: true, resolve: organization },
      contractHumanId: { field: 'contractHumanId', clearable: true, resolve: text },
      tenantHumanId: { field: 'tenantHumanId', clearable: true, resolve: text },
      externalSubjectId: { field: 'externalSubjectId', clearable: true, resolve: text },
    };
  }

  /**
   * Changes the fields that are given, those that differ in one TicketUpdated. Who may see a ticket is decided by its authors
   * and staff, closed or not; all else is for staff, on an open ticket (parity a5, e16, x16).
   */
  async update({ viewer, once }: Call, input: UpdateTicket): Promise<TicketOutcome> {
    return this.work.run(once, async (tx) => {
      const ticket = await this.find.ticket(tx, viewer, input.ticketId, ticketPath);
      const isContent = this.checkArguments(viewer, ticket, input);
      const fields = await this.fieldsOf(tx, viewer, ticket, input);
      const reporter = fields.find(({ name }) => name === 'reporterId')?.value;
      return {
        result: { ticketId: ticket.id, commentId: null },
        write: () =>
          appendToConversation(tx, {
            actor: viewer,
            ticket,
            requires: isContent ? 'open' : undefined,
            expectedVersion: input.expectedVersion,
            joining: reporter ? [reporter] : [],
            events: [],
            fields,
            path: ticketPath,
          }),
      };
    });
  }

  /** Refuses what the viewer may not change and what can't be cleared; answers whether an open ticket is needed. */
  private checkArguments(viewer: SignedInViewer, ticket: Ticket, input: UpdateTicket): boolean {
    const content = (Object.keys(this.rules) as (keyof typeof this.rules)[]).filter(
      (name) => input[name] !== undefined,
    );
    const access = accessArguments.filter((name) => input[name] !== undefined);
    for (const name of content) {
      if (!canUpdate(viewer)) throw forbidden(`Only members of staff change \`${name}\`.`, ['input', name]);
      if (input[name] === null && !this.rules[name].clearable) {
        throw invalid(['input', name], 'not_clearable', `\`${name}\` can be changed but not cleared: leave it out.`);
      }
    }
    for (const name of access) {
      if (canChangeAccess(viewer, ticket)) continue;
      throw forbidden(`Only authors of the ticket and members of staff change \`${name}\`.`, ['input', name]);
    }
    if (content.length + access.length === 0) {
      throw invalid(['input'], 'required', 'Give at least one field to change.');
    }
    return content.length > 0;
  }

  private async fieldsOf(
    tx: Queryable,
    viewer: SignedInViewer,
    ticket: Ticket,
    input: UpdateTicket,
  ): Promise<FieldValue[]> {
    const values = new Map<TicketFieldName, string | null>();
    for (const [name, { field, resolve }] of Object.entries(this.rules) as [keyof typeof this.rules, Rule][]) {
      const value = input[name];
      if (value !== undefined) values.set(field, value === null ? null : await resolve(tx, value, ['input', name]));
    }
    const organizationId = values.get('organizationId') ?? ticket.organizationId;
    for (const [field, value] of await changedAccess(tx, viewer, ticket, { ...input, organizationId })) {
      values.set(field, value);
    }
    return (Object.keys(ticketFields) as TicketFieldName[]).flatMap((name) => {
      const value = values.get(name);
      return value === undefined ? [] : [{ name, value }];
    });
  }

  private async openStatus(tx: Queryable, key: string, path: readonly string[]): Promise<string> {
    const status = await this.find.state(tx, StateType.STATE, key, path);
    if (status.category !== StatusCategory.CLOSED) return status.id;
    throw invalid(path, 'closed', '`statusKey` must not be of the category CLOSED: use closeTicket and reopenTicket.');
  }
}
