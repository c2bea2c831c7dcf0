import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { WrittenAt } from './columns.js';
import { User } from './user.js';

/** That a mutation was committed under a key, and what it brought about. */
@Entity('idempotency_keys')
export class IdempotencyKey {
  @ForeignKey(() => User) @PrimaryColumn('uuid') actorId: string;
  @PrimaryColumn('text') mutation: string;
  @PrimaryColumn('text') key: string;
  /** Hash of the input without the key. */
  @Column('text') fingerprint: string;
  /** Ids of the objects that the mutation answered with. */
  @Column('jsonb') result: Readonly<Record<string, unknown>>;
  @Index() @WrittenAt() createdAt: Date;
}
