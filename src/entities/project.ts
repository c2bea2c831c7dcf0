import { Column, Entity, ForeignKey, Unique } from 'typeorm';
import { Id } from './columns.js';
import { Organization } from './organization.js';

/** A part of an organization that tickets can be confined to. */
@Entity('projects')
@Unique(['organizationId', 'key'])
export class Project {
  @Id() id: string;
  @ForeignKey(() => Organization) @Column('uuid') organizationId: string;
  @Column('text') key: string;
  @Column('text') name: string;
}
