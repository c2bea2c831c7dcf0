import type { Client, ClientOptions, FormattedExecutionResult, Sink, SubscribePayload } from 'graphql-ws';
import { Backoff, type Waits } from './backoff.js';
import { EndCode, ResumableError } from './errors.js';

/** How the gateway is reached, and as whom. */
export interface ConnectionOptions {
  /** That of `graphql-ws`. */
  readonly createClient: (options: ClientOptions) => Client;
  /** The gateway's endpoint, with the protocol `ws:` or `wss:`. */
  readonly url: string;
  /** Fetches a new token: for the first connection, and again once the server does not take the last one any more. */
  readonly token: () => Promise<string>;
  /** What to say beside the token when a connection is opened, such as `acceptLanguage`. */
  readonly connectionParams?: Readonly<Record<string, unknown>>;
  /** Where there is no global `WebSocket`: that of `ws`. */
  readonly webSocketImpl?: unknown;
  readonly waits: Waits;
  /** How long the server may be silent before it is asked for a sign of life, and how long it may take to give one. */
  readonly silenceMs: number;
  /** Hears why something is tried again: an event of the socket, or a ResumableError. */
  readonly onRetry: (reason: unknown) => void;
}

/** What the server sends for an event; of which type its data are is known to whoever wrote the document. */
export type Result = FormattedExecutionResult<unknown, unknown>;

interface CloseLike {
  readonly code: number;
  readonly reason: string;
}

/** What the client gets from the callback for tokens, wrapped to be told from what else goes wrong. */
class TokenFailure extends Error {}

type Token = { readonly value: string; isAccepted: boolean } | { readonly failure: unknown };

const normal = 1000;
const forbidden = 4403;

const isClose = (reason: unknown): reason is CloseLike =>
  typeof reason === 'object' && reason !== null && 'code' in reason && 'reason' in reason;

/** One socket for all subscriptions: opened anew after a while whenever it is lost, with a new token where the old one is refused. */
export class Connection {
  readonly client: Client;
  private readonly backoff: Backoff;
  private subscriptions = 0;
  private token: Token | undefined;
  /** Whether a token was refused that had never been good. */
  private isRefused = false;
  private hasFailed = false;
  /** Whether the last subscription has gone, so that the client closes the socket itself. */
  private isLeaving = false;
  private connectedAt = Infinity;
  private notBefore = 0;
  private endPause: (() => void) | undefined;
  private deadline: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: ConnectionOptions) {
    const { createClient, url, webSocketImpl, silenceMs } = options;
    this.backoff = new Backoff(options.waits);
    this.client = createClient({
      // It is asked before each attempt, and may take its time: a server waits only a moment for the parameters.
      url: async () => {
        await this.prepare();
        return url;
      },
      connectionParams: () => this.parameters(),
      webSocketImpl,
      keepAlive: silenceMs,
      retryAttempts: Infinity,
      retryWait: () => this.pause(),
      shouldRetry: (reason) => !this.isRefused && (isClose(reason) || !(reason instanceof Error)),
      on: {
        opened: () => this.expectAnswer(),
        connected: () => {
          this.connectedAt = performance.now();
          if (this.token && 'value' in this.token) this.token.isAccepted = true;
        },
        ping: (isReceived) => {
          if (!isReceived) this.expectAnswer();
        },
        message: ({ type }) => {
          clearTimeout(this.deadline);
          if ((type as string) === 'next') this.backoff.reset();
        },
        error: (reason) => this.failed(reason),
        closed: (event) => this.closed(event),
      },
    });
  }

  /** Subscribes; whenever the socket is lost it does so again, with what the payload says then. The answer ends it at once. */
  subscribe(payload: SubscribePayload, sink: Sink<Result>): () => void {
    this.subscriptions++;
    let isOver = false;
    const leave = (): void => {
      isOver = true;
      this.isLeaving = --this.subscriptions === 0;
      // Nobody is left to wait for.
      if (this.isLeaving) this.endPause?.();
    };
    const dispose = this.client.subscribe<unknown>(payload, {
      next: (result) => {
        if (!isOver) sink.next(result);
      },
      error: (reason) => {
        if (isOver) return;
        leave();
        sink.error(reason);
      },
      complete: () => {
        if (isOver) return;
        leave();
        sink.complete();
      },
    });
    return () => {
      if (isOver) return;
      isOver = true;
      // Not within an event: when its end is the next message, the client would count it as gone twice, and lose another.
      setTimeout(() => {
        dispose();
        leave();
      });
    };
  }

  /** Why the client gave up. */
  explain(reason: unknown, after: string): ResumableError {
    if (reason instanceof TokenFailure) {
      return new ResumableError(EndCode.TOKEN_FAILED, 'No token could be fetched.', after, { cause: reason.cause });
    }
    if (!isClose(reason)) {
      const message = reason instanceof Error ? reason.message : String(reason);
      return new ResumableError(EndCode.CONNECTION_REFUSED, message, after, { cause: reason });
    }
    const { code: closeCode } = reason;
    const details = { closeCode, cause: reason };
    return closeCode === forbidden
      ? new ResumableError(EndCode.UNAUTHENTICATED, 'The server does not take a new token either.', after, details)
      : new ResumableError(
          EndCode.CONNECTION_REFUSED,
          `The server closed the socket for good: ${closeCode} ${reason.reason}`.trimEnd(),
          after,
          details,
        );
  }

  /** Closes the socket. */
  async dispose(): Promise<void> {
    clearTimeout(this.deadline);
    try {
      await this.client.dispose();
    } catch {
      // It was about to connect and could not: there is nothing to close.
    }
  }

  private async prepare(): Promise<void> {
    await this.pause();
    this.hasFailed = false;
    this.isRefused = false;
    this.isLeaving = false;
    this.connectedAt = Infinity;
    if (this.token && 'value' in this.token) return;
    try {
      this.token = { value: await this.options.token(), isAccepted: false };
    } catch (failure) {
      // The client would wait for ever for an address that is refused: it hears of this with the parameters.
      this.token = { failure };
    }
  }

  private parameters(): Record<string, unknown> {
    const { token } = this;
    if (!token || 'failure' in token) throw new TokenFailure('no token', { cause: token?.failure });
    return { ...this.options.connectionParams, authorization: `Bearer ${token.value}` };
  }

  private expectAnswer(): void {
    clearTimeout(this.deadline);
    this.deadline = setTimeout(() => this.client.terminate(), this.options.silenceMs);
  }

  private closed(event: unknown): void {
    clearTimeout(this.deadline);
    if (isClose(event) && event.code === forbidden && this.token && 'value' in this.token) {
      this.isRefused = !this.token.isAccepted;
      this.token = undefined;
    }
    const isOwn = this.isLeaving && isClose(event) && event.code === normal;
    if (!isOwn) this.failed(event);
  }

  /** An attempt may tell twice that it failed: by an error and by its end. */
  private failed(reason: unknown): void {
    if (this.hasFailed || this.subscriptions === 0) return;
    this.hasFailed = true;
    const { longestMs } = this.options.waits;
    if (performance.now() - this.connectedAt > longestMs) this.backoff.reset();
    this.notBefore = performance.now() + this.backoff.next();
    this.options.onRetry(reason);
  }

  private async pause(): Promise<void> {
    const ms = this.notBefore - performance.now();
    if (ms <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
