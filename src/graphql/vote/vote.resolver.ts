import { Arg, Ctx, FieldResolver, Float, ID, Mutation, Resolver, Root } from 'type-graphql';
import type { Comment } from '../../entities/comment.js';
import type { Ticket } from '../../entities/ticket.js';
import type { Vote } from '../../entities/vote.js';
import { globalId } from '../../global-id.js';
import { isRateable } from '../../policies/comment-policy.js';
import { normalizedScore } from '../../policies/score.js';
import { canRate } from '../../policies/ticket-policy.js';
import type { Call } from '../../services/call.js';
import type { Votes } from '../../services/votes.js';
import { type Context, CurrentCall } from '../context.js';
import { idField, typed } from '../node/node.type.js';
import { UserType } from '../person/person.type.js';
import { RateCommentInput, RateTicketInput } from './vote.input.js';
import { VotePayloadType } from './vote-payload.js';
import { RateableType, VoteType } from './vote.type.js';
import { Shared } from '../shared/shared-field.js';

/** What tickets and comments have in common. */
@Resolver(() => RateableType)
export class RateableResolver {
  @Shared()
  @FieldResolver(() => VoteType, {
    nullable: true,
    description: 'The newest score that it was given; older ones stay in the history.',
  })
  vote(@Root() { voteId }: { voteId: string | null }, @Ctx() { loaders }: Context): Promise<VoteType | null> | null {
    return voteId === null ? null : loaders.vote.load(voteId);
  }

  @FieldResolver(() => Boolean, {
    description: 'May give it a score: the customer side, to a ticket and to what support said in public.',
  })
  async viewerCanRate(@Root() subject: Ticket | Comment, @Ctx() { loaders, viewer }: Context): Promise<boolean> {
    const comment = 'ticketId' in subject ? subject : null;
    const ticket = 'ticketId' in subject ? await loaders.visibleTicket.load(subject.ticketId) : subject;
    return ticket !== null && canRate(viewer, ticket) && (comment === null || isRateable(comment));
  }
}

/** Votes, and giving them. */
@Resolver(() => VoteType)
export class VoteResolver {
  constructor(private readonly votes: Votes) {}

  @Mutation(() => VotePayloadType, {
    nullable: true,
    description: 'Gives a ticket a score; the customer side alone. Each rating is a vote of its own, the newest shows.',
  })
  rateTicket(
    @CurrentCall() call: Call,
    @Arg('input', () => RateTicketInput, { description: 'What to rate, and how.' }) input: RateTicketInput,
  ): Promise<VotePayloadType> {
    return this.votes.rateTicket(call, input);
  }

  @Mutation(() => VotePayloadType, {
    nullable: true,
    description: 'Says whether a comment of support was useful; the customer side alone.',
  })
  rateComment(
    @CurrentCall() call: Call,
    @Arg('input', () => RateCommentInput, { description: 'What to rate, and how.' }) input: RateCommentInput,
  ): Promise<VotePayloadType> {
    return this.votes.rateComment(call, input);
  }

  @Shared()
  @FieldResolver(() => ID, idField)
  id(@Root() vote: Vote): string {
    return globalId('Vote', vote.id);
  }

  @Shared()
  @FieldResolver(() => Float, { description: '`score` on 0..1, comparable across scales.' })
  normalized(@Root() vote: Vote): number {
    return normalizedScore(vote.scale, vote.score);
  }

  @Shared()
  @FieldResolver(() => UserType, { description: 'Who gave it.' })
  voter(@Root() vote: Vote, @Ctx() { loaders }: Context): Promise<UserType | null> {
    return loaders.user.load(vote.voterId);
  }

  @Shared()
  @FieldResolver(() => RateableType, { description: 'What it was given to.' })
  async subject(@Root() { ticketId, commentId }: Vote, @Ctx() { loaders }: Context): Promise<RateableType | null> {
    return commentId
      ? typed('Comment', await loaders.visibleComment.load(commentId))
      : typed('Ticket', await loaders.visibleTicket.load(ticketId));
  }
}
