import { type ExecutionResult, GraphQLError } from 'graphql';
import type { AppError } from '../../errors.js';
import type { ConversationStream, StreamItem } from '../../live/conversation-stream.js';
import type { Context } from '../context.js';
import type { Answer, SubscriberGroup } from './group.js';

/** Writes a payload to a client as it is, and calls back once it has left this process, or with why it can't. */
export type Write = (payload: string, onSent: (error?: Error | null) => void) => void;

/** The way to a client, which all of its subscriptions share. */
export interface Outlet {
  /** Whether so much waits for the client that nothing more should be added. */
  readonly isFull: boolean;
  /** Does a piece of work that may end with a payload, once there is room for that and few others do the same. */
  turn<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * One subscription of one socket, as the iterator that graphql-ws asks for results. Payloads are written by the side; what the
 * iterator brings is only why it ends. Nothing is queued: while one payload has not left, the next ones are left in the log,
 * and the subscriber goes on from its own position once it has.
 */
export class Subscriber implements AsyncIterableIterator<ExecutionResult, undefined> {
  /** Whether it has all that its group has, and gets what the group gets. */
  isLive = false;
  private isStarted = false;
  private isEnded = false;
  private isSending = false;
  private onSent: (() => void) | undefined;
  private lastWord: ExecutionResult | undefined;
  private onEnd: (() => void) | undefined;
  private readonly sent = (error?: Error | null): void => {
    // The socket that failed is about to close.
    if (error) return;
    this.isSending = false;
    this.onSent?.();
  };

  constructor(
    readonly context: Context,
    private readonly group: SubscriberGroup,
    private readonly stream: ConversationStream,
    private readonly to: { readonly outlet: Outlet; readonly write: Write },
  ) {
    if (stream.listener) stream.listener.onRefusal = () => this.end(this.refusal);
    group.add(this);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Why its viewer gets nothing more, if that is so. */
  get refusal(): AppError | undefined {
    return this.stream.listener?.refusal;
  }

  /** Starts it, and waits for its end; an error comes as a last result. */
  next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    if (!this.isStarted) {
      this.isStarted = true;
      void this.catchUp();
    }
    return new Promise((resolve) => {
      this.onEnd = () => {
        const { lastWord } = this;
        this.lastWord = undefined;
        resolve(lastWord ? { done: false, value: lastWord } : { done: true, value: undefined });
      };
      if (this.isEnded) this.onEnd();
    });
  }

  /** Ends it because its client wants no more. */
  return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends it, with an error or for good. */
  end(error?: unknown): void {
    if (this.isEnded) return;
    this.isEnded = true;
    if (error !== undefined) this.lastWord = { data: null, errors: [asGraphQLError(error)] };
    this.group.delete(this);
    void this.stream.return();
    this.onSent?.();
    this.onEnd?.();
  }

  /** Writes an answer of its group if it has kept up, and notes where it stands if it can't any more. */
  offer(item: StreamItem, position: number, answer: Answer | null): void {
    const isKnown = item.type === 'Checkpoint' ? position < this.stream.position : position <= this.stream.position;
    if (!this.isLive || this.isEnded || isKnown) return;
    if (this.isSending || !answer || this.to.outlet.isFull) {
      if (item.type !== 'Checkpoint') this.fallBehind();
      return;
    }
    this.stream.position = position;
    this.take(answer);
  }

  /**
   * Its rights were confirmed after the answer was read: by the look after that or, if it came later, by the one that its
   * stream begins with.
   */
  private take({ text, isLast }: Answer): void {
    if (text !== null) {
      this.isSending = true;
      this.to.write(text, this.sent);
    }
    if (isLast) this.end();
  }

  private fallBehind(): void {
    this.isLive = false;
    this.group.fellBehind();
    void this.catchUp();
  }

  private async catchUp(): Promise<void> {
    try {
      while (!this.isEnded) {
        if (this.isSending) await new Promise<void>((resolve) => (this.onSent = resolve));
        if (await this.to.outlet.turn(() => this.step())) return;
      }
    } catch (error) {
      this.end(error);
    }
  }

  /** Takes the next event that it has not got; true once there is none: it may have fallen behind again before that is heard. */
  private async step(): Promise<boolean> {
    const item = this.isEnded ? null : await this.stream.poll();
    if (this.isEnded) return true;
    if (item) {
      await this.deliver(item);
      return false;
    }
    if (this.stream.position < this.group.position) return false;
    if (this.stream.isOver || this.group.isOver) {
      this.end();
    } else {
      this.isLive = true;
      this.group.caughtUp();
    }
    return true;
  }

  private async deliver(item: StreamItem): Promise<void> {
    let answer: Answer | null = null;
    while (!answer && !this.isEnded) answer = await this.group.answerTo(item);
    if (answer && !this.isEnded) this.take(answer);
  }
}

const asGraphQLError = (error: unknown): GraphQLError => {
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
};
