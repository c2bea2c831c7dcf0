import { Field, Int, ObjectType } from 'type-graphql';
import { AccessLevel } from '../../entities/ticket.js';
import { NodeType } from '../node/node.type.js';
import { DateTimeScalar } from '../shared/scalars.js';
import { RateableType } from '../vote/vote.type.js';

/** A request for help. */
@ObjectType('Ticket', {
  implements: [NodeType, RateableType],
  description: 'A request for help and the conversation about it.',
})
export class TicketType extends RateableType {
  @Field(() => Int, { description: 'Its number, counted up over all tickets.' })
  number: number;

  @Field(() => String, { description: 'What it is about in a line.' })
  title: string;

  @Field(() => String, { nullable: true, description: 'What it is about at length.' })
  description: string | null;

  @Field(() => String, { nullable: true, description: 'What the customer can not do because of it.' })
  serviceImpact: string | null;

  @Field(() => AccessLevel, { description: 'Who on the customer side sees it beside authors and members.' })
  accessLevel: AccessLevel;

  @Field(() => Boolean, { description: 'Whether its reporter is a customer.' })
  isClientAuthor: boolean;

  @Field(() => String, { nullable: true, description: "Key of a contract in the company's own systems." })
  contractHumanId: string | null;

  @Field(() => String, { nullable: true, description: "Key of a tenant in the company's own systems." })
  tenantHumanId: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Id of the thing it is about in another system: an article package, an order.',
  })
  externalSubjectId: string | null;

  @Field(() => Int, { nullable: true, description: 'The notice that it was opened from.' })
  noticeId: number | null;

  @Field(() => Int, {
    description:
      'Rises with every write that a customer could see, never with a note or with reading; pass it back as `expectedVersion`.',
  })
  version: number;

  @Field(() => DateTimeScalar, { description: 'When it was opened.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { description: 'When it last changed in a way that a customer could see.' })
  updatedAt: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was closed. Null exactly while it is open.' })
  closedAt: Date | null;
}
