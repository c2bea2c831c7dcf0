import { Ctx, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import { type Outcome, PayloadType, userErrorsField } from '../shared/payload.js';
import { UserErrorType } from '../shared/user-error.type.js';
import { TicketType } from '../ticket/ticket.type.js';
import { SystemEventType } from './system-event.type.js';

/** What `confirmTicketContacts` answers. */
@ObjectType('SystemEventPayload', { description: 'The event that tells what was done, or what went wrong.' })
export class SystemEventPayloadType extends PayloadType {}

/** Objects of a payload are read anew, under the rights of now. */
@Resolver(() => SystemEventPayloadType)
export class SystemEventPayloadResolver {
  @FieldResolver(() => SystemEventType, {
    nullable: true,
    description: 'The event, the first one where it was done before; null when it was not done.',
  })
  event(@Root() { eventId }: Outcome, @Ctx() { loaders }: Context): Promise<SystemEventType | null> | null {
    return eventId === undefined ? null : loaders.visibleSystemEvent.load(eventId);
  }

  @FieldResolver(() => TicketType, {
    nullable: true,
    description: 'Its ticket as it is now; null when it was not done.',
  })
  ticket(@Root() { ticketId }: Outcome, @Ctx() { loaders }: Context): Promise<TicketType | null> | null {
    return ticketId === undefined ? null : loaders.visibleTicket.load(ticketId);
  }

  @FieldResolver(() => [UserErrorType], userErrorsField)
  userErrors(@Root() outcome: Outcome): UserErrorType[] {
    return outcome.userErrors ?? [];
  }
}
