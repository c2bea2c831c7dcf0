import { Field, ID, InputType } from 'type-graphql';
import { idempotencyKeyField } from '../shared/payload.js';
import { CheckedLater, Text } from '../shared/validation.js';

const nameField = { description: 'What people call it, 1..255 characters; no other group has it.' };
const groupIdField = { description: 'The group.' };

/** What `createGroup` takes. */
@InputType('CreateGroupInput', { description: 'A queue of the support team to make.' })
export class CreateGroupInput {
  @Text(1, 255)
  @Field(() => String, nameField)
  name: string;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}

/** What `updateGroup` takes. */
@InputType('UpdateGroupInput', { description: 'A group to rename.' })
export class UpdateGroupInput {
  @CheckedLater()
  @Field(() => ID, groupIdField)
  groupId: string;

  @Text(1, 255)
  @Field(() => String, nameField)
  name: string;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}

/** What `deleteGroup` takes. */
@InputType('DeleteGroupInput', { description: 'A group to delete.' })
export class DeleteGroupInput {
  @CheckedLater()
  @Field(() => ID, groupIdField)
  groupId: string;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}

/** What `addGroupMember` takes. */
@InputType('AddGroupMemberInput', { description: 'Somebody to put into a group.' })
export class AddGroupMemberInput {
  @CheckedLater()
  @Field(() => ID, groupIdField)
  groupId: string;

  @CheckedLater()
  @Field(() => ID, { description: 'An active member of staff.' })
  userId: string;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}

/** What `removeGroupMember` takes. */
@InputType('RemoveGroupMemberInput', { description: 'Somebody to take out of a group.' })
export class RemoveGroupMemberInput {
  @CheckedLater()
  @Field(() => ID, groupIdField)
  groupId: string;

  @CheckedLater()
  @Field(() => ID, { description: 'Who.' })
  userId: string;

  @Text(1, 255)
  @Field(() => String, idempotencyKeyField)
  idempotencyKey?: string | null;
}
