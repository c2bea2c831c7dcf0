import { Ctx, FieldResolver, Float, ID, Resolver, Root } from 'type-graphql';
import type { Vote } from '../../entities/vote.js';
import { globalId } from '../../global-id.js';
import { normalizedScore } from '../../policies/score.js';
import type { Context } from '../context.js';
import { idField, typed } from '../node/node.type.js';
import { UserType } from '../person/person.type.js';
import { RateableType, VoteType } from './vote.type.js';

/** What tickets and comments have in common. */
@Resolver(() => RateableType)
export class RateableResolver {
  @FieldResolver(() => VoteType, {
    nullable: true,
    description: 'The newest score that it was given; older ones stay in the history.',
  })
  vote(@Root() { voteId }: { voteId: string | null }, @Ctx() { loaders }: Context): Promise<VoteType | null> | null {
    return voteId === null ? null : loaders.vote.load(voteId);
  }
}

/** Votes. */
@Resolver(() => VoteType)
export class VoteResolver {
  @FieldResolver(() => ID, idField)
  id(@Root() vote: Vote): string {
    return globalId('Vote', vote.id);
  }

  @FieldResolver(() => Float, { description: '`score` on 0..1, comparable across scales.' })
  normalized(@Root() vote: Vote): number {
    return normalizedScore(vote.scale, vote.score);
  }

  @FieldResolver(() => UserType, { description: 'Who gave it.' })
  voter(@Root() vote: Vote, @Ctx() { loaders }: Context): Promise<UserType | null> {
    return loaders.user.load(vote.voterId);
  }

  @FieldResolver(() => RateableType, { description: 'What it was given to.' })
  async subject(@Root() { ticketId, commentId }: Vote, @Ctx() { loaders }: Context): Promise<RateableType | null> {
    return commentId
      ? typed('Comment', await loaders.visibleComment.load(commentId))
      : typed('Ticket', await loaders.visibleTicket.load(ticketId));
  }
}
