import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Ticket } from './ticket.js';

/** What of a ticket or a comment is searched; triggers of the two tables write it. */
@Entity('search_documents')
@Index('search_documents_search_idx', { synchronize: false })
@Index('search_documents_title_words_idx', { synchronize: false })
@Index('search_documents_ticket_words_idx', { synchronize: false })
@Index('search_documents_title_idx', { synchronize: false })
export class SearchDocument {
  /** That of the ticket or of the comment. */
  @PrimaryColumn('uuid') id: string;
  @Index() @ForeignKey(() => Ticket) @Column('uuid') ticketId: string;
  /** Notes are for staff. */
  @Column('boolean') isPublic: boolean;
  /** The ticket's title without case and accents; null for a comment. */
  @Column('text', { nullable: true }) title: string | null;
  /** Word stems, those of the title weighted A, of the description B, of a comment C. */
  @Column('tsvector', { select: false }) search: string;
}
