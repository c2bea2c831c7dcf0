import { Check, Column, Entity, ForeignKey, Index, Unique } from 'typeorm';
import type { Role } from '../auth/viewer.js';
import { Id, Instant, WrittenAt } from './columns.js';
import { Organization } from './organization.js';

/** A person: a customer or a member of staff. */
@Entity('users')
@Index('users_name_idx', { synchronize: false })
@Unique(['sub'])
@Unique(['humanId'])
@Unique(['email'])
@Check('users_role_check', `role in ('CUSTOMER', 'AGENT', 'ADMIN')`)
@Check('users_email_check', `email = lower(email)`)
export class User {
  @Id() id: string;
  /** The identity provider's name for this person; null until they first sign in. */
  @Column('text', { nullable: true }) sub: string | null;
  @Column('text', { nullable: true }) humanId: string | null;
  @Column('text', { nullable: true }) email: string | null;
  @Column('text') name: string;
  @Column('text', { nullable: true }) phoneNumber: string | null;
  @Column('text') role: Role;
  @Index() @ForeignKey(() => Organization) @Column('uuid', { nullable: true }) organizationId: string | null;
  @Column('boolean', { default: true }) isActive: boolean;
  /** BCP 47 tag of the language that they are written to in; null where no token has told. */
  @Column('text', { nullable: true, select: false }) locale: string | null;
  /** Rises whenever what this person may see or do could have changed. */
  @Column('int', { default: 1 }) accessVersion: number;
  /** When the newest token was issued whose claims this row carries, or when an admin changed it; older tokens change nothing. */
  @Instant({ nullable: true }) claimsAt: Date | null;
  @WrittenAt() createdAt: Date;
  /** Moved by changes of name, role and isActive alone, since everyone may read it. */
  @WrittenAt() updatedAt: Date;
}
