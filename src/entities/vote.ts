import { Check, Column, Entity, ForeignKey, Index } from 'typeorm';
import { Comment } from './comment.js';
import { Id, WrittenAt } from './columns.js';
import { Ticket } from './ticket.js';
import { User } from './user.js';

/** The scales that are kept apart. */
export const VoteScale = { THUMBS: 'THUMBS', FIVE_POINT: 'FIVE_POINT', TEN_POINT: 'TEN_POINT' } as const;
/** -1 or 1, 1..5, or 1..10. */
export type VoteScale = (typeof VoteScale)[keyof typeof VoteScale];

/** What somebody of the customer side thinks of a ticket or a comment; never changed once given. */
@Entity('votes')
@Check(
  'votes_score_check',
  `(scale = 'THUMBS' and score in (-1, 1)) or (scale = 'FIVE_POINT' and score between 1 and 5) or (scale = 'TEN_POINT' and score between 1 and 10)`,
)
@Check('votes_subject_check', `(scale = 'THUMBS') = (comment_id is not null)`)
export class Vote {
  @Id() id: string;
  @Index() @ForeignKey(() => Ticket) @Column('uuid') ticketId: string;
  /** Null where the ticket itself was rated. */
  @Index() @ForeignKey(() => Comment) @Column('uuid', { nullable: true }) commentId: string | null;
  @ForeignKey(() => User) @Column('uuid') voterId: string;
  @Column('int') score: number;
  @Column('text') scale: VoteScale;
  @Column('text', { nullable: true }) comment: string | null;
  @WrittenAt() createdAt: Date;
}
