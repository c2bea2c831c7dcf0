import { Arg, Mutation, Resolver } from 'type-graphql';
import type { Call } from '../../services/call.js';
import type { Users } from '../../services/users.js';
import { CurrentCall } from '../context.js';
import type { PayloadType } from '../shared/payload.js';
import { userPayload } from './person-payloads.js';
import { CreateUserInput, DeleteUserInput, UpdateUserInput } from './user.input.js';

/** What admins do about people. */
@Resolver()
export class UserMutationsResolver {
  constructor(private readonly users: Users) {}

  @Mutation(() => userPayload.type, {
    nullable: true,
    description: 'Admins only. Enters somebody before they first sign in.',
  })
  createUser(
    @CurrentCall() call: Call,
    @Arg('input', () => CreateUserInput, { description: 'Whom to enter.' }) input: CreateUserInput,
  ): Promise<PayloadType> {
    return this.users.create(call, input);
  }

  @Mutation(() => userPayload.type, {
    nullable: true,
    description:
      'Admins only. Changes what is known of somebody and what they may do. Where that changes, their open subscriptions end at once.',
  })
  updateUser(
    @CurrentCall() call: Call,
    @Arg('input', () => UpdateUserInput, { description: 'Whom to change, and how.' }) input: UpdateUserInput,
  ): Promise<PayloadType> {
    return this.users.update(call, input);
  }

  @Mutation(() => userPayload.type, {
    nullable: true,
    description:
      'Admins only. Takes the right to sign in away, on open connections too. History keeps the name, and `updateUser` brings them back.',
  })
  deleteUser(
    @CurrentCall() call: Call,
    @Arg('input', () => DeleteUserInput, { description: 'Whom to deactivate.' }) input: DeleteUserInput,
  ): Promise<PayloadType> {
    return this.users.deactivate(call, input.userId);
  }
}
