import type { Client, FormattedExecutionResult, Sink, SubscribePayload } from 'graphql-ws';
import { Connection, type ConnectionOptions, type Result } from './connection.js';
import { Events } from './events.js';
import { Following, type Hooks } from './following.js';

/** How the gateway is reached, and how patiently. */
export interface ResumableOptions
  extends
    Pick<ConnectionOptions, 'createClient' | 'url' | 'token' | 'connectionParams' | 'webSocketImpl'>,
    Optional<Pick<ConnectionOptions, 'silenceMs' | 'onRetry' | 'waits'>> {
  /** How many events an iterator holds at most for whoever does not take them. */
  readonly bufferedEvents?: number | undefined;
}

type Optional<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

/** A client of graphql-ws whose subscriptions go on after any interruption as if there had been none. */
export interface Resumable extends Client {
  /**
   * Subscribes and hands each event to the sink, once and in order; what the subscription ends with is a ResumableError.
   * The answer unsubscribes at once. A TypeError is thrown when the payload could not be resumed.
   */
  subscribe<Data = Record<string, unknown>, Extensions = unknown>(
    payload: SubscribePayload,
    sink: Sink<FormattedExecutionResult<Data, Extensions>>,
    hooks?: Hooks,
  ): () => void;
  /** The same as an iterator: it subscribes when the first event is asked for, and unsubscribes when the loop is left. */
  iterate<Data = Record<string, unknown>, Extensions = unknown>(
    payload: SubscribePayload,
    hooks?: Hooks,
  ): AsyncIterableIterator<FormattedExecutionResult<Data, Extensions>>;
}

const patience = { firstMs: 1_000, longestMs: 10_000 };

/**
 * Makes a client whose subscriptions move `after` with each event that is delivered: whenever the socket is lost they go on
 * from there, so that nothing is missing and nothing comes twice.
 */
export function resumable(options: ResumableOptions): Resumable {
  if (!/^wss?:\/\//.test(options.url)) {
    throw new TypeError('`url` must be the address of the gateway with the protocol `ws:` or `wss:`.');
  }
  const { waits = patience, silenceMs = 15_000, onRetry = (): void => {}, bufferedEvents = 256 } = options;
  const connection = new Connection({ ...options, waits, silenceMs, onRetry });
  const followings = new Set<Following>();
  let isDisposed = false;
  const follow = (payload: SubscribePayload, sink: Sink<Result>, hooks: Hooks = {}): Following => {
    if (isDisposed) throw new Error('This client was disposed of: make another one.');
    const onStop = (stopped: Following): unknown => followings.delete(stopped);
    const following = new Following(connection, payload, sink, { ...hooks, waits, onRetry, onStop });
    followings.add(following);
    return following;
  };
  return {
    on: (event, listener) => connection.client.on(event, listener),
    terminate: () => connection.terminate(),
    subscribe: (payload, sink, hooks) => {
      const following = follow(payload, sink, hooks);
      following.start();
      return () => following.stop();
    },
    iterate: (payload, hooks) => new Events((sink) => follow(payload, sink, hooks), bufferedEvents),
    dispose: async () => {
      isDisposed = true;
      for (const following of followings) following.end();
      await connection.dispose();
    },
  };
}
