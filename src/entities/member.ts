import { Column, Entity, ForeignKey, Index, Unique } from 'typeorm';
import { Id, WrittenAt } from './columns.js';
import { Ticket } from './ticket.js';
import { User } from './user.js';

/** Somebody who takes part in a ticket's conversation. */
@Entity('members')
@Unique(['ticketId', 'userId'])
@Unique(['ticketId', 'position'])
export class Member {
  @Id() id: string;
  @ForeignKey(() => Ticket) @Column('uuid') ticketId: string;
  @Index() @ForeignKey(() => User) @Column('uuid') userId: string;
  /** From 1, in the order in which they joined. */
  @Column('int') position: number;
  @WrittenAt() joinedAt: Date;
  /** Staff sequence up to which a digest has told them of comments; null where none was due. */
  @Column('int', { nullable: true, select: false }) mailedSeq: number | null;
}
