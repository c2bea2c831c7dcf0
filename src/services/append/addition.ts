import type { SignedInViewer } from '../../auth/viewer.js';
import type { Comment, Visibility } from '../../entities/comment.js';
import type { LogEntryType } from '../../entities/log-entry.js';
import type { Ticket } from '../../entities/ticket.js';
import type { VoteScale } from '../../entities/vote.js';
import type { ArgumentPath } from '../../errors.js';
import type { FieldValue } from './ticket-fields.js';

/** A comment that an event is about. */
interface CommentRef {
  readonly id: string;
  readonly visibility: Visibility;
}

/** A vote to be written, and its event; on a comment where there is one, else on the ticket. */
interface NewVote {
  readonly id: string;
  readonly score: number;
  readonly scale: VoteScale;
  readonly comment: string | null;
}

/** An attribute that gets a value, or null to remove it. */
interface NewAttribute {
  readonly type: string;
  readonly key: string;
  readonly value: string | null;
}

/** A comment that is said now. */
export interface NewComment extends CommentRef {
  readonly body: string;
  /** Files that were claimed for it, in their order. */
  readonly fileIds?: readonly string[];
}

/** An entry of what the system did about the ticket. */
interface NewSystemEvent {
  readonly id: string;
  readonly key: string;
  readonly value: string;
}

/** A comment of another ticket that is copied with its author, text and time. */
export interface CommentCopy extends CommentRef {
  readonly source: Pick<Comment, 'id' | 'authorRole'>;
  /** Whether the customer side has read it there. */
  readonly isRead: boolean;
}

/** What happens next in a conversation, in its order. Each is written with what it brings; public but for what is about notes. */
export type NewEvent =
  | { readonly type: 'CommentAdded'; readonly comment: NewComment | CommentCopy }
  | {
      readonly type: 'CommentEdited';
      readonly comment: CommentRef & { readonly body: string };
      readonly expectedVersion?: number | null | undefined;
    }
  | { readonly type: 'CommentRemoved'; readonly comment: CommentRef }
  | { readonly type: 'Rated'; readonly vote: NewVote; readonly comment?: CommentRef }
  | { readonly type: 'TicketSplit'; readonly otherTicketId: string }
  | { readonly type: Extract<LogEntryType, 'TicketOpened' | 'TicketClosed' | 'TicketReopened' | 'TicketDeleted'> };

/** One addition to a conversation. */
export interface Addition {
  readonly actor: SignedInViewer;
  /** As it was read under the actor's visibility: the addition fails when who may see it has changed since. */
  readonly ticket: Pick<Ticket, 'id' | 'accessVersion'>;
  /** What the ticket has to be at that moment, whatever it was when it was read. */
  readonly requires?: 'open' | 'closed' | undefined;
  readonly expectedVersion?: number | null | undefined;
  /** Who is let in before anything else happens, unless they are in already. */
  readonly joining?: readonly string[];
  readonly events: readonly NewEvent[];
  /** What the ticket's fields become; those that differ are told by one TicketUpdated, after the other events. */
  readonly fields?: readonly FieldValue[];
  /** A change that some customers who see the ticket can't read: the staff stream alone tells of it. */
  readonly attribute?: NewAttribute;
  /** The entry that its contacts were asked to confirm; the staff stream alone tells of it, too. */
  readonly confirmation?: NewSystemEvent;
  /** The status that the ticket gets together with `closedAt`; the events tell of it. */
  readonly becomes?: { readonly statusKey: 'closed' | 'in_progress'; readonly closed: boolean };
  /** Whether a public comment moves the status (parity x9). */
  readonly movesStatus?: boolean;
  /** How far, in the public stream, the customer side has read; it never goes back and raises no version (parity e30). */
  readonly clientReadSeq?: number;
  /** Where an error about the ticket points to. */
  readonly path: ArgumentPath;
}

/** The comment that has to be there for an addition, if there is one. */
export function commentNeededBy({
  events,
}: Addition): { id: string; expectedVersion?: number | null | undefined } | undefined {
  for (const event of events) {
    if (event.type === 'CommentEdited') return { id: event.comment.id, expectedVersion: event.expectedVersion };
    if (event.type === 'CommentRemoved') return event.comment;
    if (event.type === 'Rated' && event.comment) return event.comment;
  }
  return undefined;
}
