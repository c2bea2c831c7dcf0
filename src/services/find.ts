import type { SignedInViewer } from '../auth/viewer.js';
import { type Database, type Entity, type Queryable, parameters } from '../db/database.js';
import { Organization } from '../entities/organization.js';
import { State, type StateType } from '../entities/state.js';
import { Ticket } from '../entities/ticket.js';
import { Topic } from '../entities/topic.js';
import { User } from '../entities/user.js';
import { type ArgumentPath, notFound } from '../errors.js';
import { uuidOf } from '../global-id.js';
import { visibleTickets } from '../policies/visibility.js';

/** Finds what inputs refer to, inside the transaction that uses it; whatever is absent or hidden is NOT_FOUND with its path. */
export class Finder {
  constructor(private readonly db: Database) {}

  /** The ticket behind a global id, if the viewer sees it. */
  async ticket(tx: Queryable, viewer: SignedInViewer, id: string, path: ArgumentPath): Promise<Ticket> {
    const { values, bind } = parameters();
    const where = `r.id = ${bind(uuidOf('Ticket', id))}::uuid and ${visibleTickets(viewer, 'r', bind)}`;
    return (await this.first(tx, Ticket, where, values)) ?? fail('ticket', path);
  }

  /** An active user. */
  async activeUser(tx: Queryable, id: string, path: ArgumentPath): Promise<User> {
    return (await this.first(tx, User, 'r.id = $1::uuid and r.is_active', [uuidOf('User', id)])) ?? fail('user', path);
  }

  /** An organization. */
  async organization(tx: Queryable, id: string, path: ArgumentPath): Promise<Organization> {
    const organization = await this.first(tx, Organization, 'r.id = $1::uuid', [uuidOf('Organization', id)]);
    return organization ?? fail('organization', path);
  }

  /** A row of the look-up table of states. */
  async state(tx: Queryable, type: StateType, key: string, path: ArgumentPath): Promise<State> {
    const state = await this.first(tx, State, 'r.type = $1 and r.key = $2', [type, key]);
    return state ?? fail(type === 'STATE' ? 'status' : type.toLowerCase(), path);
  }

  /** A topic or subtopic. */
  async topic(tx: Queryable, key: string, path: ArgumentPath): Promise<Topic> {
    return (await this.first(tx, Topic, 'r.key = $1', [key])) ?? fail('topic', path);
  }

  private async first<T>(
    tx: Queryable,
    entity: Entity<T>,
    where: string,
    values: readonly unknown[],
  ): Promise<T | undefined> {
    const sql = `select ${this.db.columns(entity, 'r')} from ${this.db.table(entity)} r where ${where} limit 1`;
    return (await tx.query<T>(sql, values))[0];
  }
}

const fail = (what: string, path: ArgumentPath): never => {
  throw notFound(what, path);
};
