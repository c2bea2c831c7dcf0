import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import { WrittenAt } from './columns.js';

/** The one row of what this database was given when it was made. */
@Entity('installation')
@Check('installation_id_check', 'id = 1')
export class Installation {
  @PrimaryColumn('int', { default: 1 }) id: number;
  /** Part of every cursor: a cursor of another database is refused. */
  @Column('text', { default: () => `encode(uuid_send(gen_random_uuid()), 'hex')` }) epoch: string;
  /** Signs links for upload and download, so that every gateway on this database verifies them. */
  @Column('bytea', { default: () => '(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))' }) linkKey: Buffer;
  @WrittenAt() createdAt: Date;
  /** By name of a table, the transaction that last changed what its rows are looked up by: users, states, topics and projects. */
  @Column('jsonb', { default: {} }) lookUps: Readonly<Record<string, string>>;
}
