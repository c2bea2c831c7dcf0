import { Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Instant } from './columns.js';
import { User } from './user.js';

/** When somebody was last seen to hold a socket. */
@Entity('presence')
export class PresenceNote {
  @ForeignKey(() => User) @PrimaryColumn('uuid') userId: string;
  @Instant() seenAt: Date;
}
