import { Entity, PrimaryColumn } from 'typeorm';

/** An event that was committed with its row of the log and has no place in the feed yet. */
@Entity('unnumbered_events')
export class UnnumberedEvent {
  @PrimaryColumn('uuid') ticketId: string;
  @PrimaryColumn('int') staffSeq: number;
}
