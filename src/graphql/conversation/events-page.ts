import type { LoadedPage, Window } from '../../db/keyset.js';
import type { LogEntry } from '../../entities/log-entry.js';
import { type ConversationHead, expired, seqFor } from '../../live/cursors.js';
import type { Context } from '../context.js';

const oldestAlone = { limit: 1, from: 'front', after: null, before: null } as const;

/** Loads a page of a ticket's events; CURSOR_EXPIRED when it would begin or end where events were cleared away. */
export async function pageOfEvents(
  { loaders, viewer }: Context,
  ticket: ConversationHead,
  window: Window<number>,
): Promise<LoadedPage<LogEntry>> {
  const page = await loaders.events.load(ticket.id, window);
  const isBounded = window.after !== null || window.before !== null;
  // Only where there is nothing before the page could something be missing there.
  if (!isBounded || page.hasPrevious) return page;
  const [oldest] = (await loaders.events.load(ticket.id, oldestAlone)).rows;
  const start = oldest ? seqFor(viewer, oldest) - 1 : seqFor(viewer, ticket);
  for (const name of ['after', 'before'] as const) if ((window[name] ?? start) < start) throw expired([name]);
  return page;
}
