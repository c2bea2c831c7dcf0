import { randomUUID } from 'node:crypto';
import type { Transaction, UnitOfWork } from '../db/unit-of-work.js';
import { StaleRead } from '../db/unit-of-work.js';
import { invalid, notFound } from '../errors.js';
import { uuidOf } from '../global-id.js';
import type { Call, ObjectOutcome } from './call.js';
import { explained, taken, unlessInUse } from './constraints.js';
import type { Finder } from './find.js';
import { audited } from './audit/write-audit.js';
import { requireAdmin } from './require-role.js';
import { trimmed } from './text.js';

/** What `createOrganization` is asked for; null is as absent. */
export interface CreateOrganization {
  name: string;
  legalName?: string | null;
  role?: string | null;
  humanId?: string | null;
}

/** What `updateOrganization` is asked for: absent leaves a field as it is, null clears it. */
export interface UpdateOrganization {
  organizationId: string;
  name?: string | null;
  legalName?: string | null;
  role?: string | null;
  humanId?: string | null;
}

/** What `upsertProject` is asked for. */
export interface UpsertProject {
  organizationId: string;
  key: string;
  name: string;
}

const organizationPath = ['input', 'organizationId'] as const;
const uniqueColumns = { organizations_human_id_key: taken('humanId', 'organization') };
const columns = { name: 'name', legalName: 'legal_name', role: 'role', humanId: 'human_id' } as const;

/** Manages customer companies and their projects. */
export class Organizations {
  constructor(
    private readonly work: UnitOfWork,
    private readonly find: Finder,
  ) {}

  /** Enters a company; tokens name it by its human id. */
  async create(call: Call, input: CreateOrganization): Promise<ObjectOutcome> {
    requireAdmin(call.viewer);
    const id = randomUUID();
    const values = [id, input.name.trim(), trimmed(input.legalName), trimmed(input.role), input.humanId ?? null];
    return this.run(call, ['Organization', id], async (tx) => {
      const sql = 'insert into organizations (id, name, legal_name, role, human_id) values ($1, $2, $3, $4, $5)';
      await explained(tx.query(sql, values), uniqueColumns);
    });
  }

  /** Changes what is known of a company. */
  async update(call: Call, input: UpdateOrganization): Promise<ObjectOutcome> {
    requireAdmin(call.viewer);
    const names = (Object.keys(columns) as (keyof typeof columns)[]).filter((name) => input[name] !== undefined);
    if (names.length === 0) throw invalid(['input'], 'required', 'Give at least one field to change.');
    if (input.name === null) {
      throw invalid(['input', 'name'], 'not_clearable', '`name` can be changed but not cleared: leave it out.');
    }
    const id = uuidOf('Organization', input.organizationId);
    if (id === null) throw notFound('organization', organizationPath);
    const changes = names.map((name, index) => `${columns[name]} = $${index + 2}`);
    return this.run(call, ['Organization', id], async (tx) => {
      const sql = `update organizations set ${changes.join(', ')}, updated_at = now() where id = $1 returning id`;
      const update = tx.query(sql, [id, ...names.map((name) => trimmed(input[name]))]);
      if ((await explained(update, uniqueColumns)).length === 0) throw notFound('organization', organizationPath);
    });
  }

  /** Makes a project, or gives the one with this key another name. */
  async upsertProject(call: Call, input: UpsertProject): Promise<ObjectOutcome> {
    requireAdmin(call.viewer);
    return this.work.run(call.once, async (tx) => {
      const { id: organizationId } = await this.find.organization(tx, input.organizationId, organizationPath);
      const key = input.key.trim();
      const [known] = await tx.query<{ id: string }>(
        'select id from projects where organization_id = $1 and key = $2 for no key update',
        [organizationId, key],
      );
      const id = known?.id ?? randomUUID();
      const write = async (): Promise<void> => {
        const [project] = await tx.query<{ id: string }>(
          `insert into projects (id, organization_id, key, name) values ($1, $2, $3, $4)
           on conflict (organization_id, key) do update set name = excluded.name returning id`,
          [id, organizationId, key, input.name.trim()],
        );
        if (project?.id !== id) throw new StaleRead();
      };
      return { result: { id }, write: () => audited(tx, call, ['Project', id], write) };
    });
  }

  /** Deletes a project that neither tickets nor people belong to. */
  async deleteProject(call: Call, projectId: string): Promise<ObjectOutcome> {
    requireAdmin(call.viewer);
    const path = ['input', 'projectId'];
    const id = uuidOf('Project', projectId);
    if (id === null) throw notFound('project', path);
    return this.run(call, ['Project', id], async (tx) => {
      const deletion = tx.query('delete from projects where id = $1 returning id', [id]);
      if ((await unlessInUse(deletion, path, 'project')).length === 0) throw notFound('project', path);
    });
  }

  private run(
    call: Call,
    [type, id]: ['Organization' | 'Project', string],
    write: (tx: Transaction) => Promise<void>,
  ): Promise<ObjectOutcome> {
    return this.work.run(call.once, (tx) =>
      Promise.resolve({ result: { id }, write: () => audited(tx, call, [type, id], () => write(tx)) }),
    );
  }
}
