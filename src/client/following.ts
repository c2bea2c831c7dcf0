import type { Sink, SubscribePayload } from 'graphql-ws';
import { Backoff, type Waits } from './backoff.js';
import type { Connection, Result } from './connection.js';
import { EndCode, ResumableError, retryDelayOf, toldError } from './errors.js';
import { tell } from './tell.js';

/** What a subscription may bring along. */
export interface Hooks {
  /**
   * Called when the position can't be followed any more: fetches anew what is shown and answers the cursor that came along,
   * from which the subscription goes on. Without it the subscription ends with the error.
   */
  readonly onExpired?: ((error: ResumableError) => Promise<string>) | undefined;
}

/** How a subscription follows. */
export interface FollowingOptions extends Hooks {
  readonly waits: Waits;
  readonly onRetry: (reason: unknown) => void;
  /** Hears when it has stopped for good. */
  readonly onStop: (following: Following) => void;
}

/** One subscription over all its connections and attempts: it knows the position, and follows from there. */
export class Following {
  private position: string;
  private readonly payload: SubscribePayload;
  private readonly backoff: Backoff;
  private unsubscribe: (() => void) | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isOver = false;

  constructor(
    private readonly connection: Connection,
    payload: SubscribePayload,
    private readonly sink: Sink<Result>,
    private readonly options: FollowingOptions,
  ) {
    this.position = startOf(payload);
    this.backoff = new Backoff(options.waits);
    const variables = (): Record<string, unknown> => ({ ...payload.variables, after: this.position });
    // The client writes the payload anew for each connection: it goes on from where it is by then.
    this.payload = {
      ...payload,
      get variables() {
        return variables();
      },
    };
  }

  /** Follows from the position on. */
  start(): void {
    if (this.isOver) return;
    this.unsubscribe = this.connection.subscribe(this.payload, {
      next: (result) => this.take(result),
      error: (reason) => {
        if (Array.isArray(reason)) this.failed(toldError(reason, this.position));
        else this.end(this.connection.explain(reason, this.position));
      },
      complete: () => this.end(),
    });
  }

  /** Stops following at once, and keeps the position. */
  pause(): void {
    clearTimeout(this.timer);
    this.unsubscribe?.();
    this.unsubscribe = undefined;
  }

  /** Stops for good; the sink hears of it when it did not ask for it. */
  end(error?: ResumableError): void {
    if (this.isOver) return;
    this.stop();
    tell(() => (error ? this.sink.error(error) : this.sink.complete()));
  }

  /** Stops for good, and says nothing. */
  stop(): void {
    this.isOver = true;
    this.pause();
    this.options.onStop(this);
  }

  private take(result: Result): void {
    if (result.data == null) return this.failed(toldError(result.errors ?? [], this.position));
    const cursor = cursorIn(result.data);
    if (cursor === undefined) {
      return this.end(new ResumableError(EndCode.NO_CURSOR, 'Select the `cursor` of each event.', this.position));
    }
    try {
      this.sink.next(result);
    } catch (cause) {
      // The client would close the socket of everybody, and try again.
      return this.end(
        new ResumableError(EndCode.SINK_FAILED, 'An event could not be taken.', this.position, { cause }),
      );
    }
    this.position = cursor;
    this.backoff.reset();
  }

  private failed(error: ResumableError): void {
    const { onExpired } = this.options;
    const delay = retryDelayOf(error);
    this.pause();
    if (error.code === EndCode.CURSOR_EXPIRED && onExpired) void this.renew(error, onExpired);
    else if (delay !== undefined) this.retry(error, delay);
    else this.end(error);
  }

  private async renew(error: ResumableError, onExpired: NonNullable<Hooks['onExpired']>): Promise<void> {
    try {
      const after: unknown = await onExpired(error);
      if (typeof after !== 'string') throw new TypeError('`onExpired` must answer a cursor.');
      this.position = after;
    } catch (cause) {
      const { code, message, after, errors } = error;
      return this.end(new ResumableError(code, message, after, { errors, cause }));
    }
    this.retry(error, 0);
  }

  private retry(error: ResumableError, delay: number): void {
    if (this.isOver) return;
    tell(() => this.options.onRetry(error));
    this.timer = setTimeout(() => this.start(), delay + this.backoff.next());
  }
}

/** Where a payload wants to start; a TypeError when the subscription could not be resumed. */
function startOf({ query, variables }: SubscribePayload): string {
  if (!/\bafter\s*:\s*\$after\b/.test(query)) {
    throw new TypeError('A resumable subscription declares `$after: Cursor` and passes it on: `after: $after`.');
  }
  if (!/\bcursor\b/.test(query)) {
    throw new TypeError('A resumable subscription selects the `cursor` of its events.');
  }
  const after = variables?.['after'];
  if (typeof after !== 'string') {
    throw new TypeError('`variables.after` must be the cursor that was read with what is shown, such as `headCursor`.');
  }
  return after;
}

/** The position of the event, which is the one field that a subscription has. */
function cursorIn(data: unknown): string | undefined {
  const [event] = Object.values(data as Readonly<Record<string, { cursor?: unknown } | null>>);
  return typeof event?.cursor === 'string' ? event.cursor : undefined;
}
