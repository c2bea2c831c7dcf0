import { Column, Entity, Index } from 'typeorm';
import { Id, WrittenAt } from './columns.js';
import type { RecordedChange } from './log-entry.js';

/** Something that a member of staff did, or read, beyond conversations; a trigger sees to it that no row changes or goes. */
@Entity('audit_log')
@Index(['at', 'id'])
@Index(['actorId', 'at', 'id'])
@Index(['targetId', 'at', 'id'])
export class AuditEntry {
  @Id() id: string;
  @WrittenAt() at: Date;
  @Column('uuid') actorId: string;
  /** Name of the mutation, or of what was read. */
  @Column('text') operation: string;
  /** The global id of what it was done to; null where it was only read. */
  @Column('text', { nullable: true }) targetId: string | null;
  @Column('text', { nullable: true }) requestId: string | null;
  @Column('jsonb') changes: RecordedChange[];
}
