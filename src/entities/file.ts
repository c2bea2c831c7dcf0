import { Check, Column, Entity, ForeignKey, Index } from 'typeorm';
import { Comment } from './comment.js';
import { Id, Instant, WrittenAt } from './columns.js';
import { User } from './user.js';

/** Whether a file's bytes have arrived. */
export const FileStatus = { PENDING: 'PENDING', READY: 'READY' } as const;
/** Announced, or there. */
export type FileStatus = (typeof FileStatus)[keyof typeof FileStatus];

/** A file that was announced and, once it is attached, belongs to a comment. */
@Entity('files')
@Check('files_status_check', `status in ('PENDING', 'READY')`)
export class File {
  @Id() id: string;
  @ForeignKey(() => User) @Column('uuid') uploaderId: string;
  @Index() @ForeignKey(() => Comment) @Column('uuid', { nullable: true }) commentId: string | null;
  /** From 1, in the order in which they were attached. */
  @Column('int', { nullable: true }) position: number | null;
  @Column('text') name: string;
  /** Bytes. */
  @Column('int') size: number;
  @Column('text') contentType: string;
  @Column('text') status: FileStatus;
  /** Where the bytes are, once they are there; copies of a comment share them. */
  @Index() @Column('uuid') storageKey: string;
  /** When it was announced. */
  @Index({ where: 'comment_id is null' }) @WrittenAt() createdAt: Date;
  @Instant({ nullable: true }) arrivedAt: Date | null;
}
