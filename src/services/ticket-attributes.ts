import type { UnitOfWork } from '../db/unit-of-work.js';
import { forbidden } from '../errors.js';
import { canManage } from '../policies/ticket-policy.js';
import { appendToConversation } from './append/append-to-conversation.js';
import type { Call } from './call.js';
import type { Finder } from './find.js';

/** What `setTicketAttribute` is asked for. */
export interface SetTicketAttribute {
  ticketId: string;
  type: string;
  key: string;
  value: string;
}

/** Which attribute a mutation answers with: null once it was removed. */
export interface AttributeOutcome {
  readonly ticketId: string;
  readonly attributeType: string | null;
  readonly attributeKey: string | null;
  readonly replayed: boolean;
}

const onlyStaff = 'Only members of staff change the attributes of a ticket.';

/** Free attributes of tickets, such as contacts (parity d11). */
export class TicketAttributes {
  constructor(
    private readonly work: UnitOfWork,
    private readonly find: Finder,
  ) {}

  /** Gives an open ticket's attribute a value; there is one for each type and key. */
  async set({ viewer, once }: Call, input: SetTicketAttribute): Promise<AttributeOutcome> {
    const path = ['input', 'ticketId'];
    return this.work.run(once, async (tx) => {
      const ticket = await this.find.ticket(tx, viewer, input.ticketId, path);
      if (!canManage(viewer)) throw forbidden(onlyStaff, path);
      const attribute = { type: input.type.trim(), key: input.key.trim(), value: input.value.trim() };
      return {
        result: { ticketId: ticket.id, attributeType: attribute.type, attributeKey: attribute.key },
        write: () => appendToConversation(tx, { actor: viewer, ticket, requires: 'open', events: [], attribute, path }),
      };
    });
  }

  /** Takes an attribute from an open ticket. */
  async remove({ viewer, once }: Call, attributeId: string): Promise<AttributeOutcome> {
    const path = ['input', 'attributeId'];
    return this.work.run(once, async (tx) => {
      const { attribute, ticket } = await this.find.attribute(tx, viewer, attributeId, path);
      if (!canManage(viewer)) throw forbidden(onlyStaff, path);
      const removed = { type: attribute.type, key: attribute.key, value: null };
      return {
        result: { ticketId: ticket.id, attributeType: null, attributeKey: null },
        write: () =>
          appendToConversation(tx, { actor: viewer, ticket, requires: 'open', events: [], attribute: removed, path }),
      };
    });
  }
}
