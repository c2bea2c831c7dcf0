import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { OperationTypeNode } from 'graphql';
import type { Resumable } from 'ticketing-gateway/client';
import { FollowThreadDocument, type CommentLineFragment, ThreadDocument } from '../_generated.js';
import { ResumableLink } from './link.js';

/** Makes a client that sends queries over HTTP and subscriptions over a resumable socket. */
export function createGatewayClient(url: string, token: () => Promise<string>, live: Resumable): ApolloClient {
  const signIn = new SetContextLink(async () => ({ headers: { Authorization: `Bearer ${await token()}` } }));
  return new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new ResumableLink(live),
      signIn.concat(new HttpLink({ uri: url })),
    ),
  });
}

/** Shows a thread and follows it: each comment comes once and in order. The answer stops it. */
export async function follow(
  client: ApolloClient,
  number: number,
  show: (comment: CommentLineFragment) => void,
  end: (error: unknown) => void,
): Promise<() => void> {
  const load = async (): Promise<{ ticketId: string; after: string }> => {
    const options = { query: ThreadDocument, variables: { number }, fetchPolicy: 'network-only' } as const;
    const { data } = await client.query(options);
    if (!data?.ticket) throw new Error(`There is no ticket ${number}, or you may not see it.`);
    const { id: ticketId, comments, conversation } = data.ticket;
    comments?.nodes.forEach(show);
    return { ticketId, after: conversation.headCursor };
  };
  const onExpired = async (): Promise<string> => (await load()).after;
  const subscription = client
    .subscribe({ query: FollowThreadDocument, variables: await load(), context: { onExpired } })
    .subscribe({
      next: ({ data, error }) => {
        if (error) end(error);
        else if (data?.conversationEvents.__typename === 'CommentAdded') show(data.conversationEvents.comment);
      },
      error: end,
      complete: () => end(undefined),
    });
  return () => subscription.unsubscribe();
}
