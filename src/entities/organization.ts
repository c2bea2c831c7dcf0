import { Column, Entity, Index, Unique } from 'typeorm';
import { Id, WrittenAt } from './columns.js';

/** A customer company: the team whose members share tickets. */
@Entity('organizations')
@Index('organizations_name_idx', { synchronize: false })
@Unique(['humanId'])
export class Organization {
  @Id() id: string;
  @Column('text', { nullable: true }) humanId: string | null;
  @Column('text') name: string;
  @Column('text', { nullable: true }) legalName: string | null;
  @Column('text', { nullable: true }) role: string | null;
  @WrittenAt() createdAt: Date;
  @WrittenAt() updatedAt: Date;
}
