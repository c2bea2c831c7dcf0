import { Ctx, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import { typed } from '../node/node.type.js';
import { type Outcome, PayloadType, userErrorsField } from '../shared/payload.js';
import { UserErrorType } from '../shared/user-error.type.js';
import { RateableType, VoteType } from './vote.type.js';

/** What mutations of votes answer. */
@ObjectType('VotePayload', { description: 'The vote that was given, or what went wrong.' })
export class VotePayloadType extends PayloadType {}

/** Objects of a payload are read anew, under the rights of now. */
@Resolver(() => VotePayloadType)
export class VotePayloadResolver {
  @FieldResolver(() => VoteType, { nullable: true, description: 'The vote; null when it was not given.' })
  vote(@Root() { voteId }: Outcome, @Ctx() { loaders }: Context): Promise<VoteType | null> | null {
    return voteId === undefined ? null : loaders.visibleVote.load(voteId);
  }

  @FieldResolver(() => RateableType, {
    nullable: true,
    description: 'What it was given to, as it is now; null when it was not given.',
  })
  async subject(@Root() { ticketId, commentId }: Outcome, @Ctx() { loaders }: Context): Promise<RateableType | null> {
    if (ticketId === undefined) return null;
    return commentId
      ? typed('Comment', await loaders.visibleComment.load(commentId))
      : typed('Ticket', await loaders.visibleTicket.load(ticketId));
  }

  @FieldResolver(() => [UserErrorType], userErrorsField)
  userErrors(@Root() outcome: Outcome): UserErrorType[] {
    return outcome.userErrors ?? [];
  }
}
