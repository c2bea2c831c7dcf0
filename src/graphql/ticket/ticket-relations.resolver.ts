import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { StatusCategory } from '../../entities/state.js';
import type { Ticket } from '../../entities/ticket.js';
import type { User } from '../../entities/user.js';
import type { Cursors } from '../../live/cursors.js';
import { TicketAttributeType } from '../attribute/attribute.type.js';
import { commentsPageSize, type CommentPage, pageOfComments } from '../comment/comment-connection.js';
import { CommentConnectionType, CommentType } from '../comment/comment.type.js';
import type { Context } from '../context.js';
import { ConversationType } from '../conversation/conversation.type.js';
import { StateObjectType, TopicType } from '../lookup/lookup.type.js';
import { GroupType, OrganizationType, ProjectType, UserType } from '../person/person.type.js';
import { PageArgs } from '../shared/pagination.js';
import { TicketType } from './ticket.type.js';
import { Shared } from '../shared/shared-field.js';

type Loaded<T> = Promise<T | null> | null;

/** What hangs on a ticket. */
@Resolver(() => TicketType)
export class TicketRelationsResolver {
  constructor(private readonly cursors: Cursors) {}

  @Shared()
  @FieldResolver(() => StateObjectType, { description: 'How far it has got.' })
  status(@Root() { statusId }: Ticket, @Ctx() { loaders }: Context): Loaded<StateObjectType> {
    return loaders.state.load(statusId);
  }

  @Shared()
  @FieldResolver(() => Boolean, { description: 'Whether its status is of the category RESOLVED.' })
  async isResolved(@Root() { statusId }: Ticket, @Ctx() { loaders }: Context): Promise<boolean> {
    return (await loaders.state.load(statusId))?.category === StatusCategory.RESOLVED;
  }

  @Shared()
  @FieldResolver(() => StateObjectType, { description: 'How urgent it is.' })
  priority(@Root() { priorityId }: Ticket, @Ctx() { loaders }: Context): Loaded<StateObjectType> {
    return loaders.state.load(priorityId);
  }

  @Shared()
  @FieldResolver(() => StateObjectType, { nullable: true, description: 'What kind of request it is.' })
  type(@Root() { typeId }: Ticket, @Ctx() { loaders }: Context): Loaded<StateObjectType> {
    return typeId === null ? null : loaders.state.load(typeId);
  }

  @Shared()
  @FieldResolver(() => StateObjectType, { nullable: true, description: 'The step of the work on it.' })
  stage(@Root() { stageId }: Ticket, @Ctx() { loaders }: Context): Loaded<StateObjectType> {
    return stageId === null ? null : loaders.state.load(stageId);
  }

  @Shared()
  @FieldResolver(() => StateObjectType, { nullable: true, description: 'What came of it.' })
  outcome(@Root() { outcomeId }: Ticket, @Ctx() { loaders }: Context): Loaded<StateObjectType> {
    return outcomeId === null ? null : loaders.state.load(outcomeId);
  }

  @Shared()
  @FieldResolver(() => TopicType, { nullable: true, description: 'What it is about. Fixed when it is opened.' })
  topic(@Root() { topicId }: Ticket, @Ctx() { loaders }: Context): Loaded<TopicType> {
    return topicId === null ? null : loaders.topic.load(topicId);
  }

  @Shared()
  @FieldResolver(() => ProjectType, { nullable: true, description: 'The project that it is confined to.' })
  project(@Root() { projectId }: Ticket, @Ctx() { loaders }: Context): Loaded<ProjectType> {
    return projectId === null ? null : loaders.project.load(projectId);
  }

  @Shared()
  @FieldResolver(() => [UserType], { description: 'Who opened it and on whose behalf: nobody is ever removed.' })
  async authors(@Root() { authorIds }: Ticket, @Ctx() { loaders }: Context): Promise<UserType[]> {
    return (await loaders.user.loadMany(authorIds)) as User[];
  }

