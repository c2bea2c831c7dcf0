import type { TicketImage } from '../../entities/log-entry.js';

/** An event in the feed, with the ticket as it stood before and after; null where it was not there. Titles are folded. */
export interface FeedRow {
  readonly position: number;
  readonly ticketId: string;
  readonly before: TicketImage | null;
  readonly after: TicketImage;
}

/** The same as the database tells it. */
export interface StoredRow {
  readonly position: number;
  readonly ticketId: string;
  readonly before: TicketImage | null;
  readonly changes: Readonly<Record<string, unknown>>;
  readonly titleBefore: string | null;
  readonly titleAfter: string | null;
}

/** Makes the images of an event complete. */
export function rowOf({ position, ticketId, before, changes, titleBefore, titleAfter }: StoredRow): FeedRow {
  const after = Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null);
  return {
    position,
    ticketId,
    before: before && { ...before, title: titleBefore },
    after: { ...Object.fromEntries(after), title: titleAfter ?? titleBefore },
  };
}
