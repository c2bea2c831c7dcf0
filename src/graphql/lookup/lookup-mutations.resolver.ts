import { Arg, Mutation, Resolver } from 'type-graphql';
import type { Call } from '../../services/call.js';
import type { States } from '../../services/states.js';
import type { Topics } from '../../services/topics.js';
import { CurrentCall } from '../context.js';
import type { PayloadType } from '../shared/payload.js';
import { deleteStatePayload, deleteTopicPayload, statePayload, topicPayload } from './lookup-payloads.js';
import { DeleteStateInput, DeleteTopicInput, UpsertStateInput, UpsertTopicInput } from './lookup.input.js';

/** What admins do about look-up tables. */
@Resolver()
export class LookUpMutationsResolver {
  constructor(
    private readonly states: States,
    private readonly topics: Topics,
  ) {}

  @Mutation(() => statePayload.type, {
    nullable: true,
    description: 'Admins only. Makes a status, type, priority, stage or outcome, or replaces what is said of one.',
  })
  upsertState(
    @CurrentCall() call: Call,
    @Arg('input', () => UpsertStateInput, { description: 'What to make or replace.' }) input: UpsertStateInput,
  ): Promise<PayloadType> {
    return this.states.upsert(call, input);
  }

  @Mutation(() => deleteStatePayload.type, {
    nullable: true,
    description:
      'Admins only. Deletes a state that no ticket has. The statuses `created`, `in_progress`, `waiting`, `resolved` and `closed` and the priority `low` stay: the rules set them.',
  })
  deleteState(
    @CurrentCall() call: Call,
    @Arg('input', () => DeleteStateInput, { description: 'What to delete.' }) input: DeleteStateInput,
  ): Promise<PayloadType> {
    return this.states.delete(call, input.stateId);
  }

  @Mutation(() => topicPayload.type, {
    nullable: true,
    description: 'Admins only. Makes a topic or subtopic, or replaces what is said of one, its place included.',
  })
  upsertTopic(
    @CurrentCall() call: Call,
    @Arg('input', () => UpsertTopicInput, { description: 'What to make or replace.' }) input: UpsertTopicInput,
  ): Promise<PayloadType> {
    return this.topics.upsert(call, input);
  }

  @Mutation(() => deleteTopicPayload.type, {
    nullable: true,
    description: 'Admins only. Deletes a topic that no ticket has and that no other is below.',
  })
  deleteTopic(
    @CurrentCall() call: Call,
    @Arg('input', () => DeleteTopicInput, { description: 'What to delete.' }) input: DeleteTopicInput,
  ): Promise<PayloadType> {
    return this.topics.delete(call, input.topicId);
  }
}
