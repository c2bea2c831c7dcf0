import { Field, ObjectType } from 'type-graphql';
import { NodeType } from '../node/node.type.js';
import { DateTimeScalar } from '../shared/scalars.js';

/** Something more to know about a ticket. */
@ObjectType('TicketAttribute', {
  implements: NodeType,
  description: 'Something more to know about a ticket, such as a contact: one value for each type and key.',
})
export class TicketAttributeType extends NodeType {
  @Field(() => String, { description: 'Unique within the type: `mainEmail`.' })
  key: string;

  @Field(() => String, { description: 'What it is.' })
  value: string;

  @Field(() => String, { description: 'What kind of attribute it is: `Contact`.' })
  type: string;

  @Field(() => DateTimeScalar, { description: 'When it was first given.' })
  createdAt: Date;
}
