import type { Claims } from '../auth/token.js';
import { isStaffRole, Role, type SignedInViewer } from '../auth/viewer.js';
import type { Database, Queryable } from '../db/database.js';
import { databaseCode } from '../db/failures.js';
import type { Floors } from '../db/replicas/read-floors.js';
import type { User } from '../entities/user.js';
import { unauthenticated } from '../errors.js';
import { leaveGroups, replaceProjects } from './memberships.js';

type Known = Pick<
  User,
  'id' | 'sub' | 'name' | 'email' | 'role' | 'organizationId' | 'isActive' | 'accessVersion' | 'claimsAt'
> & {
  projectIds: string[];
};

const selectKnown = `
  select u.id, u.sub, u.name, u.email, u.role, u.organization_id as "organizationId", u.is_active as "isActive",
    u.access_version as "accessVersion", u.claims_at as "claimsAt",
    array(select p.project_id from user_projects p where p.user_id = u.id order by 1) as "projectIds"
  from users u`;

/** Knows who is behind a verified token. */
export class People {
  constructor(
    private readonly db: Database,
    private readonly hint: (userIds: string[]) => void,
    private readonly floors: Floors,
  ) {}

  /**
   * The viewer that a token speaks for. A stranger becomes a user, and a token that was issued after the claims that the
   * user's row carries overwrites those that it carries itself; an older one changes nothing. Deactivated: UNAUTHENTICATED.
   */
  async recognise(claims: Claims): Promise<SignedInViewer> {
    const [known] = await this.db.query<Known>(`${selectKnown} where u.sub = $1`, [claims.sub]);
    const upToDate = known?.claimsAt && known.claimsAt >= claims.issuedAt;
    const user = known && upToDate ? known : await this.takeOver(claims);
    if (!user.isActive) throw unauthenticated();
    return viewerOf(user, claims.expiresAt);
  }

  /** Somebody whom the gateway knows already, with the rights of now and for this moment; null once they are deactivated. */
  async byId(id: string): Promise<SignedInViewer | null> {
    const [user] = await this.db.query<Known>(`${selectKnown} where u.id = $1 and u.is_active`, [id]);
    return user ? viewerOf(user, Math.floor(Date.now() / 1000)) : null;
  }

  private async takeOver(claims: Claims, isSecond = false): Promise<Known> {
    try {
      const { now, isOther, mayLoseRights } = await this.db.transaction(async (tx) => {
        const user = (await find(tx, claims)) ?? (await create(tx, claims));
        const upToDate = user.claimsAt && user.claimsAt >= claims.issuedAt;
        const changed = upToDate ? await link(tx, user, claims) : await overwrite(tx, user, claims);
        const isOther = changed.accessVersion !== user.accessVersion;
        const mayLoseRights = isOther && user.claimsAt !== null;
        if (mayLoseRights) await this.floors.takingAway(tx);
        return { now: changed, isOther, mayLoseRights };
      });
      if (isOther) this.hint([now.id]);
      await this.floors.raise(now.id);
      if (mayLoseRights) await this.floors.takenAway();
      return now;
    } catch (error) {
      if (databaseCode(error) !== '23505') throw error;
      // The same stranger was seen twice at once and is known by now, or else the e-mail address belongs to somebody else.
      if (isSecond) throw unauthenticated();
      return this.takeOver(claims, true);
    }
  }
}

const viewerOf = (
  { id, role, organizationId, projectIds, accessVersion }: Known,
  expiresAt: number,
): SignedInViewer => ({ id, role, organizationId, projectIds, accessVersion, expiresAt });

async function find(tx: Queryable, { sub, email, emailVerified }: Claims): Promise<Known | undefined> {
  const bySub = await lock(tx, 'sub', sub);
  if (email === undefined || (bySub && emailVerified)) return bySub;
  const byEmail = await lock(tx, 'email', email);
  // Their own subject: they became known since the first look.
  const isOwn = byEmail?.sub === null ? emailVerified : byEmail?.sub === sub;
  if (byEmail && !isOwn) throw unauthenticated();
  return bySub ?? byEmail;
}

