import { Field, ObjectType } from 'type-graphql';
import { NodeType } from '../node/node.type.js';
import { connectionType } from '../shared/pagination.js';
import { DateTimeScalar } from '../shared/scalars.js';

/** Something that the system did about a ticket. */
@ObjectType('SystemEvent', {
  implements: NodeType,
  description: 'An entry of the log that the system writes about a ticket, such as `notification.contacts.confirm`.',
})
export class SystemEventType extends NodeType {
  @Field(() => String, { description: 'What kind of event it is: `notification.contacts.confirm`.' })
  key: string;

  @Field(() => String, { description: 'What was done, in a sentence.' })
  value: string;

  @Field(() => DateTimeScalar, { description: 'When it was done.' })
  createdAt: Date;
}

/** A page of them. */
export const SystemEventConnectionType = connectionType('SystemEvent', () => SystemEventType);
