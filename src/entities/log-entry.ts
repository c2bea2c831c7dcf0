import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { Instant } from './columns.js';
import { Ticket } from './ticket.js';

/** What can happen in a conversation. */
export const LogEntryType = {
  TicketOpened: 'TicketOpened',
  TicketDeleted: 'TicketDeleted',
  CommentAdded: 'CommentAdded',
  CommentEdited: 'CommentEdited',
  CommentRemoved: 'CommentRemoved',
  MemberJoined: 'MemberJoined',
  TicketClosed: 'TicketClosed',
  TicketReopened: 'TicketReopened',
  TicketUpdated: 'TicketUpdated',
  TicketSplit: 'TicketSplit',
  Rated: 'Rated',
} as const;
/** Name of an event; the GraphQL type of the same name shows it. */
export type LogEntryType = (typeof LogEntryType)[keyof typeof LogEntryType];

/** A ticket's field with its text before and after a change. */
export interface RecordedChange {
  field: string;
  before: string | null;
  after: string | null;
}

/** The columns that lists filter by, as they stood; null ones are left out. Moments are milliseconds since 1970. */
export type TicketImage = Readonly<Partial<Record<ImageField, unknown>>> & {
  readonly authorIds?: readonly string[];
  readonly memberIds?: readonly string[];
};
/** Name of such a column. */
export type ImageField = keyof Ticket | 'isClientRead' | 'lastCommentRole';

/** One event of a conversation: history, audit and live stream are these rows. */
@Entity('conversation_log')
@Unique(['ticketId', 'publicSeq'])
@Index('conversation_log_at_idx', ['at', 'ticketId', 'staffSeq'])
export class LogEntry {
  @ForeignKey(() => Ticket) @PrimaryColumn('uuid') ticketId: string;
  /** Place in the stream of staff: 1, 2, 3 and so on without a hole. */
  @PrimaryColumn('int') staffSeq: number;
  /** Place in the stream of customers, likewise; null where they see nothing of it. */
  @Column('int', { nullable: true }) publicSeq: number | null;
  @Column('text') type: LogEntryType;
  @Instant() at: Date;
  /** Null for the system itself. */
  @Column('uuid', { nullable: true }) actorId: string | null;
  @Column('uuid', { nullable: true }) commentId: string | null;
  @Column('uuid', { nullable: true }) userId: string | null;
  @Column('uuid', { nullable: true }) voteId: string | null;
  /** The other ticket of a split. */
  @Column('uuid', { nullable: true }) otherTicketId: string | null;
  @Column('jsonb', { nullable: true }) changes: RecordedChange[] | null;
  /**
   * As the ticket stood before; null where it was not there. What is added in one transaction changes it as one: the first of
   * its rows carries the whole change, and to the others before and after are the same.
   */
  @Column('jsonb', { nullable: true, select: false }) imageBefore: TicketImage | null;
  /** Only what differs from `imageBefore`; null for what was cleared. */
  @Column('jsonb', { select: false }) imageChanges: TicketImage;
}
