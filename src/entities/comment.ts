import { Check, Column, Entity, ForeignKey, Index, Unique } from 'typeorm';
import type { Role } from '../auth/viewer.js';
import { Id, Instant } from './columns.js';
import { Ticket } from './ticket.js';
import { User } from './user.js';

/** Who may read a comment. */
export const Visibility = { PUBLIC: 'PUBLIC', INTERNAL: 'INTERNAL' } as const;
/** Public, or a note among staff. */
export type Visibility = (typeof Visibility)[keyof typeof Visibility];

/** A word in a ticket's conversation, at the place that its event has in the log. */
@Entity('comments')
@Unique(['ticketId', 'staffSeq'])
@Unique(['ticketId', 'publicSeq'])
@Check('comments_visibility_check', `visibility in ('PUBLIC', 'INTERNAL')`)
@Check('comments_public_seq_check', `(visibility = 'PUBLIC') = (public_seq is not null)`)
export class Comment {
  @Id() id: string;
  @ForeignKey(() => Ticket) @Column('uuid') ticketId: string;
  @Index() @ForeignKey(() => User) @Column('uuid') authorId: string;
  /** The author's role when it was written. */
  @Column('text') authorRole: Role;
  @Column('text') visibility: Visibility;
  @Column('text') body: string;
  @Column('int') staffSeq: number;
  @Column('int', { nullable: true }) publicSeq: number | null;
  /** Its newest vote. */
  @Column('uuid', { nullable: true }) voteId: string | null;
  @Column('int', { default: 0 }) fileCount: number;
  @ForeignKey(() => Ticket) @Column('uuid', { nullable: true }) splitToId: string | null;
  @ForeignKey(() => Comment) @Column('uuid', { nullable: true }) splitFromId: string | null;
  @Instant({ nullable: true }) splitAt: Date | null;
  @Column('int', { default: 1 }) version: number;
  @Instant() sentAt: Date;
  @Instant({ nullable: true }) editedAt: Date | null;
  @Instant({ nullable: true }) deletedAt: Date | null;
}
