import { Arg, Args, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { PeopleReading } from '../../services/read-people.js';
import type { Context } from '../context.js';
import { type CountedConnection, pageByName } from '../shared/counted-connection.js';
import { AgentsArgs, OrganizationsArgs, UserArgs, UsersArgs } from './people.args.js';
import { organizationConnection, userConnection } from './person-connections.js';
import { GroupType, type OrganizationType, UserType } from './person.type.js';

const forStaff = 'Staff; null, with FORBIDDEN, for customers.';

/** Who and which groups there are. */
@Resolver()
export class PeopleResolver {
  constructor(private readonly reading: PeopleReading) {}

  @Query(() => UserType, {
    nullable: true,
    description:
      'A user by exactly one of their keys. Null where the viewer may not see them: customers find themselves and people of their organization, the latter by an e-mail address only where they may read it and never by a human id.',
  })
  user(@Args(() => UserArgs) keys: UserArgs, @Ctx() { loaders, viewer }: Context): Promise<UserType | null> {
    return this.reading.user(viewer, loaders, keys);
  }

  @Query(() => userConnection.type, {
    nullable: true,
    description: `Members of staff who may sign in, by name. ${forStaff}`,
  })
  agents(@Args(() => AgentsArgs) args: AgentsArgs, @Ctx() { viewer }: Context): Promise<CountedConnection<UserType>> {
    return pageByName(this.reading.agents(viewer, args.query), args);
  }

  @Query(() => userConnection.type, {
    nullable: true,
    description: `People, by name: those that all the arguments match. In a list one match is enough, and \`[]\` matches nobody. ${forStaff}`,
  })
  users(@Args(() => UsersArgs) args: UsersArgs, @Ctx() { viewer }: Context): Promise<CountedConnection<UserType>> {
    return pageByName(this.reading.users(viewer, args), args);
  }

  @Query(() => organizationConnection.type, {
    nullable: true,
    description: `Customer companies, by name. ${forStaff}`,
  })
  organizations(
    @Args(() => OrganizationsArgs) args: OrganizationsArgs,
    @Ctx() { viewer }: Context,
  ): Promise<CountedConnection<OrganizationType>> {
    return pageByName(this.reading.organizations(viewer, args.query), args);
  }

  @Query(() => [GroupType], {
    nullable: true,
    description: `All queues of the support team, by name. ${forStaff}`,
  })
  groups(@Ctx() { viewer }: Context): Promise<GroupType[]> {
    return this.reading.groups(viewer);
  }

  @Query(() => GroupType, {
    nullable: true,
    description: `A queue of the support team; null where there is none. ${forStaff}`,
  })
  group(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() { loaders, viewer }: Context,
  ): Promise<GroupType | null> {
    return this.reading.group(viewer, loaders, id);
  }
}
