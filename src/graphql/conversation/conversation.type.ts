import { Field, ObjectType } from 'type-graphql';
import { NodeType } from '../node/node.type.js';
import { DateTimeScalar } from '../shared/scalars.js';
import { Shared } from '../shared/shared-field.js';

/** The talk about a ticket. */
@ObjectType('Conversation', {
  implements: NodeType,
  description: 'The talk about a ticket: who takes part, and everything that happened, in one order.',
})
export class ConversationType extends NodeType {}

/** Somebody who takes part. */
@ObjectType('Member', { implements: NodeType, description: 'Somebody who takes part in a conversation.' })
export class MemberType extends NodeType {
  @Shared()
  @Field(() => DateTimeScalar, { description: 'Since when.' })
  joinedAt: Date;
}
