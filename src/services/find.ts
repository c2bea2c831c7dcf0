import { Role, type SignedInViewer } from '../auth/viewer.js';
import { type Database, type Entity, type Queryable, parameters } from '../db/database.js';
import { Comment } from '../entities/comment.js';
import { Group } from '../entities/group.js';
import { Organization } from '../entities/organization.js';
import { State, type StateType } from '../entities/state.js';
import { TicketAttribute } from '../entities/ticket-attribute.js';
import { Ticket } from '../entities/ticket.js';
import { Topic } from '../entities/topic.js';
import { User } from '../entities/user.js';
import { type ArgumentPath, notFound } from '../errors.js';
import { uuidOf } from '../global-id.js';
import { knownOrganizations } from '../loaders/relations.js';
import { readableTickets, ticketsWithAttributes, visibleComments, visibleTickets } from '../policies/visibility.js';

/** Finds what inputs refer to, inside the transaction that uses it; whatever is absent or hidden is NOT_FOUND with its path. */
export class Finder {
  constructor(private readonly db: Database) {}

  /** The ticket behind a global id, if the viewer sees it. */
  async ticket(tx: Queryable, viewer: SignedInViewer, id: string, path: ArgumentPath): Promise<Ticket> {
    const { values, bind } = parameters();
    const where = `r.id = ${bind(uuidOf('Ticket', id))}::uuid and ${visibleTickets(viewer, 'r', bind)}`;
    return (await this.first(tx, Ticket, where, values)) ?? fail('ticket', path);
  }

  /** The ticket behind a global id, if the viewer sees it or would see it, were it not deleted. */
  async followedTicket(tx: Queryable, viewer: SignedInViewer, id: string, path: ArgumentPath): Promise<Ticket> {
    const { values, bind } = parameters();
    const where = `r.id = ${bind(uuidOf('Ticket', id))}::uuid and ${readableTickets(viewer, 'r', bind)}`;
    return (await this.first(tx, Ticket, where, values)) ?? fail('ticket', path);
  }

  /** The comment behind a global id, with its ticket, if the viewer sees both; one that was removed is no more. */
  async comment(
    tx: Queryable,
    viewer: SignedInViewer,
    id: string,
    path: ArgumentPath,
  ): Promise<{ comment: Comment; ticket: Ticket }> {
    const where = `r.id = $1::uuid and r.deleted_at is null and ${visibleComments(viewer, 'r')}`;
    const comment = await this.first(tx, Comment, where, [uuidOf('Comment', id)]);
    const { values, bind } = parameters();
    const seen = `r.id = ${bind(comment?.ticketId ?? null)}::uuid and ${visibleTickets(viewer, 'r', bind)}`;
    const ticket = await this.first(tx, Ticket, seen, values);
    return comment && ticket ? { comment, ticket } : fail('comment', path);
  }

  /** The attribute behind a global id, with its ticket, if the viewer sees both. */
  async attribute(
    tx: Queryable,
    viewer: SignedInViewer,
    id: string,
    path: ArgumentPath,
  ): Promise<{ attribute: TicketAttribute; ticket: Ticket }> {
    const attribute = await this.first(tx, TicketAttribute, 'r.id = $1::uuid', [uuidOf('TicketAttribute', id)]);
    const { values, bind } = parameters();
    const seen = `r.id = ${bind(attribute?.ticketId ?? null)}::uuid and ${ticketsWithAttributes(viewer, 'r', bind)}`;
    const ticket = await this.first(tx, Ticket, seen, values);
    return attribute && ticket ? { attribute, ticket } : fail('attribute', path);
  }

  /** An active user. */
  async activeUser(tx: Queryable, id: string, path: ArgumentPath): Promise<User> {
    return (await this.first(tx, User, 'r.id = $1::uuid and r.is_active', [uuidOf('User', id)])) ?? fail('user', path);
  }

  /** An active member of staff. */
  async activeStaff(tx: Queryable, id: string, path: ArgumentPath): Promise<User> {
    const where = `r.id = $1::uuid and r.is_active and r.role <> '${Role.CUSTOMER}'`;
    return (await this.first(tx, User, where, [uuidOf('User', id)])) ?? fail('member of staff', path);
  }

  /** A queue of the support team. */
  async group(tx: Queryable, id: string, path: ArgumentPath): Promise<Group> {
    return (await this.first(tx, Group, 'r.id = $1::uuid', [uuidOf('Group', id)])) ?? fail('group', path);
  }

  /** An organization. */
  async organization(tx: Queryable, id: string, path: ArgumentPath): Promise<Organization> {
    const organization = await this.first(tx, Organization, 'r.id = $1::uuid', [uuidOf('Organization', id)]);
    return organization ?? fail('organization', path);
  }

  /** An organization that the viewer knows of. */
  async knownOrganization(
    tx: Queryable,
    viewer: SignedInViewer,
    id: string,
    path: ArgumentPath,
  ): Promise<Organization> {
    const { values, bind } = parameters();
    const where = `r.id = ${bind(uuidOf('Organization', id))}::uuid and ${knownOrganizations(viewer, 'r', bind)}`;
    return (await this.first(tx, Organization, where, values)) ?? fail('organization', path);
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
