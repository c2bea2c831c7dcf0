import { Arg, Mutation, Resolver } from 'type-graphql';
import type { Call } from '../../services/call.js';
import type { Groups } from '../../services/groups.js';
import { CurrentCall } from '../context.js';
import type { PayloadType } from '../shared/payload.js';
import {
  AddGroupMemberInput,
  CreateGroupInput,
  DeleteGroupInput,
  RemoveGroupMemberInput,
  UpdateGroupInput,
} from './group.input.js';
import { deleteGroupPayload, groupPayload } from './person-payloads.js';

/** What admins do about groups. */
@Resolver()
export class GroupMutationsResolver {
  constructor(private readonly groups: Groups) {}

  @Mutation(() => groupPayload.type, { nullable: true, description: 'Admins only. Makes a group without members.' })
  createGroup(
    @CurrentCall() call: Call,
    @Arg('input', () => CreateGroupInput, { description: 'What to make.' }) input: CreateGroupInput,
  ): Promise<PayloadType> {
    return this.groups.create(call, input);
  }

  @Mutation(() => groupPayload.type, { nullable: true, description: 'Admins only. Gives a group another name.' })
  updateGroup(
    @CurrentCall() call: Call,
    @Arg('input', () => UpdateGroupInput, { description: 'What to rename.' }) input: UpdateGroupInput,
  ): Promise<PayloadType> {
    return this.groups.update(call, input);
  }

  @Mutation(() => deleteGroupPayload.type, {
    nullable: true,
    description: 'Admins only. Deletes a group that no ticket is in; it may have members.',
  })
  deleteGroup(
    @CurrentCall() call: Call,
    @Arg('input', () => DeleteGroupInput, { description: 'What to delete.' }) input: DeleteGroupInput,
  ): Promise<PayloadType> {
    return this.groups.delete(call, input.groupId);
  }

  @Mutation(() => groupPayload.type, {
    nullable: true,
    description: 'Admins only. Puts a member of staff into a group; once they are in it changes nothing.',
  })
  addGroupMember(
    @CurrentCall() call: Call,
    @Arg('input', () => AddGroupMemberInput, { description: 'Whom to put where.' }) input: AddGroupMemberInput,
  ): Promise<PayloadType> {
    return this.groups.addMember(call, input);
  }

  @Mutation(() => groupPayload.type, {
    nullable: true,
    description: 'Admins only. Takes somebody out of a group; once they are out it changes nothing.',
  })
  removeGroupMember(
    @CurrentCall() call: Call,
    @Arg('input', () => RemoveGroupMemberInput, { description: 'Whom to take out of what.' })
    input: RemoveGroupMemberInput,
  ): Promise<PayloadType> {
    return this.groups.removeMember(call, input);
  }
}
