import { Column, Entity, ForeignKey, Unique } from 'typeorm';
import { Id, WrittenAt } from './columns.js';
import { Ticket } from './ticket.js';

/** Key of the event that the contacts of a ticket were asked to confirm. */
export const contactsConfirmation = 'notification.contacts.confirm';

/** Something that the system did about a ticket, for staff to look up. */
@Entity('system_events')
@Unique(['ticketId', 'position'])
export class SystemEvent {
  @Id() id: string;
  @ForeignKey(() => Ticket) @Column('uuid') ticketId: string;
  /** From 1, in the order in which they were written. */
  @Column('int') position: number;
  @Column('text') key: string;
  @Column('text') value: string;
  @WrittenAt() createdAt: Date;
}
