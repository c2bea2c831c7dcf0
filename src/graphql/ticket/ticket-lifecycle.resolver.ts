import { Arg, Ctx, FieldResolver, ID, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { globalId } from '../../global-id.js';
import type { Call } from '../../services/call.js';
import type { SplitOutcome, TicketSplitting } from '../../services/split-ticket.js';
import type { Tickets } from '../../services/tickets.js';
import { type Context, CurrentCall } from '../context.js';
import { type Outcome, PayloadType, userErrorsField } from '../shared/payload.js';
import { UserErrorType } from '../shared/user-error.type.js';
import { SplitTicketInput } from './split-ticket.input.js';
import { DeleteTicketInput } from './ticket.input.js';
import { TicketType } from './ticket.type.js';

type Splitting = Partial<SplitOutcome> & Pick<Outcome, 'userErrors' | 'replayed'>;

/** What `deleteTicket` answers. */
@ObjectType('DeleteTicketPayload', { description: 'Which ticket was deleted, or what went wrong.' })
export class DeleteTicketPayloadType extends PayloadType {}

/** What `splitTicket` answers. */
@ObjectType('SplitTicketPayload', { description: 'The two tickets after the split, or what went wrong.' })
export class SplitTicketPayloadType extends PayloadType {}

/** How tickets come and go but for opening and closing. */
@Resolver()
export class TicketLifecycleResolver {
  constructor(
    private readonly tickets: Tickets,
    private readonly splitting: TicketSplitting,
  ) {}

  @Mutation(() => DeleteTicketPayloadType, {
    nullable: true,
    description:
      'Takes a ticket away from everybody, open or closed; for staff. Only in the database it can be brought back.',
  })
  deleteTicket(
    @CurrentCall() call: Call,
    @Arg('input', () => DeleteTicketInput, { description: 'What to delete.' }) input: DeleteTicketInput,
  ): Promise<DeleteTicketPayloadType> {
    return this.tickets.delete(call, input);
  }

  @Mutation(() => SplitTicketPayloadType, {
    nullable: true,
    description:
      'Opens a ticket with copies of comments of an open one, for the same people; for staff. Both stay readable and know of each other.',
  })
  splitTicket(
    @CurrentCall() call: Call,
    @Arg('input', () => SplitTicketInput, { description: 'What to split, and how.' }) input: SplitTicketInput,
  ): Promise<SplitTicketPayloadType> {
    return this.splitting.split(call, input);
  }
}

/** The ticket itself is gone. */
@Resolver(() => DeleteTicketPayloadType)
export class DeleteTicketPayloadResolver {
  @FieldResolver(() => ID, { nullable: true, description: 'The ticket that was deleted; null when it was not done.' })
  deletedTicketId(@Root() { ticketId }: Outcome): string | null {
    return ticketId === undefined ? null : globalId('Ticket', ticketId);
  }

  @FieldResolver(() => [UserErrorType], userErrorsField)
  userErrors(@Root() outcome: Outcome): UserErrorType[] {
    return outcome.userErrors ?? [];
  }
}

/** Objects of a payload are read anew, under the rights of now. */
@Resolver(() => SplitTicketPayloadType)
export class SplitTicketPayloadResolver {
  @FieldResolver(() => TicketType, {
    nullable: true,
    description: 'The ticket that was split, as it is now; null when it was not done.',
  })
  source(@Root() { sourceId }: Splitting, @Ctx() { loaders }: Context): Promise<TicketType | null> | null {
    return sourceId === undefined ? null : loaders.visibleTicket.load(sourceId);
  }

  @FieldResolver(() => TicketType, {
    nullable: true,
    description: 'The ticket that came of it, as it is now; null when it was not done.',
  })
  created(@Root() { createdId }: Splitting, @Ctx() { loaders }: Context): Promise<TicketType | null> | null {
    return createdId === undefined ? null : loaders.visibleTicket.load(createdId);
  }

  @FieldResolver(() => [UserErrorType], userErrorsField)
  userErrors(@Root() outcome: Splitting): UserErrorType[] {
    return outcome.userErrors ?? [];
  }
}
