import { Field, ID, InputType } from 'type-graphql';
import { Role } from '../../auth/viewer.js';
import { Email, HumanId, PhoneNumber } from '../shared/formats.js';
import { idempotencyKeyField } from '../shared/payload.js';
import { CheckedLater, Items, Text, Texts } from '../shared/validation.js';

const clearable = (description: string) => ({ nullable: true, description: `${description} Null clears it.` });
const kept = (description: string) => ({ nullable: true, description: `${description} It can not be cleared.` });
const phoneNumber = 'With its country code, as E.164 has it: `+447816432764`.';
const humanId = "Key in the company's own systems, such as `USR-123-433`; no other user has it.";

/** What `createUser` takes. */
@InputType('CreateUserInput', {
  description: 'Somebody to enter. The first token with this e-mail address is theirs. Null is as absent.',
})
export class CreateUserInput {
  @Email()
  @Text(1, 254)
  @Field(() => String, { description: 'No other user has it, whatever the case.' })
  email: string;

  @Text(1, 255)
  @Field(() => String, { description: 'The name that everyone sees, 1..255 characters.' })
  name: string;

  @PhoneNumber()
  @Field(() => String, { nullable: true, description: phoneNumber })
  phoneNumber?: string | null;

  @CheckedLater()
  @Field(() => Role, { defaultValue: Role.CUSTOMER, description: 'What they may be to the gateway.' })
  role: Role;

  @HumanId()
  @Field(() => String, { nullable: true, description: humanId })
  humanId?: string | null;

  @CheckedLater()
  @Field(() => ID, { nullable: true, description: 'The customer company.' })
  organizationId?: string | null;

  @Items(0, 100)
  @Texts(1, 255)
  @Field(() => [String], {
    nullable: true,
    description: 'Keys of projects of that organization, 100 at most; refused without one.',
  })
  projectKeys?: string[] | null;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}

/** What `updateUser` takes. */
@InputType('UpdateUserInput', {
  description:
    'What to change of somebody: what is absent stays as it is. Tokens that were issued before do not undo it, a later one says what is so from then on.',
})
export class UpdateUserInput {
  @CheckedLater()
  @Field(() => ID, { description: 'Who.' })
  userId: string;

  @Email()
  @Text(1, 254)
  @Field(() => String, kept('No other user has it, whatever the case.'))
  email?: string | null;

  @Text(1, 255)
  @Field(() => String, kept('The name that everyone sees, 1..255 characters.'))
  name?: string | null;

  @PhoneNumber()
  @Field(() => String, clearable(phoneNumber))
  phoneNumber?: string | null;

  @CheckedLater()
  @Field(() => Role, kept('Who becomes a customer leaves all groups; admins do not demote themselves.'))
  role?: Role | null;

  @HumanId()
  @Field(() => String, clearable(humanId))
  humanId?: string | null;

  @CheckedLater()
  @Field(() => ID, clearable('The customer company; another one clears the projects that are not given with it.'))
  organizationId?: string | null;

  @Items(0, 100)
  @Texts(1, 255)
  @Field(() => [String], clearable('Keys of all their projects within the organization, 100 at most.'))
  projectKeys?: string[] | null;

  @CheckedLater()
  @Field(
    () => Boolean,
    kept('False takes the right to sign in away at once, true gives it back; admins do not deactivate themselves.'),
  )
  isActive?: boolean | null;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}

/** What `deleteUser` takes. */
@InputType('DeleteUserInput', { description: 'Somebody to take the right to sign in away from.' })
export class DeleteUserInput {
  @CheckedLater()
  @Field(() => ID, { description: 'Who.' })
  userId: string;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}
