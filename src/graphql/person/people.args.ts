import { ArgsType, Field, ID } from 'type-graphql';
import { Role } from '../../auth/viewer.js';
import { PageArgs } from '../shared/pagination.js';
import { CheckedLater, Items, Text } from '../shared/validation.js';

/** The keys that a user can be asked for by. */
@ArgsType()
export class UserArgs {
  @CheckedLater()
  @Field(() => ID, { nullable: true, description: 'Their id.' })
  id?: string | null;

  @CheckedLater()
  @Field(() => String, { nullable: true, description: 'Their human id: `USR-123-433`.' })
  humanId?: string | null;

  @CheckedLater()
  @Field(() => String, { nullable: true, description: 'Their e-mail address, in any case.' })
  email?: string | null;
}

const queryField = (what: string) => ({
  nullable: true,
  description: `Only those with this text, in any case, in ${what}; all when absent or blank.`,
});

/** What `agents` takes. */
@ArgsType()
export class AgentsArgs extends PageArgs {
  @Text(0, 255)
  @Field(() => String, queryField('name, e-mail address or human id'))
  query?: string | null;
}

/** What `organizations` takes. */
@ArgsType()
export class OrganizationsArgs extends PageArgs {
  @Text(0, 255)
  @Field(() => String, queryField('name, legal name or human id'))
  query?: string | null;
}

/** What `users` takes. */
@ArgsType()
export class UsersArgs extends AgentsArgs {
  @Items(0, 100)
  @Field(() => [Role], { nullable: true, description: 'Only those of one of these roles.' })
  role?: Role[] | null;

  @Items(0, 100)
  @Field(() => [ID], { nullable: true, description: 'Only people of one of these organizations.' })
  organizationId?: string[] | null;

  @Items(0, 100)
  @Field(() => [ID], { nullable: true, description: 'Only members of one of these groups.' })
  groupId?: string[] | null;

  @CheckedLater()
  @Field(() => Boolean, { nullable: true, description: 'Only those who may sign in; false: only those who may not.' })
  isActive?: boolean | null;
}
