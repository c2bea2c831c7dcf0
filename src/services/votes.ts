import { randomUUID } from 'node:crypto';
import type { UnitOfWork } from '../db/unit-of-work.js';
import { VoteScale } from '../entities/vote.js';
import { AppError, ErrorCode, forbidden } from '../errors.js';
import { isRateable } from '../policies/comment-policy.js';
import { canRate } from '../policies/ticket-policy.js';
import { appendToConversation } from './append/append-to-conversation.js';
import type { Call } from './call.js';
import type { Finder } from './find.js';
import { trimmed } from './text.js';

/** What `rateTicket` is asked for. */
export interface RateTicket {
  ticketId: string;
  score: number;
  comment?: string | null;
}

/** What `rateComment` is asked for. */
export interface RateComment {
  commentId: string;
  score: number;
  comment?: string | null;
}

/** Which vote a mutation answers with, and what it was given to: the comment where there is one, else the ticket. */
export interface VoteOutcome {
  readonly voteId: string;
  readonly ticketId: string;
  readonly commentId: string | null;
  readonly replayed: boolean;
}

const ticketPath = ['input', 'ticketId'] as const;
const commentPath = ['input', 'commentId'] as const;
const onlyCustomers = 'Scores are given by the customer side alone.';

/** What the customer side thinks: each rating is a vote of its own, and the newest is the one that shows (parity x4). */
export class Votes {
  constructor(
    private readonly work: UnitOfWork,
    private readonly find: Finder,
  ) {}

  /** Rates a ticket, open or closed, on 1..10 (parity e19). */
  async rateTicket({ viewer, once }: Call, input: RateTicket): Promise<VoteOutcome> {
    return this.work.run(once, async (tx) => {
      const ticket = await this.find.ticket(tx, viewer, input.ticketId, ticketPath);
      if (!canRate(viewer, ticket)) throw forbidden(onlyCustomers, ticketPath);
      const vote = newVote(input, VoteScale.TEN_POINT);
      const addition = { actor: viewer, ticket, events: [{ type: 'Rated', vote }], path: ticketPath } as const;
      return {
        result: { voteId: vote.id, ticketId: ticket.id, commentId: null },
        write: () => appendToConversation(tx, addition),
      };
    });
  }

  /** Rates what support said, 1 or -1, whether its ticket is open or closed (parity e26). */
  async rateComment({ viewer, once }: Call, input: RateComment): Promise<VoteOutcome> {
    return this.work.run(once, async (tx) => {
      const { comment, ticket } = await this.find.comment(tx, viewer, input.commentId, commentPath);
      if (!canRate(viewer, ticket)) throw forbidden(onlyCustomers, commentPath);
      if (!isRateable(comment)) {
        throw new AppError(ErrorCode.NOT_RATEABLE, 'Only what support said in public is rated.', commentPath);
      }
      const vote = newVote(input, VoteScale.THUMBS);
      const addition = {
        actor: viewer,
        ticket,
        events: [{ type: 'Rated', vote, comment }],
        path: commentPath,
      } as const;
      return {
        result: { voteId: vote.id, ticketId: ticket.id, commentId: comment.id },
        write: () => appendToConversation(tx, addition),
      };
    });
  }
}

const newVote = ({ score, comment }: { score: number; comment?: string | null }, scale: VoteScale) => ({
  id: randomUUID(),
  score,
  scale,
  comment: trimmed(comment),
});
