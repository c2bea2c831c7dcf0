import { isStaff, type SignedInViewer } from '../auth/viewer.js';
import type { Queryable } from '../db/database.js';
import { AccessLevel, type Ticket } from '../entities/ticket.js';
import { invalid, notFound } from '../errors.js';

/** Arguments that decide who sees a ticket. */
export const accessArguments = ['accessLevel', 'projectKey'] as const;

interface AccessInput {
  readonly accessLevel?: AccessLevel | null | undefined;
  readonly projectKey?: string | null | undefined;
  /** The organization that the ticket has then. */
  readonly organizationId: string | null;
}

const path = ['input', 'projectKey'];

/** The access level of a ticket that is opened, with the project that it needs; null is as absent (parity e8). */
export async function accessOfNew(
  tx: Queryable,
  viewer: SignedInViewer,
  { accessLevel, projectKey, organizationId }: AccessInput,
): Promise<{ level: AccessLevel; projectId: string | null }> {
  const level = accessLevel ?? AccessLevel.ACCOUNT_USERS;
  if (level !== AccessLevel.PROJECT_USERS) {
    if (projectKey != null) throw needsProjectUsers();
    return { level, projectId: null };
  }
  if (projectKey == null) throw needsProject();
  return { level, projectId: await findProject(tx, viewer, organizationId, projectKey) };
}

/** What becomes of the access to a ticket: absent leaves things as they are, but a project goes when its access level does. */
export async function changedAccess(
  tx: Queryable,
  viewer: SignedInViewer,
  ticket: Ticket,
  { accessLevel, projectKey, organizationId }: AccessInput,
): Promise<['accessLevel' | 'projectId', string | null][]> {
  if (accessLevel === null) {
    throw invalid(
      ['input', 'accessLevel'],
      'not_clearable',
      '`accessLevel` can be changed but not cleared: leave it out.',
    );
  }
  const level = accessLevel ?? ticket.accessLevel;
  const moves = organizationId !== ticket.organizationId;
  if (accessLevel === undefined && projectKey === undefined && !moves) return [];
  if (level !== AccessLevel.PROJECT_USERS) {
    if (projectKey != null) throw needsProjectUsers();
    return [
      ['accessLevel', level],
      ['projectId', null],
    ];
  }
  const isKept = projectKey === undefined && ticket.projectId !== null && !moves;
  if (!isKept && projectKey == null) throw needsProject();
  const projectId = isKept ? ticket.projectId : await findProject(tx, viewer, organizationId, projectKey ?? '');
  return [
    ['accessLevel', level],
    ['projectId', projectId],
  ];
}

/** A customer names only projects of their own. */
async function findProject(
  tx: Queryable,
  viewer: SignedInViewer,
  organizationId: string | null,
  key: string,
): Promise<string> {
  const [project] = await tx.query<{ id: string }>('select id from projects where organization_id = $1 and key = $2', [
    organizationId,
    key.trim(),
  ]);
  if (!project || !(isStaff(viewer) || viewer.projectIds.includes(project.id))) throw notFound('project', path);
  return project.id;
}

const needsProjectUsers = () =>
  invalid(path, 'requires_project_users', '`projectKey` goes with the access level PROJECT_USERS alone.');

const needsProject = () =>
  invalid(
    path,
    'required',
    "The access level PROJECT_USERS needs the `projectKey` of a project of the ticket's organization.",
  );
