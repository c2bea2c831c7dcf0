import { Check, Column, Entity, ForeignKey, Index, Unique } from 'typeorm';
import type { Role } from '../auth/viewer.js';
import { Id, Identity, Instant, WrittenAt } from './columns.js';
import { Group } from './group.js';
import { Organization } from './organization.js';
import { Project } from './project.js';
import { State } from './state.js';
import { Topic } from './topic.js';
import { User } from './user.js';

/** Who, beside its authors and members, sees a ticket. */
export const AccessLevel = {
  PRIVATE: 'PRIVATE',
  ACCOUNT_USERS: 'ACCOUNT_USERS',
  PROJECT_USERS: 'PROJECT_USERS',
  ALL_USERS: 'ALL_USERS',
} as const;
/** One of the four access levels. */
export type AccessLevel = (typeof AccessLevel)[keyof typeof AccessLevel];

/** A support ticket; its row lock orders everything that happens in its conversation. */
@Entity('tickets')
@Unique(['number'])
@Index('tickets_member_ids_idx', { synchronize: false })
@Index('tickets_updated_at_id_idx', { synchronize: false })
@Index('tickets_open_updated_at_id_idx', { synchronize: false })
@Index('tickets_created_at_id_idx', { synchronize: false })
@Index('tickets_title_id_idx', { synchronize: false })
@Index('tickets_status_id_id_idx', { synchronize: false })
@Index('tickets_priority_id_id_idx', { synchronize: false })
@Index('tickets_organization_id_updated_at_idx', { synchronize: false })
@Index('tickets_assignee_id_updated_at_idx', { synchronize: false })
@Index('tickets_group_id_updated_at_idx', { synchronize: false })
@Index('tickets_external_subject_id_idx', { synchronize: false })
@Check('tickets_access_level_check', `access_level in ('PRIVATE', 'ACCOUNT_USERS', 'PROJECT_USERS', 'ALL_USERS')`)
@Check('tickets_project_check', `(access_level <> 'PROJECT_USERS') or project_id is not null`)
export class Ticket {
  @Id() id: string;
  @Identity() number: number;
  @Column('text') title: string;
  @Column('text', { nullable: true }) description: string | null;
  @ForeignKey(() => State) @Column('uuid') statusId: string;
  @ForeignKey(() => State) @Column('uuid') priorityId: string;
  @ForeignKey(() => State) @Column('uuid', { nullable: true }) typeId: string | null;
  @ForeignKey(() => State) @Column('uuid', { nullable: true }) stageId: string | null;
  @ForeignKey(() => State) @Column('uuid', { nullable: true }) outcomeId: string | null;
  @ForeignKey(() => Topic) @Column('uuid', { nullable: true }) topicId: string | null;
  @Column('text', { nullable: true }) serviceImpact: string | null;
  @Column('text') accessLevel: AccessLevel;
  @ForeignKey(() => Project) @Column('uuid', { nullable: true }) projectId: string | null;
  @ForeignKey(() => User) @Column('uuid') reporterId: string;
  @ForeignKey(() => User) @Column('uuid', { nullable: true }) assigneeId: string | null;
  @ForeignKey(() => Group) @Column('uuid', { nullable: true }) groupId: string | null;
  @ForeignKey(() => Organization) @Column('uuid', { nullable: true }) organizationId: string | null;
  @ForeignKey(() => Organization) @Column('uuid', { nullable: true }) buyerId: string | null;
  @ForeignKey(() => Organization) @Column('uuid', { nullable: true }) consumerId: string | null;
  @Column('text', { nullable: true }) contractHumanId: string | null;
  @Column('text', { nullable: true }) tenantHumanId: string | null;
  @Column('text', { nullable: true }) externalSubjectId: string | null;
  @Column('int', { nullable: true }) noticeId: number | null;
  @Index({ where: 'split_from_id is not null' })
  @ForeignKey(() => Ticket)
  @Column('uuid', { nullable: true })
  splitFromId: string | null;
  /** Its newest vote. */
  @Column('uuid', { nullable: true }) voteId: string | null;
  /** The newest vote on 0..1. */
  @Column('double precision', { nullable: true }) voteNormalized: number | null;
  /** Whether the reporter is of the customer side. */
  @Column('boolean') isClientAuthor: boolean;
  /** In the order in which they became authors; every author is a member too. */
  @Column('uuid', { array: true }) authorIds: string[];
  /** Kept on the row, beside the members' table, because this row's lock decides who has joined. */
  @Column('uuid', { array: true }) memberIds: string[];
  /** Role of who wrote the newest comment there is. */
  @Column('text', { nullable: true }) lastCommentRole: Role | null;
  /** Role of who wrote the newest public comment. */
  @Column('text', { nullable: true }) lastPublicCommentRole: Role | null;
  /** Public sequence of the newest public comment of staff; 0 where there is none. */
  @Column('int', { default: 0 }) lastSupportSeq: number;
  /** Public sequence up to which the customer side has read. */
  @Column('int', { default: 0 }) clientReadSeq: number;
  /** Number of the newest event of the staff stream. */
  @Column('int', { default: 0 }) staffSeq: number;
  /** Number of the newest event of the public stream. */
  @Column('int', { default: 0 }) publicSeq: number;
  /** Time of the newest event of the staff stream: no later one is ever earlier. */
  @WrittenAt() lastEventAt: Date;
  @Column('int', { default: 1 }) version: number;
  /** Rises whenever somebody could have lost the right to see the ticket. */
  @Column('int', { default: 1 }) accessVersion: number;
  @WrittenAt() createdAt: Date;
  @WrittenAt() updatedAt: Date;
  @Instant({ nullable: true }) firstAssignedAt: Date | null;
  @Instant({ nullable: true }) closedAt: Date | null;
  @Instant({ nullable: true }) deletedAt: Date | null;
}
