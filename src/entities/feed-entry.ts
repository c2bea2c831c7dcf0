import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An event of some conversation in the order of all: 1, 2, 3 and so on without a hole. */
@Entity('ticket_feed')
export class FeedEntry {
  @PrimaryColumn('bigint') position: string;
  @Column('uuid') ticketId: string;
  @Column('int') staffSeq: number;
}
