import type { Client, ClientOptions, FormattedExecutionResult, Sink, SubscribePayload } from 'graphql-ws';
import { Backoff, Pause, type Waits } from './backoff.js';
import { EndCode, ResumableError } from './errors.js';
import { silence, type Socket, type SocketClass, watched, watchOnline } from './socket.js';
import { tell } from './tell.js';

/** How the gateway is reached, and as whom. */
export interface ConnectionOptions {
  /** That of `graphql-ws`. */
  readonly createClient: (options: ClientOptions) => Client;
  /** The gateway's endpoint, with the protocol `ws:` or `wss:`. */
  readonly url: string;
  /**
   * Fetches a token: for the first connection, and again once the server does not take the last one any more, which is then
   * passed in. None when nobody is signed in: every subscription ends. A rejection is tried again after a while.
   */
  readonly token: (refused?: string) => Promise<string | null | undefined>;
  /** What to say beside the token when a connection is opened, such as `acceptLanguage`. */
  readonly connectionParams?: Readonly<Record<string, unknown>> | undefined;
  /** Where there is no global `WebSocket`: that of `ws`. */
  readonly webSocketImpl?: unknown;
  readonly waits: Waits;
  /** How long the server may be silent before it is asked for a sign of life, and how long it may take to give one. */
  readonly silenceMs: number;
  /** Hears why something is tried again: an event of the socket, what `token` was rejected with, or a ResumableError. */
  readonly onRetry: (reason: unknown) => void;
}

/** What the server sends for an event; of which type its data are is known to whoever wrote the document. */
export type Result = FormattedExecutionResult<unknown, unknown>;

interface CloseLike {
  readonly code: number;
  readonly reason: string;
}

interface Token {
  readonly value: string;
  /** Whether it was fetched for the attempt that is under way: if it is refused, another one would be, too. */
  isNew: boolean;
}

/** What each subscription ends with when there is no token any more. */
class SignedOut extends Error {}

const normal = 1000;
const forbidden = 4403;

const isClose = (reason: unknown): reason is CloseLike =>
  typeof reason === 'object' && reason !== null && 'code' in reason && 'reason' in reason;

