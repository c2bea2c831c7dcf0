import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { type NodeType as NodeName, parseGlobalId } from '../../global-id.js';
import type { Loaders } from '../../loaders/loaders.js';
import type { Context } from '../context.js';
import { NodeType, typed } from './node.type.js';

const find: Record<NodeName, (loaders: Loaders, id: string) => Promise<object | null>> = {
  AuditEntry: (loaders, id) => loaders.visibleAuditEntry.load(id),
  Comment: (loaders, id) => loaders.visibleComment.load(id),
  Conversation: (loaders, id) => loaders.visibleTicket.load(id),
  File: (loaders, id) => loaders.visibleFile.load(id),
  Group: (loaders, id) => loaders.visibleGroup.load(id),
  Member: (loaders, id) => loaders.visibleMember.load(id),
  Organization: (loaders, id) => loaders.visibleOrganization.load(id),
  Project: (loaders, id) => loaders.visibleProject.load(id),
  State: (loaders, id) => loaders.state.load(id),
  SystemEvent: (loaders, id) => loaders.visibleSystemEvent.load(id),
  Ticket: (loaders, id) => loaders.visibleTicket.load(id),
  TicketAttribute: (loaders, id) => loaders.visibleAttribute.load(id),
  Topic: (loaders, id) => loaders.topic.load(id),
  User: (loaders, id) => loaders.visibleUser.load(id),
  Vote: (loaders, id) => loaders.visibleVote.load(id),
};

/** Finds anything by its id. */
@Resolver()
export class NodeResolver {
  @Query(() => NodeType, { nullable: true, description: 'Any object by its id. Null where the viewer may not see it.' })
  async node(
    @Arg('id', () => ID, { description: 'The id of any object that the server handed out.' }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<NodeType | null> {
    const parsed = parseGlobalId(id);
    return parsed && (typed(parsed.type, await find[parsed.type](loaders, parsed.uuid)) as NodeType | null);
  }
}