/** Waits for whoever writes the row, and only then reads what belongs to it: a statement sees nothing newer than its start. */
async function lock(tx: Queryable, column: 'sub' | 'email', value: string): Promise<Known | undefined> {
  await tx.query(`select id from users where ${column} = $1 for update`, [value]);
  return (await tx.query<Known>(`${selectKnown} where u.${column} = $1`, [value]))[0];
}

async function create(tx: Queryable, { sub, email, emailVerified, name }: Claims): Promise<Known> {
  const [created] = await tx.query<{ id: string }>(
    `insert into users (sub, email, name, role) values ($1, $2, $3, '${Role.CUSTOMER}') returning id`,
    [sub, emailVerified ? (email ?? null) : null, name ?? email?.split('@')[0] ?? sub],
  );
  const [user] = await tx.query<Known>(`${selectKnown} where u.id = $1`, [created?.id]);
  return user as Known;
}

/** An administrator entered them after the token was issued: it tells who they are, and nothing else of them. */
async function link(tx: Queryable, user: Known, { sub }: Claims): Promise<Known> {
  if (user.sub === null) await tx.query('update users set sub = $2 where id = $1', [user.id, sub]);
  return { ...user, sub: user.sub ?? sub };
}

async function overwrite(tx: Queryable, user: Known, claims: Claims): Promise<Known> {
  const organizationId = claims.organization ? await organizationOf(tx, claims.organization) : user.organizationId;
  const moved = organizationId !== user.organizationId;
  const named = claims.projects ?? (moved ? [] : undefined);
  const projectIds =
    named === undefined ? user.projectIds : organizationId === null ? [] : await projectsOf(tx, organizationId, named);
  const role = claims.role ?? user.role;
  const name = claims.name ?? user.name;
  const projectsChanged = projectIds.join() !== user.projectIds.join();
  const accessChanged = moved || projectsChanged || role !== user.role;
  await tx.query(
    `update users set sub = $2, email = $3, name = $4, role = $5, organization_id = $6, claims_at = $7, locale = coalesce($9, locale),
       access_version = access_version + $8::int,
       updated_at = case when (name, role) = ($4, $5) then updated_at else now() end
     where id = $1`,
    [
      user.id,
      claims.sub,
      (claims.emailVerified && claims.email) || user.email,
      name,
      role,
      organizationId,
      claims.issuedAt,
      accessChanged ? 1 : 0,
      claims.locale ?? null,
    ],
  );
  if (projectsChanged) await replaceProjects(tx, user.id, projectIds);
  if (role !== user.role && !isStaffRole(role)) await leaveGroups(tx, user.id);
  return { ...user, role, organizationId, projectIds, accessVersion: user.accessVersion + (accessChanged ? 1 : 0) };
}

async function organizationOf(tx: Queryable, humanId: string): Promise<string> {
  await tx.query('insert into organizations (human_id, name) values ($1, $1) on conflict (human_id) do nothing', [
    humanId,
  ]);
  const [row] = await tx.query<{ id: string }>('select id from organizations where human_id = $1', [humanId]);
  return (row as { id: string }).id;
}

/** In the order of their ids, as they are read back; written in the order of their keys, so that nobody waits in a circle. */
async function projectsOf(tx: Queryable, organizationId: string, keys: readonly string[]): Promise<string[]> {
  await tx.query(
    `insert into projects (organization_id, key, name) select $1, key, key from unnest($2::text[]) as key order by key
     on conflict (organization_id, key) do nothing`,
    [organizationId, keys],
  );
  const rows = await tx.query<{ id: string }>(
    'select id from projects where organization_id = $1 and key = any($2::text[]) order by id',
    [organizationId, keys],
  );
  return rows.map((row) => row.id);
}
