import { randomUUID } from 'node:crypto';
import { isStaff, isStaffRole, type SignedInViewer } from '../auth/viewer.js';
import type { Queryable } from '../db/database.js';
import type { Transaction, UnitOfWork } from '../db/unit-of-work.js';
import { Visibility } from '../entities/comment.js';
import type { AccessLevel } from '../entities/ticket.js';
import type { User } from '../entities/user.js';
import { forbidden } from '../errors.js';
import type { NewEvent } from './append/addition.js';
import { appendToConversation } from './append/append-to-conversation.js';
import type { Call } from './call.js';
import { claimFiles } from './claim-files.js';
import { type ContactAttributes, insertContact } from './contact.js';
import type { Finder } from './find.js';
import { accessOfNew } from './ticket-access.js';
import { requireText, titleFrom, trimmed } from './text.js';
import type { TicketOutcome } from './tickets.js';

/** What `createTicket` is asked for; null is as absent. */
export interface OpenTicket {
  title?: string | null;
  description?: string | null;
  body?: string | null;
  topicKey?: string | null;
  priorityKey?: string | null;
  accessLevel?: AccessLevel | null;
  projectKey?: string | null;
  noticeId?: number | null;
  externalSubjectId?: string | null;
  serviceImpact?: string | null;
  contractHumanId?: string | null;
  tenantHumanId?: string | null;
  buyerId?: string | null;
  consumerId?: string | null;
  contact?: ContactAttributes | null;
  reporterId?: string | null;
  organizationId?: string | null;
  fileIds?: string[] | null;
}

/** Whom a ticket is for. */
interface Customer {
  readonly reporterId: string;
  readonly isClient: boolean;
  readonly organizationId: string | null;
}

/** Opens tickets. */
export class TicketOpening {
  constructor(
    private readonly work: UnitOfWork,
    private readonly find: Finder,
  ) {}

  /** Opens a ticket, with its first comment when there is a body or a file, in one step (parity a2, b6, c2, e1). */
  async open({ viewer, once }: Call, input: OpenTicket): Promise<TicketOutcome> {
    return this.work.run(once, async (tx) => {
      const ticketId = randomUUID();
      const body = trimmed(input.body) ?? (input.fileIds ? '' : null);
      const commentId = body === null ? null : randomUUID();
      const insert = await this.prepareInsert(tx, viewer, input, ticketId);
      return {
        result: { ticketId, commentId },
        write: async () => {
          const fileIds = await claimFiles(tx, viewer, input.fileIds);
          await insert();
          const events: NewEvent[] = [{ type: 'TicketOpened' }];
          if (body !== null && commentId !== null) {
            const comment = { id: commentId, body, visibility: Visibility.PUBLIC, fileIds };
            events.push({ type: 'CommentAdded', comment });
          }
          const ticket = { id: ticketId, accessVersion: 1 };
          await appendToConversation(tx, { actor: viewer, ticket, events, path: ['input'] });
        },
      };
    });
  }

  private async prepareInsert(
    tx: Transaction,
    viewer: SignedInViewer,
    input: OpenTicket,
    id: string,
  ): Promise<() => Promise<void>> {
    const description = trimmed(input.description);
    const title = trimmed(input.title) ?? titleFrom(requireText(description, trimmed(input.body)));
    const customer = await this.customerOf(tx, viewer, input);
    const topicKey = trimmed(input.topicKey);
    const topic = topicKey === null ? null : await this.find.topic(tx, topicKey, ['input', 'topicKey']);
    const priorityKey = trimmed(input.priorityKey) ?? 'low';
    const priority = await this.find.state(tx, 'PRIORITY', priorityKey, ['input', 'priorityKey']);
    const status = await this.find.state(tx, 'STATE', 'created', ['input']);
    const access = await accessOfNew(tx, viewer, { ...input, organizationId: customer.organizationId });
    const authorIds = [...new Set([viewer.id, customer.reporterId])];
    const row = {
      id,
      title,
      description,
      status_id: status.id,
      priority_id: priority.id,
      topic_id: topic?.id ?? null,
      access_level: access.level,
      project_id: access.projectId,
      organization_id: customer.organizationId,
      buyer_id: await this.tradeParty(tx, viewer, input, 'buyerId'),
      consumer_id: await this.tradeParty(tx, viewer, input, 'consumerId'),
      reporter_id: customer.reporterId,
      is_client_author: customer.isClient,
      author_ids: authorIds,
      member_ids: authorIds,
      notice_id: input.noticeId ?? null,
      external_subject_id: trimmed(input.externalSubjectId),
      service_impact: trimmed(input.serviceImpact),
      contract_human_id: trimmed(input.contractHumanId),
      tenant_human_id: trimmed(input.tenantHumanId),
      version: 0,
    };
    return async () => {
      const values = Object.values(row);
      await tx.query(
        `insert into tickets (${Object.keys(row).join(', ')}) values (${values.map((_, n) => `$${n + 1}`).join(', ')})`,
        values,
      );
      await insertContact(tx, id, input.contact ?? null);
    };
  }

  /** A customer names only organizations that they know of. */
  private async tradeParty(
    tx: Queryable,
    viewer: SignedInViewer,
    input: OpenTicket,
    argument: 'buyerId' | 'consumerId',
  ): Promise<string | null> {
    const id = input[argument];
    return id == null ? null : (await this.find.knownOrganization(tx, viewer, id, ['input', argument])).id;
  }

  /** Staff may open on somebody's behalf; the organization is the reporter's unless staff name another (parity d6). */
  private async customerOf(tx: Queryable, viewer: SignedInViewer, input: OpenTicket): Promise<Customer> {
    for (const argument of ['reporterId', 'organizationId'] as const) {
      if (input[argument] != null && !isStaff(viewer)) {
        throw forbidden(`Only members of staff set \`${argument}\`.`, ['input', argument]);
      }
    }
    const reporter: Pick<User, 'id' | 'role' | 'organizationId'> =
      input.reporterId == null ? viewer : await this.find.activeUser(tx, input.reporterId, ['input', 'reporterId']);
    const organizationId =
      input.organizationId == null
        ? reporter.organizationId
        : (await this.find.organization(tx, input.organizationId, ['input', 'organizationId'])).id;
    return { reporterId: reporter.id, isClient: !isStaffRole(reporter.role), organizationId };
  }
}
