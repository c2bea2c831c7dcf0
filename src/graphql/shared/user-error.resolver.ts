import { Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { Ticket } from '../../entities/ticket.js';
import type { Context } from '../context.js';
import { NodeType, typed } from '../node/node.type.js';
import { TicketType } from '../ticket/ticket.type.js';
import {
  RateLimitErrorType,
  TicketStateErrorType,
  type UserErrorData,
  ValidationErrorType,
  VersionConflictErrorType,
} from './user-error.type.js';

const ticketOf = ({ details }: UserErrorData, { loaders }: Context): Promise<Ticket | null> =>
  details.ticketId === undefined ? Promise.resolve(null) : loaders.visibleTicket.load(details.ticketId);

/** What a broken rule is called. */
@Resolver(() => ValidationErrorType)
export class ValidationErrorResolver {
  @FieldResolver(() => String, { description: 'Name of the rule, such as `length`.' })
  constraint(@Root() error: UserErrorData): string {
    return error.details.constraint ?? 'unknown';
  }
}

/** The ticket that stood in the way. */
@Resolver(() => TicketStateErrorType)
export class TicketStateErrorResolver {
  @FieldResolver(() => TicketType, { description: 'The ticket as it is now.' })
  ticket(@Root() error: UserErrorData, @Ctx() context: Context): Promise<TicketType | null> {
    return ticketOf(error, context);
  }
}

/** What the caller has missed. */
@Resolver(() => VersionConflictErrorType)
export class VersionConflictErrorResolver {
  @FieldResolver(() => Int, { description: 'The version that the object has now.' })
  currentVersion(@Root() error: UserErrorData): number | undefined {
    return error.details.currentVersion;
  }

  @FieldResolver(() => NodeType, { description: 'The object as it is now.' })
  async current(@Root() error: UserErrorData, @Ctx() context: Context): Promise<NodeType | null> {
    const { commentId } = error.details;
    return commentId === undefined
      ? typed('Ticket', await ticketOf(error, context))
      : typed('Comment', await context.loaders.visibleComment.load(commentId));
  }
}

/** How long to wait. */
@Resolver(() => RateLimitErrorType)
export class RateLimitErrorResolver {
  @FieldResolver(() => Int, { description: 'How long to wait before trying again, in milliseconds.' })
  retryAfterMs(@Root() error: UserErrorData): number | undefined {
    return error.details.retryAfterMs;
  }
}
