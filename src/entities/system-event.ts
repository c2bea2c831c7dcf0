import { Column, Entity, ForeignKey, Index } from 'typeorm';
import { Id, WrittenAt } from './columns.js';
import { Ticket } from './ticket.js';

/** Something that the system did about a ticket, for staff to look up. */
@Entity('system_events')
export class SystemEvent {
  @Id() id: string;
  @Index() @ForeignKey(() => Ticket) @Column('uuid') ticketId: string;
  @Column('text') key: string;
  @Column('text') value: string;
  @WrittenAt() createdAt: Date;
}
