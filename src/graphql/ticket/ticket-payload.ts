import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import { CommentType } from '../comment/comment.type.js';
import type { Context } from '../context.js';
import { type UserErrorData, UserErrorType } from '../shared/user-error.type.js';
import { TicketType } from './ticket.type.js';

/** What a mutation left behind: ids where it was carried out, errors where it was not. */
export interface Outcome {
  readonly ticketId?: string;
  readonly commentId?: string | null;
  readonly replayed: boolean;
  readonly userErrors?: UserErrorData[];
}

/** What every payload says beside its objects. */
@ObjectType({ description: 'What every payload says beside its objects.' })
export abstract class PayloadType {
  @Field(() => Boolean, { description: 'Whether an idempotency key brought back the result of an earlier call.' })
  replayed: boolean;
}

/** What mutations of a ticket answer. */
@ObjectType('TicketPayload', { description: 'The ticket after the change, or what went wrong.' })
export class TicketPayloadType extends PayloadType {}

/** How every payload declares its errors. */
export const userErrorsField = { description: 'What went wrong; empty when it was done.' };

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
