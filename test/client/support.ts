import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { resumable, type Resumable, type ResumableOptions } from '../../src/client/index.js';
import { addComment, followTicket, openTicket, ticketLog } from '../support/documents.js';
import type { Actor } from '../support/gateway.js';

/** An event of a conversation, as `followTicket` asks for it. */
export interface Event {
  __typename: string;
  cursor: string;
  comment?: { id: string; body: string; visibility: string };
}
/** What `followTicket` is answered with. */
export interface Followed {
  conversationEvents: Event;
}

/** A client that comes back after a blink. */
export const client = (
  url: string,
  token: string | ResumableOptions['token'],
  options: Partial<ResumableOptions> = {},
): Resumable =>
  resumable({
    createClient,
    webSocketImpl: WebSocket,
    url: url.replace(/^http/, 'ws'),
    token: typeof token === 'string' ? () => Promise.resolve(token) : token,
    waits: { firstMs: 10, longestMs: 50 },
    ...options,
  });

/** Opens a ticket; answers its id and its position. */
export async function open(actor: Actor): Promise<{ id: string; head: string }> {
  const { ticket } = (await actor.run(openTicket, { input: { title: 'Resumed', body: 'First' } })).createTicket;
  return { id: ticket.id, head: ticket.conversation.headCursor };
}

/** Adds a comment. */
export const say = (actor: Actor, ticketId: string, body: string): Promise<unknown> =>
  actor.run(addComment, { input: { ticketId, body } });

/** What to subscribe with to follow a ticket from a position. */
export const follow = (ticketId: string, after: string, query = followTicket) => ({
  query,
  variables: { ticketId, after },
});

/** What happened in a ticket after a position, read page by page. */
export async function readLog(actor: Actor, id: string, after: string | null): Promise<Event[]> {
  const events: Event[] = [];
  for (;;) {
    const { nodes, pageInfo } = (await actor.run(ticketLog, { id, after })).ticket.conversation.events;
    events.push(...nodes);
    if (!pageInfo.hasNextPage) return events;
    after = pageInfo.endCursor;
  }
}

/** What is kept of a stream to compare it with the log: all but checkpoints. */
export const isKept = ({ __typename }: Event): boolean => __typename !== 'Checkpoint';
