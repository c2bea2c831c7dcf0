import { Ctx, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import { type Outcome, PayloadType, userErrorsField } from '../shared/payload.js';
import { UserErrorType } from '../shared/user-error.type.js';
import { TicketType } from '../ticket/ticket.type.js';
import { TicketAttributeType } from './attribute.type.js';

/** What mutations of attributes answer. */
@ObjectType('TicketAttributePayload', { description: 'The attribute after the change, or what went wrong.' })
export class TicketAttributePayloadType extends PayloadType {}

/** Objects of a payload are read anew, under the rights of now. */
@Resolver(() => TicketAttributePayloadType)
export class TicketAttributePayloadResolver {
  @FieldResolver(() => TicketAttributeType, {
    nullable: true,
    description: 'The attribute as it is now; null once it was removed, and when it was not done.',
  })
  async attribute(
    @Root() { ticketId, attributeType, attributeKey }: Outcome,
    @Ctx() { loaders }: Context,
  ): Promise<TicketAttributeType | null> {
    const attributes = ticketId && attributeKey ? await loaders.attributes.load(ticketId) : [];
    return attributes.find(({ type, key }) => type === attributeType && key === attributeKey) ?? null;
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
