import { Column, Entity, ForeignKey, Index, Unique } from 'typeorm';
import { Id } from './columns.js';
import type { LocalizedNames } from './state.js';

/** What tickets are about: a tree of two levels. */
@Entity('topics')
@Unique(['key'])
export class Topic {
  @Id() id: string;
  @Column('text') key: string;
  @Index() @ForeignKey(() => Topic) @Column('uuid', { nullable: true }) parentId: string | null;
  @Column('jsonb') localizedNames: LocalizedNames;
  @Column('int') rank: number;
}
