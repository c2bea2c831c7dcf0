import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Resolver, Root } from 'type-graphql';
import type { SystemEvent } from '../../entities/system-event.js';
import type { Ticket } from '../../entities/ticket.js';
import { globalId } from '../../global-id.js';
import type { Cursors } from '../../live/cursors.js';
import { canSeeSystemEvents } from '../../policies/ticket-policy.js';
import type { Call } from '../../services/call.js';
import type { ContactConfirmation } from '../../services/contact-confirmation.js';
import type { TicketReading } from '../../services/read-tickets.js';
import { type Context, CurrentCall } from '../context.js';
import { idField } from '../node/node.type.js';
import { type Connection, connectionOf, PageArgs, windowOf } from '../shared/pagination.js';
import { TicketType } from '../ticket/ticket.type.js';
import { ConfirmTicketContactsInput } from './system-event.input.js';
import { SystemEventPayloadType } from './system-event-payload.js';
import { SystemEventConnectionType, SystemEventType } from './system-event.type.js';

const pageSize = 20;
const emptyPage = { rows: [], hasNext: false, hasPrevious: false };

interface SystemEventPage extends Connection<SystemEvent> {
  readonly ticketId: string;
}

/** Events of the system, and having them happen. */
@Resolver(() => SystemEventType)
export class SystemEventResolver {
  constructor(
    private readonly confirmation: ContactConfirmation,
    private readonly reading: TicketReading,
  ) {}

  @Mutation(() => SystemEventPayloadType, {
    nullable: true,
    description:
      'Asks the contacts of an open ticket by mail to confirm, or its reporter where it has none; for staff. Done once: later calls bring back the first event and write to nobody.',
  })
  confirmTicketContacts(
    @CurrentCall() call: Call,
    @Arg('input', () => ConfirmTicketContactsInput, { description: 'Whose contacts to ask.' })
    input: ConfirmTicketContactsInput,
  ): Promise<SystemEventPayloadType> {
    return this.confirmation.confirm(call, input.ticketId);
  }

  @FieldResolver(() => ID, idField)
  id(@Root() event: SystemEvent): string {
    return globalId('SystemEvent', event.id);
  }

  @FieldResolver(() => String, { description: "The ticket's human id." })
  async target(@Root() { ticketId }: SystemEvent, @Ctx() { loaders }: Context): Promise<string | null> {
    const ticket = await loaders.visibleTicket.load(ticketId);
    return ticket && this.reading.humanIdOf(ticket);
  }
}

/** What the system did about a ticket. */
@Resolver(() => TicketType)
export class TicketSystemEventsResolver {
  constructor(private readonly cursors: Cursors) {}

  @FieldResolver(() => SystemEventType, {
    nullable: true,
    description: 'That its contacts were asked to confirm; null where they were not, and for all but staff.',
  })
  contactConfirmation(
    @Root() { id }: Ticket,
    @Ctx() { loaders, viewer }: Context,
  ): Promise<SystemEventType | null> | null {
    return canSeeSystemEvents(viewer) ? loaders.contactConfirmation.load(id) : null;
  }

  @FieldResolver(() => SystemEventConnectionType, {
    description: 'What the system did about it, oldest first; empty for all but staff.',
  })
  async systemEvents(
    @Root() { id: ticketId }: Ticket,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { loaders, viewer }: Context,
  ): Promise<SystemEventPage> {
    const window = windowOf(page, pageSize, (cursor, path) => this.cursors.readPlace(ticketId, cursor, path));
    const loaded = canSeeSystemEvents(viewer) ? await loaders.systemEvents.load(ticketId, window) : emptyPage;
    return { ...connectionOf(loaded, (event) => this.cursors.writePlace(ticketId, event)), ticketId };
  }
}

/** How many there are. */
@Resolver(() => SystemEventConnectionType)
export class SystemEventConnectionResolver {
  @FieldResolver(() => Int, { description: 'How many events the viewer may see.' })
  totalCount(@Root() { ticketId }: SystemEventPage, @Ctx() { loaders, viewer }: Context): Promise<number> | number {
    return canSeeSystemEvents(viewer) ? loaders.systemEvents.count(ticketId) : 0;
  }
}
