import type { SignedInViewer } from '../auth/viewer.js';
import { type Database, parameters } from '../db/database.js';
import { Ticket } from '../entities/ticket.js';
import { invalid } from '../errors.js';
import { uuidOf } from '../global-id.js';
import type { Loaders } from '../loaders/loaders.js';
import { visibleTickets } from '../policies/visibility.js';
import { numberOf } from './human-id.js';

const largestNumber = 2_147_483_647;

/** The keys of a ticket; null is as absent. */
export interface TicketKeys {
  id?: string | null;
  number?: number | null;
  humanId?: string | null;
}

/** Finds tickets for those who see them. */
export class TicketReading {
  constructor(
    private readonly db: Database,
    private readonly prefix: string,
  ) {}

  /** `INC-1234` (parity d22). */
  humanIdOf({ number }: Pick<Ticket, 'number'>): string {
    return `${this.prefix}-${number}`;
  }

  /** A ticket by exactly one of its keys (parity a4, b10, d8, e15). */
  byKey(viewer: SignedInViewer, loaders: Loaders, { id, number, humanId }: TicketKeys): Promise<Ticket | null> {
    if ([id, number, humanId].filter((key) => key != null).length !== 1) {
      throw invalid(['id'], 'exactly_one', 'Give exactly one of `id`, `number` and `humanId`.');
    }
    if (id != null) {
      const uuid = uuidOf('Ticket', id);
      return uuid === null ? Promise.resolve(null) : loaders.visibleTicket.load(uuid);
    }
    return this.byNumber(viewer, loaders, number ?? numberOf(this.prefix, humanId ?? ''));
  }

  private async byNumber(viewer: SignedInViewer, loaders: Loaders, number: number): Promise<Ticket | null> {
    if (number < 1 || number > largestNumber) return null;
    const { values, bind } = parameters();
    const [ticket] = await this.db.query<Ticket>(
      `select ${loaders.columns(Ticket, 't', bind)} from tickets t
       where t.number = ${bind(number)} and ${visibleTickets(viewer, 't', bind)}`,
      values,
    );
    // Whatever leads back to the ticket has to tell of the same row.
    if (ticket) loaders.visibleTicket.prime(ticket.id, ticket);
    return ticket ?? null;
  }
}
