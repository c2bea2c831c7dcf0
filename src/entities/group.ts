import { Column, Entity, Unique } from 'typeorm';
import { Id, WrittenAt } from './columns.js';

/** A queue of the support team. */
@Entity('groups')
@Unique(['name'])
export class Group {
  @Id() id: string;
  @Column('text') name: string;
  @WrittenAt() createdAt: Date;
  @WrittenAt() updatedAt: Date;
}
