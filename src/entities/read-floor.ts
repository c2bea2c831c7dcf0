import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Instant } from './columns.js';

/** How far in the log of the primary a replica has to be to answer somebody, or everybody. */
@Entity('read_floors')
export class ReadFloor {
  /** All zeros: everybody's. */
  @PrimaryColumn('uuid') userId: string;
  /** In bytes since the log began. */
  @Column('bigint') position: string;
  /** Until when only the end of the log will do. */
  @Instant({ nullable: true }) exactUntil: Date | null;
}
