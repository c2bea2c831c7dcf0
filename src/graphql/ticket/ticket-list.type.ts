import { Field, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../shared/pagination.js';
import { TicketType } from './ticket.type.js';

/** A page of tickets between positions. */
export const TicketConnectionType = connectionType('Ticket', () => TicketType);

/** A page of tickets with a number. */
@ObjectType('TicketPage', { description: 'A page of a list of tickets, for interfaces with page numbers.' })
export class TicketPageType {
  @Field(() => [TicketType], { description: 'The tickets.' })
  items: TicketType[];

  @Field(() => Int, { description: 'Its number, from 1.' })
  page: number;

  @Field(() => Int, { description: 'How many items it may have.' })
  itemsPerPage: number;

  @Field(() => Boolean, { description: 'Whether there is a page after it.' })
  hasNext: boolean;

  @Field(() => Boolean, { description: 'Whether there is a page before it.' })
  hasPrevious: boolean;
}
