import { ArgsType, Field, ID } from 'type-graphql';
import { CheckedLater } from '../shared/validation.js';

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