  @Shared()
  @FieldResolver(() => UserType, { description: 'On whose behalf it was opened.' })
  reporter(@Root() { reporterId }: Ticket, @Ctx() { loaders }: Context): Loaded<UserType> {
    return loaders.user.load(reporterId);
  }

  @Shared()
  @FieldResolver(() => UserType, { nullable: true, description: 'The member of staff who takes care of it.' })
  assignee(@Root() { assigneeId }: Ticket, @Ctx() { loaders }: Context): Loaded<UserType> {
    return assigneeId === null ? null : loaders.user.load(assigneeId);
  }

  @Shared()
  @FieldResolver(() => GroupType, { nullable: true, description: 'The queue that it is in.' })
  group(@Root() { groupId }: Ticket, @Ctx() { loaders }: Context): Loaded<GroupType> {
    return groupId === null ? null : loaders.group.load(groupId);
  }

  @Shared()
  @FieldResolver(() => OrganizationType, {
    nullable: true,
    description:
      'Set at opening, from the reporter or by staff; only staff change it, whatever becomes of the authors. The access level refers to it.',
  })
  organization(@Root() { organizationId }: Ticket, @Ctx() { loaders }: Context): Loaded<OrganizationType> {
    return organizationId === null ? null : loaders.organization.load(organizationId);
  }

  @Shared()
  @FieldResolver(() => OrganizationType, { nullable: true, description: 'Who buys what it is about.' })
  buyer(@Root() { buyerId }: Ticket, @Ctx() { loaders }: Context): Loaded<OrganizationType> {
    return buyerId === null ? null : loaders.organization.load(buyerId);
  }

  @Shared()
  @FieldResolver(() => OrganizationType, { nullable: true, description: 'Who uses what it is about.' })
  consumer(@Root() { consumerId }: Ticket, @Ctx() { loaders }: Context): Loaded<OrganizationType> {
    return consumerId === null ? null : loaders.organization.load(consumerId);
  }

  @FieldResolver(() => [TicketAttributeType], {
    description: 'What else is known about it; empty for those who were only mentioned in it.',
  })
  async attributes(
    @Root() { id }: Ticket,
    @Ctx() { loaders }: Context,
    @Arg('type', () => String, { nullable: true, description: 'Only those of one type; all when absent.' })
    type?: string | null,
  ): Promise<TicketAttributeType[]> {
    const all = await loaders.attributes.load(id);
    return all.filter((attribute) => type == null || attribute.type === type);
  }

  @FieldResolver(() => TicketType, {
    nullable: true,
    description: 'The ticket that it was split from; null where the viewer may not see it.',
  })
  splitFrom(@Root() { splitFromId }: Ticket, @Ctx() { loaders }: Context): Loaded<TicketType> {
    return splitFromId === null ? null : loaders.visibleTicket.load(splitFromId);
  }

  @FieldResolver(() => [TicketType], {
    description: 'The tickets that came of it and that the viewer sees, oldest first.',
  })
  splitInto(@Root() { id }: Ticket, @Ctx() { loaders }: Context): Promise<TicketType[]> {
    return loaders.splitInto.load(id);
  }

  @Shared()
  @FieldResolver(() => ConversationType, { description: 'Its conversation.' })
  conversation(@Root() ticket: Ticket): ConversationType {
    return ticket;
  }

  @Shared()
  @FieldResolver(() => CommentConnectionType, { description: 'Its comments, oldest first.' })
  comments(
    @Root() ticket: Ticket,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() context: Context,
  ): Promise<CommentPage> {
    return pageOfComments(context, this.cursors, ticket, page, commentsPageSize);
  }

  @Shared()
  @FieldResolver(() => CommentType, { nullable: true, description: 'The newest comment that the viewer may see.' })
  async lastComment(@Root() { id }: Ticket, @Ctx() { loaders }: Context): Promise<CommentType | null> {
    const newest = { limit: 1, from: 'back', after: null, before: null } as const;
    return (await loaders.comments.load(id, newest)).rows[0] ?? null;
  }
}
