import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Ticket } from '../../entities/ticket.js';
import { canChangeAccess, canClose, canComment, canJoin, canReopen, canUpdate } from '../../policies/ticket-policy.js';
import type { Context } from '../context.js';
import { TicketType } from './ticket.type.js';

/** What the viewer may do to a ticket: an interface needs no rules of its own. */
@Resolver(() => TicketType)
export class TicketRightsResolver {
  @FieldResolver(() => Boolean, { description: 'May change title, status, assignment and the like now.' })
  viewerCanUpdate(@Root() ticket: Ticket, @Ctx() { viewer }: Context): boolean {
    return ticket.closedAt === null && canUpdate(viewer);
  }

  @FieldResolver(() => Boolean, { description: 'May change `accessLevel` and `projectKey`, also while it is closed.' })
  viewerCanChangeAccess(@Root() ticket: Ticket, @Ctx() { viewer }: Context): boolean {
    return canChangeAccess(viewer, ticket);
  }

  @FieldResolver(() => Boolean, { description: 'May close it now.' })
  viewerCanClose(@Root() ticket: Ticket, @Ctx() { viewer }: Context): boolean {
    return ticket.closedAt === null && canClose(viewer, ticket);
  }

  @FieldResolver(() => Boolean, { description: 'May reopen it now.' })
  viewerCanReopen(@Root() ticket: Ticket, @Ctx() { viewer }: Context): boolean {
    return ticket.closedAt !== null && canReopen(viewer, ticket);
  }

  @FieldResolver(() => Boolean, { description: 'May add a public comment now.' })
  viewerCanComment(@Root() ticket: Ticket, @Ctx() { viewer }: Context): boolean {
    return ticket.closedAt === null && canComment(viewer, ticket, 'PUBLIC');
  }

  @FieldResolver(() => Boolean, { description: 'May join its conversation, and is not in it yet.' })
  viewerCanJoin(@Root() ticket: Ticket, @Ctx() { viewer }: Context): boolean {
    return canJoin(viewer) && !ticket.memberIds.includes(viewer.id);
  }
}
