import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Ticket } from '../../entities/ticket.js';
import { globalId } from '../../global-id.js';
import type { Call } from '../../services/call.js';
import type { TicketOpening } from '../../services/open-ticket.js';
import type { TicketReading } from '../../services/read-tickets.js';
import type { ReadMarks } from '../../services/read-marks.js';
import type { Tickets } from '../../services/tickets.js';
import type { TicketUpdates } from '../../services/update-ticket.js';
import { type Context, CurrentCall } from '../context.js';
import { idField } from '../node/node.type.js';
import { CheckedLater } from '../shared/validation.js';
import { TicketPayloadType } from './ticket-payload.js';
import {
  CloseTicketInput,
  CreateTicketInput,
  JoinTicketInput,
  MarkTicketReadInput,
  ReopenTicketInput,
} from './ticket.input.js';
import { TicketType } from './ticket.type.js';
import { UpdateTicketInput } from './update-ticket.input.js';
import { Shared } from '../shared/shared-field.js';

/** The keys that a ticket can be asked for by. */
@ArgsType()
export class TicketArgs {
  @CheckedLater()
  @Field(() => ID, { nullable: true, description: 'Its id.' })
  id?: string | null;

  @CheckedLater()
  @Field(() => Int, { nullable: true, description: 'Its number.' })
  number?: number | null;

  @CheckedLater()
  @Field(() => String, { nullable: true, description: 'Its human id: `INC-1234`.' })
  humanId?: string | null;
}

/** Tickets, and what can be done to them. */
@Resolver(() => TicketType)
export class TicketResolver {
  constructor(
    private readonly reading: TicketReading,
    private readonly opening: TicketOpening,
    private readonly tickets: Tickets,
    private readonly updates: TicketUpdates,
    private readonly readMarks: ReadMarks,
  ) {}

  @Query(() => TicketType, {
    nullable: true,
    description: 'A ticket by exactly one of its keys. Null where the viewer may not see it.',
  })
  ticket(@Args(() => TicketArgs) keys: TicketArgs, @Ctx() { loaders, viewer }: Context): Promise<TicketType | null> {
    return this.reading.byKey(viewer, loaders, keys);
  }

  @Mutation(() => TicketPayloadType, {
    nullable: true,
    description: 'Opens a ticket, with its first comment when there is a `body`.',
  })
  createTicket(
    @CurrentCall() call: Call,
    @Arg('input', () => CreateTicketInput, { description: 'What to open.' }) input: CreateTicketInput,
  ): Promise<TicketPayloadType> {
    return this.opening.open(call, input);
  }

  @Mutation(() => TicketPayloadType, {
    nullable: true,
    description: 'Lets a member of staff into the conversation; once they are in it changes nothing.',
  })
  joinTicket(
    @CurrentCall() call: Call,
    @Arg('input', () => JoinTicketInput, { description: 'What to join.' }) input: JoinTicketInput,
  ): Promise<TicketPayloadType> {
    return this.tickets.join(call, input.ticketId);
  }

  @Mutation(() => TicketPayloadType, {
    nullable: true,
    description: 'Closes an open ticket, with a last word and, from the customer side, a score if they like.',
  })
  closeTicket(
    @CurrentCall() call: Call,
    @Arg('input', () => CloseTicketInput, { description: 'What to close, and how.' }) input: CloseTicketInput,
  ): Promise<TicketPayloadType> {
    return this.tickets.close(call, input);
  }

  @Mutation(() => TicketPayloadType, { nullable: true, description: 'Opens a closed ticket again with a word on why.' })
  reopenTicket(
    @CurrentCall() call: Call,
    @Arg('input', () => ReopenTicketInput, { description: 'What to reopen, and why.' }) input: ReopenTicketInput,
  ): Promise<TicketPayloadType> {
    return this.tickets.reopen(call, input);
  }

  @Mutation(() => TicketPayloadType, {
    nullable: true,
    description: 'Changes a ticket; each field that differs is told.',
  })
  updateTicket(
    @CurrentCall() call: Call,
    @Arg('input', () => UpdateTicketInput, { description: 'What to change.' }) input: UpdateTicketInput,
  ): Promise<TicketPayloadType> {
    return this.updates.update(call, input);
  }

  @Mutation(() => TicketPayloadType, {
    nullable: true,
    description: 'Remembers how far the viewer has read. No change of the ticket, but `isClientRead` may follow.',
  })
  markTicketRead(
    @CurrentCall() call: Call,
    @Arg('input', () => MarkTicketReadInput, { description: 'What was read.' }) input: MarkTicketReadInput,
  ): Promise<TicketPayloadType> {
    return this.readMarks.mark(call, input);
  }

  @Shared()
  @FieldResolver(() => ID, idField)
  id(@Root() ticket: Ticket): string {
    return globalId('Ticket', ticket.id);
  }

  @Shared()
  @FieldResolver(() => String, { description: '`INC-1234`: the prefix is configurable, the digits are `number`.' })
  humanId(@Root() ticket: Ticket): string {
    return this.reading.humanIdOf(ticket);
  }

  @Shared()
  @FieldResolver(() => Boolean, { description: 'Whether it is not closed.' })
  isOpen(@Root() ticket: Ticket): boolean {
    return ticket.closedAt === null;
  }

  @Shared()
  @FieldResolver(() => Boolean, { description: 'Whether the customer side has read everything that support wrote.' })
  isClientRead(@Root() { lastSupportSeq, clientReadSeq }: Ticket): boolean {
    return lastSupportSeq <= clientReadSeq;
  }
}
