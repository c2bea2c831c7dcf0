import { Field, ID, InputType } from 'type-graphql';
import { HumanId } from '../shared/formats.js';
import { idempotencyKeyField } from '../shared/payload.js';
import { CheckedLater, Text } from '../shared/validation.js';

const clears = 'Null clears it.';
const legalName = 'The name in its contracts, 1..255 characters.';
const role = 'Its part in the trade, such as `partner`, 1..255 characters.';
const humanId =
  "Key in the company's own systems, by which tokens name it: `ORG-2134-342`. No other organization has it.";

/** What `createOrganization` takes. */
@InputType('CreateOrganizationInput', { description: 'A customer company to enter. Null is as absent.' })
export class CreateOrganizationInput {
  @Text(1, 255)
  @Field(() => String, { description: 'The name that everyone uses, 1..255 characters.' })
  name: string;

  @Text(1, 255)
  @Field(() => String, { nullable: true, description: legalName })
  legalName?: string | null;

  @Text(1, 255)
  @Field(() => String, { nullable: true, description: role })
  role?: string | null;

  @HumanId()
  @Field(() => String, { nullable: true, description: humanId })
  humanId?: string | null;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}

/** What `updateOrganization` takes. */
@InputType('UpdateOrganizationInput', {
  description: 'What to change of a customer company: what is absent stays as it is.',
})
export class UpdateOrganizationInput {
  @CheckedLater()
  @Field(() => ID, { description: 'The organization.' })
  organizationId: string;

  @Text(1, 255)
  @Field(() => String, {
    nullable: true,
    description: 'The name that everyone uses, 1..255 characters. It can not be cleared.',
  })
  name?: string | null;

  @Text(1, 255)
  @Field(() => String, { nullable: true, description: `${legalName} ${clears}` })
  legalName?: string | null;

  @Text(1, 255)
  @Field(() => String, { nullable: true, description: `${role} ${clears}` })
  role?: string | null;

  @HumanId()
  @Field(() => String, { nullable: true, description: `${humanId} ${clears}` })
  humanId?: string | null;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}

/** What `upsertProject` takes. */
@InputType('UpsertProjectInput', { description: 'A project to make, or to rename.' })
export class UpsertProjectInput {
  @CheckedLater()
  @Field(() => ID, { description: 'The organization that it is a part of.' })
  organizationId: string;

  @Text(1, 255)
  @Field(() => String, {
    description: 'Unique within the organization, 1..255 characters; tokens name the project by it.',
  })
  key: string;

  @Text(1, 255)
  @Field(() => String, { description: 'What people call it, 1..255 characters.' })
  name: string;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}

/** What `deleteProject` takes. */
@InputType('DeleteProjectInput', { description: 'A project to delete.' })
export class DeleteProjectInput {
  @CheckedLater()
  @Field(() => ID, { description: 'The project.' })
  projectId: string;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}
