import { Arg, Args, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { PeopleReading } from '../../services/read-people.js';
import type { Context } from '../context.js';
import { UserArgs } from './people.args.js';
import { GroupType, UserType } from './person.type.js';

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

  @Query(() => [GroupType], {
    nullable: true,
    description: 'All queues of the support team, by name. Staff; null, with FORBIDDEN, for customers.',
  })
  groups(@Ctx() { viewer }: Context): Promise<GroupType[]> {
    return this.reading.groups(viewer);
  }

  @Query(() => GroupType, {
    nullable: true,
    description: 'A queue of the support team. Staff; null, with FORBIDDEN, for customers.',
  })
  group(
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
    @Ctx() { loaders, viewer }: Context,
  ): Promise<GroupType | null> {
    return this.reading.group(viewer, loaders, id);
  }
}
