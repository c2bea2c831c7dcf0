import type { Queryable } from '../../db/database.js';
import { StaleRead, type Transaction } from '../../db/unit-of-work.js';
import { Visibility } from '../../entities/comment.js';
import type { LogEntryType } from '../../entities/log-entry.js';
import { AppError, ErrorCode, notFound } from '../../errors.js';
import { type Addition, commentNeededBy, type CommentCopy } from './addition.js';
import { closingStatement } from './closing-statement.js';
import { decidesAccess } from './ticket-fields.js';

/**
 * Adds to a ticket's conversation: the last statement of a transaction, which takes the ticket's row lock, checks its state,
 * numbers the events in both streams and writes them with what they bring. Held so briefly, the lock lets a busy ticket
 * take as many comments as it can be written to.
 */
export async function appendToConversation(tx: Transaction, addition: Addition): Promise<void> {
  // What such an addition reads beside the ticket has to be read by a statement that begins under the lock.
  const readsMore = addition.attribute !== undefined || addition.events.some(({ type }) => type === 'CommentRemoved');
  if (readsMore) await lockTicket(tx, addition.ticket.id);
  const { sql, values } = closingStatement(addition);
  const [changed] = await tx.query<{ seqBefore: number; members: number }>(sql, values);
  if (!changed) return explainRefusal(tx, addition);
  tx.touched(addition.ticket.id);
  if (mayTakeAway(addition)) tx.takesAway();
  const isNews = addition.events.some((event) => event.type === 'CommentAdded' && isNewsToMembers(event.comment));
  // Whoever speaks in public is a member.
  if (isNews && changed.members > 1) tx.said({ ticketId: addition.ticket.id, after: changed.seqBefore });
}

const addsOnly: readonly LogEntryType[] = ['TicketOpened', 'CommentAdded', 'Rated', 'TicketClosed', 'TicketReopened'];

/** Whether there may be somebody who does not see afterwards what they saw before. */
const mayTakeAway = ({ events, fields = [], attribute }: Addition): boolean =>
  attribute !== undefined ||
  events.some(({ type }) => !addsOnly.includes(type)) ||
  fields.some(({ name }) => decidesAccess(name));

const isNewsToMembers = (comment: { visibility: Visibility } | CommentCopy): boolean =>
  comment.visibility === Visibility.PUBLIC && !('source' in comment);

/** Makes everybody else who adds to a ticket wait for the end of the transaction. */
export async function lockTicket(tx: Queryable, ticketId: string): Promise<void> {
  await tx.query('select from tickets where id = $1 for no key update', [ticketId]);
}

/** Finds out which of the closing statement's conditions did not hold; by then the rows may have moved on once more. */
async function explainRefusal(tx: Transaction, addition: Addition): Promise<never> {
  const { ticket, requires, expectedVersion, path } = addition;
  const [now] = await tx.query<{ accessVersion: number; version: number; isClosed: boolean }>(
    `select access_version as "accessVersion", version, closed_at is not null as "isClosed"
     from tickets where id = $1 and deleted_at is null`,
    [ticket.id],
  );
  // Whoever asked for a comment is told of no other thing.
  if (!now) throw notFound(commentNeededBy(addition) ? 'comment' : 'ticket', path);
  if (now.accessVersion !== ticket.accessVersion) throw new StaleRead();
  if (requires === 'open' && now.isClosed) {
    const message = 'The ticket is closed. Reopen it to go on.';
    throw new AppError(ErrorCode.TICKET_CLOSED, message, path, { ticketId: ticket.id });
  }
  if (requires === 'closed' && !now.isClosed) {
    const message = 'The ticket is not closed.';
    throw new AppError(ErrorCode.TICKET_NOT_CLOSED, message, path, { ticketId: ticket.id });
  }
  if (expectedVersion != null && now.version !== expectedVersion) {
    throw versionConflict('ticket', now.version, expectedVersion, { ticketId: ticket.id });
  }
  await explainComment(tx, addition);
  throw new StaleRead();
}

async function explainComment(tx: Transaction, addition: Addition): Promise<void> {
  const needed = commentNeededBy(addition);
  if (!needed) return;
  const [now] = await tx.query<{ version: number }>(
    'select version from comments where id = $1 and deleted_at is null',
    [needed.id],
  );
  if (!now) throw notFound('comment', addition.path);
  const { expectedVersion } = needed;
  if (expectedVersion != null && now.version !== expectedVersion) {
    throw versionConflict('comment', now.version, expectedVersion, { commentId: needed.id });
  }
}

function versionConflict(
  what: string,
  currentVersion: number,
  expected: number,
  subject: { ticketId: string } | { commentId: string },
): AppError {
  const message = `The ${what} has changed: its version is ${currentVersion}, not ${expected}.`;
  const path = ['input', 'expectedVersion'];
  return new AppError(ErrorCode.VERSION_CONFLICT, message, path, { ...subject, currentVersion });
}
