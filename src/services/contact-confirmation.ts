import { randomUUID } from 'node:crypto';
import type { Queryable } from '../db/database.js';
import type { Jobs } from '../db/jobs.js';
import type { Transaction, UnitOfWork } from '../db/unit-of-work.js';
import { contactsConfirmation } from '../entities/system-event.js';
import type { Ticket } from '../entities/ticket.js';
import { forbidden, invalid } from '../errors.js';
import { isAddress } from '../mail/mailer.js';
import { canManage } from '../policies/ticket-policy.js';
import { appendToConversation, lockTicket } from './append/append-to-conversation.js';
import type { Call } from './call.js';
import { contactType } from './contact.js';
import type { Finder } from './find.js';
import type { MailOrder } from './mail/post.js';

/** Which event a confirmation answers with. */
export interface ConfirmationOutcome {
  readonly ticketId: string;
  readonly eventId: string;
  readonly replayed: boolean;
}

const path = ['input', 'ticketId'] as const;

/** Asks the contacts of tickets whether they are the right ones (parity d14). */
export class ContactConfirmation {
  constructor(
    private readonly work: UnitOfWork,
    private readonly find: Finder,
    private readonly jobs: Jobs,
  ) {}

  /**
   * Writes each contact of an open ticket one letter, or its reporter where it has none. That is done once: later calls bring
   * back the first event and write to nobody.
   */
  async confirm({ viewer, once }: Call, id: string): Promise<ConfirmationOutcome> {
    const outcome = await this.work.run(once, async (tx) => {
      const { id: ticketId } = await this.find.ticket(tx, viewer, id, path);
      if (!canManage(viewer)) throw forbidden('Only members of staff ask contacts to confirm.', path);
      // Whoever comes second has to wait here to see what the first has done.
      await lockTicket(tx, ticketId);
      const ticket = await this.find.ticket(tx, viewer, id, path);
      const earlier = ticket.closedAt === null ? await findConfirmation(tx, ticketId) : undefined;
      const eventId = earlier?.id ?? randomUUID();
      return {
        result: { ticketId, eventId },
        write: async () => {
          if (earlier) return;
          const addresses = await findAddresses(tx, ticket);
          const confirmation = { id: eventId, key: contactsConfirmation, value: sentence(addresses.length) };
          await appendToConversation(tx, { actor: viewer, ticket, requires: 'open', events: [], confirmation, path });
          // Said last: a ticket that is closed or gone is the better reason.
          if (addresses.length === 0) throw nobody();
          await this.order(tx, ticketId, addresses);
        },
      };
    });
    this.jobs.wake('mail');
    return outcome;
  }

  /** A job for each address: one that is refused holds nobody else up. */
  private order(tx: Transaction, ticketId: string, addresses: readonly string[]): Promise<void> {
    const orders = addresses.map((address): MailOrder => ({ letter: 'contacts', ticketId, address }));
    return this.jobs.send(
      tx,
      orders.map((data) => ({ queue: 'mail', data })),
    );
  }
}

async function findConfirmation(tx: Queryable, ticketId: string): Promise<{ id: string } | undefined> {
  const [event] = await tx.query<{ id: string }>(
    'select id from system_events where ticket_id = $1 and key = $2 order by position limit 1',
    [ticketId, contactsConfirmation],
  );
  return event;
}

/** The addresses of a ticket's contacts, each once whatever its letters look like; those of nobody are left out. */
async function findAddresses(tx: Queryable, { id, reporterId }: Ticket): Promise<string[]> {
  const rows = await tx.query<{ address: string; isContact: boolean }>(
    `select value as address, true as "isContact" from ticket_attributes
     where ticket_id = $1 and type = $2 and key ~ '^(mainEmail|additionalEmails?[0-9]*)$'
     union all
     select email, false from users where id = $3 and is_active and email is not null`,
    [id, contactType, reporterId],
  );
  const usable = rows.filter(({ address }) => isAddress(address));
  const contacts = usable.filter(({ isContact }) => isContact);
  const chosen = contacts.length > 0 ? contacts : usable;
  return [...new Map(chosen.map(({ address }) => [address.toLowerCase(), address])).values()];
}

const sentence = (addresses: number): string =>
  `Contact confirmation sent to ${addresses} ${addresses === 1 ? 'address' : 'addresses'}.`;

const nobody = (): Error =>
  invalid(path, 'contact', 'The ticket has no contact with an e-mail address, and neither has its reporter.');
