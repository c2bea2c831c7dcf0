import { Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { Position, Window } from '../../db/keyset.js';
import type { Group } from '../../entities/group.js';
import type { Organization } from '../../entities/organization.js';
import type { Project } from '../../entities/project.js';
import type { User } from '../../entities/user.js';
import { globalId } from '../../global-id.js';
import { canSeeEmail, canSeeOrganization, canSeePrivateData } from '../../policies/people-policy.js';
import type { Context } from '../context.js';
import { idField } from '../node/node.type.js';
import { type CountedConnection, pageByName } from '../shared/counted-connection.js';
import { PageArgs } from '../shared/pagination.js';
import { userConnection } from './person-connections.js';
import { GroupType, OrganizationType, ProjectType, UserType } from './person.type.js';
import { Shared } from '../shared/shared-field.js';

/** People; what of them is private is null or empty for others. */
@Resolver(() => UserType)
export class UserResolver {
  @Query(() => UserType, { description: 'Who is asking.' })
  viewer(@Ctx() { loaders, viewer }: Context): Promise<UserType | null> {
    return loaders.user.load(viewer.id);
  }

  @Shared()
  @FieldResolver(() => ID, idField)
  id(@Root() user: User): string {
    return globalId('User', user.id);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      "Key in the company's own systems (`USR-123-433`), where there is one. Null unless the viewer is staff or the same person.",
  })
  humanId(@Root() user: User, @Ctx() { viewer }: Context): string | null {
    return canSeePrivateData(viewer, user) ? user.humanId : null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Null unless the viewer is staff, the same person, or of the same organization and this is no member of staff.',
  })
  email(@Root() user: User, @Ctx() { viewer }: Context): string | null {
    return canSeeEmail(viewer, user) ? user.email : null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Null unless the viewer is staff or the same person; groups and projects are empty then.',
  })
  phoneNumber(@Root() user: User, @Ctx() { viewer }: Context): string | null {
    return canSeePrivateData(viewer, user) ? user.phoneNumber : null;
  }

  @FieldResolver(() => OrganizationType, {
    nullable: true,
    description: 'The customer company. Null unless the viewer is staff, the same person or of the same organization.',
  })
  organization(@Root() user: User, @Ctx() { loaders, viewer }: Context): Promise<OrganizationType | null> | null {
    const { organizationId } = user;
    return organizationId && canSeeOrganization(viewer, user) ? loaders.organization.load(organizationId) : null;
  }

  @FieldResolver(() => [ProjectType], { description: 'The projects that the person belongs to.' })
  projects(@Root() user: User, @Ctx() { loaders, viewer }: Context): Promise<ProjectType[]> | ProjectType[] {
    return canSeePrivateData(viewer, user) ? loaders.projectsOfUser.load(user.id) : [];
  }

  @FieldResolver(() => [GroupType], { description: 'The queues that the member of staff works in.' })
  groups(@Root() user: User, @Ctx() { loaders, viewer }: Context): Promise<GroupType[]> | GroupType[] {
    return canSeePrivateData(viewer, user) ? loaders.groupsOfUser.load(user.id) : [];
  }
}

/** Organizations. */
@Resolver(() => OrganizationType)
export class OrganizationResolver {
  @Shared()
  @FieldResolver(() => ID, idField)
  id(@Root() organization: Organization): string {
    return globalId('Organization', organization.id);
  }
}

/** Projects. */
@Resolver(() => ProjectType)
export class ProjectResolver {
  @Shared()
  @FieldResolver(() => ID, idField)
  id(@Root() project: Project): string {
    return globalId('Project', project.id);
  }

  @Shared()
  @FieldResolver(() => OrganizationType, { description: 'The organization that it is a part of.' })
  organization(@Root() project: Project, @Ctx() { loaders }: Context): Promise<OrganizationType | null> {
    return loaders.organization.load(project.organizationId);
  }
}

/** Groups. */
@Resolver(() => GroupType)
export class GroupResolver {
  @Shared()
  @FieldResolver(() => ID, idField)
  id(@Root() group: Group): string {
    return globalId('Group', group.id);
  }

  @FieldResolver(() => userConnection.type, {
    description: 'The members of staff who work in it and may sign in, by name. Empty for customers.',
  })
  members(
    @Root() { id }: Group,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { loaders: { membersOfGroup } }: Context,
  ): Promise<CountedConnection<UserType>> {
    const members = {
      page: (window: Window<Position>) => membersOfGroup.load(id, window),
      count: () => membersOfGroup.count(id),
    };
    return pageByName(members, args);
  }
}
