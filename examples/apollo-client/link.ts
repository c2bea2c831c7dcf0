import { ApolloLink, Observable } from '@apollo/client';
import { print } from 'graphql';
import type { Hooks, Resumable } from 'ticketing-gateway/client';

/** Runs subscriptions over a resumable client; `onExpired` of an operation's context is its hook. */
export class ResumableLink extends ApolloLink {
  constructor(private readonly live: Resumable) {
    super();
  }

  override request({ query, variables, getContext }: ApolloLink.Operation): Observable<ApolloLink.Result> {
    const { onExpired } = getContext() as Hooks;
    return new Observable((observer) =>
      this.live.subscribe<Record<string, unknown>, Record<string, unknown>>(
        { query: print(query), variables },
        observer,
        onExpired && { onExpired },
      ),
    );
  }
}
