import { Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { AuditEntry } from '../../entities/audit-entry.js';
import { globalId } from '../../global-id.js';
import type { AuditReading } from '../../services/audit/read-audit.js';
import type { Context } from '../context.js';
import { idField } from '../node/node.type.js';
import { UserType } from '../person/person.type.js';
import { type Connection, connectionOf, windowOf } from '../shared/pagination.js';
import { AuditArgs, AuditEntryConnectionType, AuditEntryType } from './audit.type.js';

const pageSize = 20;

/** What staff did. */
@Resolver(() => AuditEntryType)
export class AuditResolver {
  constructor(private readonly reading: AuditReading) {}

  @Query(() => AuditEntryConnectionType, {
    nullable: true,
    description:
      'Admins only. What admins changed, what staff removed and which reports were read, the newest first: entries that all the arguments match. Null, with FORBIDDEN, for others.',
  })
  async auditLog(@Args(() => AuditArgs) args: AuditArgs, @Ctx() { viewer }: Context): Promise<Connection<AuditEntry>> {
    const { reading } = this;
    const read = reading.pages(viewer, args);
    const window = windowOf(args, pageSize, (cursor, path) => reading.readCursor(cursor, path));
    return connectionOf(await read(window), (entry) => reading.writeCursor(entry));
  }

  @FieldResolver(() => ID, idField)
  id(@Root() entry: AuditEntry): string {
    return globalId('AuditEntry', entry.id);
  }

  @FieldResolver(() => UserType, { nullable: true, description: 'Who did it.' })
  actor(@Root() { actorId }: AuditEntry, @Ctx() { loaders }: Context): Promise<UserType | null> {
    return loaders.user.load(actorId);
  }
}
