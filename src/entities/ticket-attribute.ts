import { Column, Entity, ForeignKey, Unique } from 'typeorm';
import { Id, WrittenAt } from './columns.js';
import { Ticket } from './ticket.js';

/** A free attribute of a ticket, such as a contact's e-mail address. */
@Entity('ticket_attributes')
@Unique(['ticketId', 'type', 'key'])
export class TicketAttribute {
  @Id() id: string;
  @ForeignKey(() => Ticket) @Column('uuid') ticketId: string;
  @Column('text') type: string;
  @Column('text') key: string;
  @Column('text') value: string;
  @WrittenAt() createdAt: Date;
}
