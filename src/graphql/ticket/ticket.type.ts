import { Field, Int, ObjectType } from 'type-graphql';
import { AccessLevel } from '../../entities/ticket.js';
import { NodeType } from '../node/node.type.js';
import { DateTimeScalar } from '../shared/scalars.js';
import { RateableType } from '../vote/vote.type.js';
import { Shared } from '../shared/shared-field.js';

/** A request for help. */
@ObjectType('Ticket', {
  implements: [NodeType, RateableType],
  description: 'A request for help and the conversation about it.',
})
export class TicketType extends RateableType {
  @Shared()
  @Field(() => Int, { description: 'Its number, counted up over all tickets.' })
  number: number;

  @Shared()
  @Field(() => String, { description: 'What it is about in a line.' })
  title: string;

  @Shared()
  @Field(() => String, { nullable: true, description: 'What it is about at length.' })
  description: string | null;

  @Shared()
  @Field(() => String, { nullable: true, description: 'What the customer can not do because of it.' })
  serviceImpact: string | null;

  @Shared()
  @Field(() => AccessLevel, { description: 'Who on the customer side sees it beside authors and members.' })
  accessLevel: AccessLevel;

  @Shared()
  @Field(() => Boolean, { description: 'Whether its reporter was a customer when they became it.' })
  isClientAuthor: boolean;

  @Shared()
  @Field(() => String, { nullable: true, description: "Key of a contract in the company's own systems." })
  contractHumanId: string | null;

  @Shared()
  @Field(() => String, { nullable: true, description: "Key of a tenant in the company's own systems." })
  tenantHumanId: string | null;

  @Shared()
  @Field(() => String, {
    nullable: true,
    description: 'Id of the thing it is about in another system: an article package, an order.',
  })
  externalSubjectId: string | null;

  @Shared()
  @Field(() => Int, { nullable: true, description: 'The notice that it was opened from.' })
  noticeId: number | null;

  @Shared()
  @Field(() => Int, {
    description:
      'Rises with every write that all who see the ticket could see, never with a note, an attribute or reading; pass it back as `expectedVersion`.',
  })
  version: number;

  @Shared()
  @Field(() => DateTimeScalar, { description: 'When it was opened.' })
  createdAt: Date;

  @Shared()
  @Field(() => DateTimeScalar, { description: 'When its `version` last rose.' })
  updatedAt: Date;

  @Shared()
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was closed. Null exactly while it is open.' })
  closedAt: Date | null;
}
