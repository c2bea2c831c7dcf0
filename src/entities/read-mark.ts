import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Instant } from './columns.js';
import { Comment } from './comment.js';
import { Ticket } from './ticket.js';
import { User } from './user.js';

/** How far a user has read a ticket; it never goes back. */
@Entity('read_marks')
export class ReadMark {
  @ForeignKey(() => Ticket) @PrimaryColumn('uuid') ticketId: string;
  @Index() @ForeignKey(() => User) @PrimaryColumn('uuid') userId: string;
  @ForeignKey(() => Comment) @Column('uuid') commentId: string;
  /** Staff sequence of that comment. */
  @Column('int') staffSeq: number;
  @Instant() readAt: Date;
}
