import { Field, ObjectType } from 'type-graphql';
import { connectionType } from '../shared/pagination.js';
import { DateTimeScalar } from '../shared/scalars.js';

/** A report. */
@ObjectType('TicketReport', { description: 'A report on the tickets that were opened in a span of time.' })
export class TicketReportType {
  @Field(() => DateTimeScalar, { description: 'Tickets that were opened then or later.' })
  from: Date;

  @Field(() => DateTimeScalar, { description: 'Tickets that were opened before.' })
  to: Date;
}

/** A ticket as a report tells of it. */
@ObjectType('TicketReportRow', { description: 'A ticket as a report tells of it.' })
class TicketReportRowType {
  @Field(() => String, { description: 'Its human id: `INC-1234`.' })
  ticketNumber: string;

  @Field(() => String, { nullable: true, description: "Name of its organization, or else its reporter's." })
  customer: string | null;

  @Field(() => String, { nullable: true, description: 'Name of the organization that buys.' })
  buyer: string | null;

  @Field(() => String, { nullable: true, description: 'Its description, or else its title.' })
  ticketDescription: string | null;

  @Field(() => String, { description: 'Name of its priority, in a language of `Accept-Language`.' })
  priority: string;

  @Field(() => String, { nullable: true, description: 'Name of its topic, in a language of `Accept-Language`.' })
  category: string | null;

  @Field(() => String, { nullable: true, description: 'What the trouble means to the customer.' })
  serviceImpact: string | null;

  @Field(() => String, { nullable: true, description: 'Name of its outcome, in a language of `Accept-Language`.' })
  outcome: string | null;

  @Field(() => String, { description: 'Name of its status, in a language of `Accept-Language`.' })
  status: string;

  @Field(() => String, { nullable: true, description: 'Name of its reporter.' })
  primaryContactName: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The attribute `mainEmail` of the type `Contact`, or else its reporter's address.",
  })
  primaryContactEmail: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was opened.' })
  createdAt: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was closed; null while it is open.' })
  resolutionDate: Date | null;

  @Field(() => String, { nullable: true, description: 'Name of who takes care of it, or else of its queue.' })
  assigned: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'From opening to when somebody first took care of it, as HH:MM:SS; hours go beyond 24. Null where nobody did.',
  })
  slaAssignedTime: string | null;

  @Field(() => String, { description: 'From opening to closing, or to now, as HH:MM:SS; hours go beyond 24.' })
  ticketRunTime: string;
}

/** A page of the rows of a report. */
export const TicketReportConnectionType = connectionType('TicketReport', () => TicketReportRowType);