/** One socket for all subscriptions: opened anew after a while whenever it is lost, with a new token where the old one is refused. */
export class Connection {
  readonly client: Client;
  private readonly backoff: Backoff;
  /** How each that subscribes is told that it is over. */
  private readonly members = new Set<(reason: unknown) => void>();
  private readonly pause = new Pause();
  private readonly unwatchOnline = watchOnline(() => this.pause.end());
  private token: Token | undefined;
  private refusedToken: string | undefined;
  /** Whether a token was refused that was fetched for the purpose. */
  private isRefused = false;
  private hasFailed = false;
  /** Whether the last subscription has gone, so that the client closes the socket itself. */
  private isLeaving = false;
  private socket: Socket | undefined;
  private connectedAt = Infinity;
  private endIdling: (() => void) | undefined;
  private deadline: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly options: ConnectionOptions) {
    const { createClient, url, silenceMs } = options;
    this.backoff = new Backoff(options.waits);
    const { WebSocket } = globalThis as { WebSocket?: SocketClass };
    const Class = (options.webSocketImpl as SocketClass | undefined) ?? WebSocket;
    this.client = createClient({
      // It is asked before each attempt, and may take its time: a server waits only a moment for the parameters.
      url: async () => {
        await this.prepare();
        return url;
      },
      connectionParams: () => ({ ...options.connectionParams, authorization: `Bearer ${this.token?.value}` }),
      webSocketImpl: Class && watched(Class, (socket) => this.opening(socket)),
      keepAlive: silenceMs,
      retryAttempts: Infinity,
      retryWait: () => this.pause.wait(),
      shouldRetry: (reason) => !this.isRefused && (isClose(reason) || !(reason instanceof Error)),
      on: {
        connected: () => {
          this.answered();
          this.connectedAt = performance.now();
          if (this.token) this.token.isNew = false;
        },
        ping: (isReceived) => {
          if (!isReceived) this.expectAnswer();
        },
        message: ({ type }) => this.heard(type),
        error: (reason) => this.failed(reason),
        closed: (event) => this.closed(event),
      },
    });
  }

  /** Subscribes; whenever the socket is lost it does so again, with what the payload says then. The answer ends it at once. */
  subscribe(payload: SubscribePayload, sink: Sink<Result>): () => void {
    const leave = (): boolean => {
      if (!this.members.delete(fail)) return false;
      this.isLeaving = this.members.size === 0;
      // Not within an event: when its end is the next message, the client would count it as gone twice, and lose another.
      setTimeout(() => {
        // Also after an error: where the client gave up it still counts it as there.
        dispose();
        // Nobody is left to wait for.
        if (this.members.size === 0) this.pause.letGo();
      });
      return true;
    };
    const fail = (reason: unknown): void => {
      if (leave()) sink.error(reason);
    };
    this.members.add(fail);
    this.endIdling?.();
    const dispose = this.client.subscribe<unknown>(payload, {
      next: (result) => {
        if (this.members.has(fail)) sink.next(result);
      },
      error: fail,
      complete: () => {
        if (leave()) sink.complete();
      },
    });
    return leave;
  }

  /** Why the client gave up. */
  explain(reason: unknown, after: string): ResumableError {
    if (reason instanceof SignedOut) return new ResumableError(EndCode.UNAUTHENTICATED, reason.message, after);
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

  /** Ends the socket without waiting for the server; it is opened anew if somebody subscribes. */
  terminate(): void {
    const { socket } = this;
    if (!socket) return;
    this.client.terminate();
    silence(socket);
  }

  /** Closes the socket. */
  async dispose(): Promise<void> {
    this.unwatchOnline();
    this.answered();
    const isOpen = this.connectedAt !== Infinity;
    // It waits for a connection that is being made, which may take for ever.
    const closing = Promise.resolve(this.client.dispose()).catch(() => {});
    if (isOpen) await closing;
    else this.terminate();
  }

  /** Comes before each attempt: waits as long as it has to, for somebody who wants it, and for a token. */
  private async prepare(): Promise<void> {
    do {
      await this.pause.wait();
      if (this.members.size === 0) await new Promise<void>((resolve) => (this.endIdling = resolve));
    } while (!(await this.hasToken()) || this.members.size === 0);
    this.hasFailed = false;
    this.isRefused = false;
    this.isLeaving = false;
  }

  private async hasToken(): Promise<boolean> {
    if (this.token) {
      this.token.isNew = false;
      return true;
    }
    this.hasFailed = false;
    try {
      const value = await this.options.token(this.refusedToken);
      if (value) this.token = { value, isNew: true };
      else for (const fail of [...this.members]) fail(new SignedOut('Nobody is signed in: there is no token.'));
    } catch (reason) {
      this.failed(reason);
    }
    return this.token !== undefined;
  }

  private opening(socket: Socket): void {
    this.socket = socket;
    this.expectAnswer();
  }

  private expectAnswer(): void {
    clearTimeout(this.deadline);
    this.deadline = setTimeout(() => this.terminate(), this.options.silenceMs);
  }

  private heard(type: string): void {
    if (type === 'next') this.backoff.reset();
    // Whatever else comes was perhaps said before: it earns more time, but the question stays.
    if (this.deadline !== undefined) this.expectAnswer();
    if (type === 'pong') this.answered();
  }

  private answered(): void {
    clearTimeout(this.deadline);
    this.deadline = undefined;
  }

  private closed(event: unknown): void {
    const isOwn = this.isLeaving && isClose(event) && event.code === normal;
    if (isClose(event) && event.code === forbidden && this.token) {
      this.isRefused = this.token.isNew;
      this.refusedToken = this.token.value;
      this.token = undefined;
    }
    if (!isOwn) this.failed(event);
    this.answered();
    this.socket = undefined;
    this.connectedAt = Infinity;
  }

  /** An attempt may tell twice that it failed: by an error and by its end. */
  private failed(reason: unknown): void {
    if (this.hasFailed || this.members.size === 0) return;
    this.hasFailed = true;
    const { longestMs } = this.options.waits;
    if (performance.now() - this.connectedAt > longestMs) this.backoff.reset();
    this.pause.begin(this.backoff.next());
    tell(() => this.options.onRetry(reason));
  }
}
