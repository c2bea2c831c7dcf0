import { type Exchange, subscriptionExchange } from '@urql/core';
import type { Hooks, Resumable } from 'ticketing-gateway/client';

/** Runs subscriptions over a resumable client; `onExpired` of an operation's context is its hook. */
export const resumableExchange = (live: Resumable): Exchange =>
  subscriptionExchange({
    forwardSubscription: ({ query = '', variables }, { context }) => ({
      subscribe: (sink) => {
        const { onExpired } = context as Hooks;
        const payload = { query, variables: variables as Record<string, unknown> };
        return { unsubscribe: live.subscribe(payload, sink, onExpired && { onExpired }) };
      },
    }),
  });
