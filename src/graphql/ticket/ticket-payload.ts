import { Ctx, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import { CommentType } from '../comment/comment.type.js';
import type { Context } from '../context.js';
import { type Outcome, PayloadType, userErrorsField } from '../shared/payload.js';
import { UserErrorType } from '../shared/user-error.type.js';
import { TicketType } from './ticket.type.js';

/** What mutations of a ticket answer. */
@ObjectType('TicketPayload', { description: 'The ticket after the change, or what went wrong.' })
export class TicketPayloadType extends PayloadType {}

/** Objects of a payload are read anew, under the rights of now. */
@Resolver(() => TicketPayloadType)
export class TicketPayloadResolver {
  @FieldResolver(() => TicketType, {
    nullable: true,
    description: 'The ticket as it is now; null when it was not done.',
  })
  ticket(@Root() { ticketId }: Outcome, @Ctx() { loaders }: Context): Promise<TicketType | null> | null {
    return ticketId === undefined ? null : loaders.visibleTicket.load(ticketId);
  }

  @FieldResolver(() => CommentType, {
    nullable: true,
    description: 'The comment that came with it: opening, closing message, reopening.',
  })
  comment(@Root() { commentId }: Outcome, @Ctx() { loaders }: Context): Promise<CommentType | null> | null {
    return commentId == null ? null : loaders.visibleComment.load(commentId);
  }

  @FieldResolver(() => [UserErrorType], userErrorsField)
  userErrors(@Root() outcome: Outcome): UserErrorType[] {
    return outcome.userErrors ?? [];
  }
}
