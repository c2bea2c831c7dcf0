import { Arg, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import type { TicketAttribute } from '../../entities/ticket-attribute.js';
import { globalId } from '../../global-id.js';
import type { Call } from '../../services/call.js';
import type { TicketAttributes } from '../../services/ticket-attributes.js';
import { CurrentCall } from '../context.js';
import { idField } from '../node/node.type.js';
import { RemoveTicketAttributeInput, SetTicketAttributeInput } from './attribute.input.js';
import { TicketAttributePayloadType } from './attribute-payload.js';
import { TicketAttributeType } from './attribute.type.js';

/** Attributes of tickets, and changing them. */
@Resolver(() => TicketAttributeType)
export class TicketAttributeResolver {
  constructor(private readonly attributes: TicketAttributes) {}

  @Mutation(() => TicketAttributePayloadType, {
    nullable: true,
    description: 'Gives an attribute of an open ticket a value; for staff.',
  })
  setTicketAttribute(
    @CurrentCall() call: Call,
    @Arg('input', () => SetTicketAttributeInput, { description: 'What to set.' }) input: SetTicketAttributeInput,
  ): Promise<TicketAttributePayloadType> {
    return this.attributes.set(call, input);
  }

  @Mutation(() => TicketAttributePayloadType, {
    nullable: true,
    description: 'Takes an attribute from an open ticket; for staff.',
  })
  removeTicketAttribute(
    @CurrentCall() call: Call,
    @Arg('input', () => RemoveTicketAttributeInput, { description: 'What to remove.' })
    input: RemoveTicketAttributeInput,
  ): Promise<TicketAttributePayloadType> {
    return this.attributes.remove(call, input.attributeId);
  }

  @FieldResolver(() => ID, idField)
  id(@Root() attribute: TicketAttribute): string {
    return globalId('TicketAttribute', attribute.id);
  }
}
