import { Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Group } from './group.js';
import { User } from './user.js';

/** That a member of staff works in a group. */
@Entity('group_members')
export class GroupMember {
  @ForeignKey(() => Group) @PrimaryColumn('uuid') groupId: string;
  @Index() @ForeignKey(() => User) @PrimaryColumn('uuid') userId: string;
}
