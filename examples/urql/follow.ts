import { Client, fetchExchange } from '@urql/core';
import type { Hooks, Resumable } from 'ticketing-gateway/client';
import { FollowThreadDocument, type CommentLineFragment, ThreadDocument } from '../_generated.js';
import { resumableExchange } from './exchange.js';

/** Makes a client that sends queries over HTTP and subscriptions over a resumable socket. */
export const createGatewayClient = (url: string, token: () => Promise<string>, live: Resumable): Client =>
  new Client({
    url,
    preferGetMethod: false,
    exchanges: [resumableExchange(live), fetchExchange],
    fetch: async (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set('Authorization', `Bearer ${await token()}`);
      return fetch(input, { ...init, headers });
    },
  });

/** Shows a thread and follows it: each comment comes once and in order. The answer stops it. */
export async function follow(
  client: Client,
  number: number,
  show: (comment: CommentLineFragment) => void,
  end: (error: unknown) => void,
): Promise<() => void> {
  const load = async (): Promise<{ ticketId: string; after: string }> => {
    const { data, error } = await client.query(ThreadDocument, { number }).toPromise();
    if (error) throw error;
    if (!data?.ticket) throw new Error(`There is no ticket ${number}, or you may not see it.`);
    const { id: ticketId, comments, conversation } = data.ticket;
    comments?.nodes.forEach(show);
    return { ticketId, after: conversation.headCursor };
  };
  const hooks: Hooks = { onExpired: async () => (await load()).after };
  const subscription = client.subscription(FollowThreadDocument, await load(), hooks).subscribe(({ data, error }) => {
    if (error) end(error.networkError ?? error);
    else if (data?.conversationEvents.__typename === 'CommentAdded') show(data.conversationEvents.comment);
  });
  return () => subscription.unsubscribe();
}
