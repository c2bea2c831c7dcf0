import { setImmediate as yieldToOthers, setTimeout as wait } from 'node:timers/promises';
import { type ExecutionResult, type GraphQLError } from 'graphql';
import { AppError, isUnavailable } from '../../errors.js';
import { ConversationStream, type Following, type StreamItem } from '../../live/conversation-stream.js';
import type { Thread } from '../../live/thread.js';
import { forEverybody } from '../../telemetry.js';
import type { Context } from '../context.js';
import type { Subscriber } from './subscriber.js';

/** What a group answers to an event: the same text for all of its members. */
export interface Answer {
  /** Null when the ticket was deleted meanwhile, and this is not the event that says so. */
  readonly text: string | null;
  /** It tells of a fault, after which clients begin again before it. */
  readonly isLast: boolean;
}

/** How a group turns events into answers. */
export interface Execution {
  readonly execute: (item: StreamItem, context: Context) => Promise<ExecutionResult>;
  readonly stringify: (result: ExecutionResult) => string;
  /** Hears why an event is tried again. */
  readonly onRetry: (error: Error) => void;
  /** Hears that an event of some moment has come to all who keep up. */
  readonly onFollowed: (at: Date) => void;
}

/** How many sockets are written to before others get their turn: about a millisecond's worth. */
const slice = 64;
/** How many answers are kept for members that have fallen behind; whoever is further behind has them worked out anew. */
const answersKept = 16;
/** When an event that could not be read is tried again, in milliseconds. */
const retryMs = 1_000;

/**
 * Subscribers who get the same answers. Each event is executed once, with the rights of one of them, in a context of its own,
 * because one for all events would answer with what it read at first; it is written to all members that have kept up. Who has
 * not goes on from their own position.
 */
export class SubscriberGroup {
  /** Number of the last event that was written to those who keep up. */
  position: number;
  /** Whether nothing comes any more. */
  isOver = false;
  private readonly members = new Set<Subscriber>();
  private readonly stream: ConversationStream;
  private readonly answers = new Map<string, Promise<Answer | null>>();
  private behind = 0;

  constructor(
    private readonly thread: Thread,
    private readonly following: Following,
    private readonly execution: Execution,
    private readonly onOver: () => void,
  ) {
    this.position = following.after;
    this.stream = new ConversationStream(thread, null, following);
    void forEverybody(() => this.pump());
  }

  /** Takes in a member, who has yet to catch up. */
  add(member: Subscriber): void {
    this.members.add(member);
    this.behind++;
  }

  /** Lets a member go; the group ends with its last one. */
  delete(member: Subscriber): void {
    if (!this.members.delete(member)) return;
    if (!member.isLive) this.caughtUp();
    if (this.members.size === 0) this.close();
  }

  /** Notes that a member has fallen behind. */
  fellBehind(): void {
    this.behind++;
  }

  /** Notes that one has caught up: answers are kept only while somebody may still need them. */
  caughtUp(): void {
    this.behind--;
    this.forget();
  }

  /** The answer to an event, shared with all who want it about now; null when nobody is left to work it out for. */
  answerTo(item: StreamItem): Promise<Answer | null> {
    const isCheckpoint = item.type === 'Checkpoint';
    const key = `${isCheckpoint ? 'to' : 'at'} ${this.numberOf(item)}`;
    let answer = this.answers.get(key);
    if (!answer) {
      // Before it is added: whoever is told of a long past leaves no more behind than others.
      this.forget();
      answer = this.workOut(item);
      this.answers.set(key, answer);
      // A checkpoint tells the time; a fault, or nobody to work it out for, is no answer to keep.
      const drop = (): void => void this.answers.delete(key);
      answer.then((found) => (isCheckpoint || !found ? drop() : undefined), drop);
    }
    return answer;
  }

  private async pump(): Promise<void> {
    try {
      for await (const item of this.stream) await this.emit(item);
      this.close();
      // Who is behind has yet to come to the end.
      for (const member of this.members) if (member.isLive) member.end();
    } catch (error) {
      this.close();
      for (const member of this.members) member.end(error);
    }
  }

  private close(): void {
    this.isOver = true;
    this.onOver();
    void this.stream.return();
  }

  private async emit(item: StreamItem): Promise<void> {
    const answer = this.behind < this.members.size ? await this.answerTo(item) : null;
    this.position = this.numberOf(item);
    let written = 0;
    for (const member of [...this.members]) {
      member.offer(item, this.position, answer);
      if (++written % slice === 0) await yieldToOthers();
    }
    if (answer && item.type !== 'Checkpoint') this.execution.onFollowed(item.at);
    this.forget();
  }

  private async workOut(item: StreamItem): Promise<Answer | null> {
    const { execution, thread } = this;
    for (;;) {
      const executor = this.executor();
      if (!executor) return null;
      try {
        const result = await execution.execute(item, executor.context.fresh());
        const fault = result.errors?.find(({ originalError }) => isUnavailable(originalError));
        if (fault) throw fault.originalError as AppError;
        await thread.look();
        // What was read with rights that were lost meanwhile is nobody's; of those who have gone nobody knows.
        if (!this.members.has(executor)) continue;
        // To read of what is gone is no fault.
        if (thread.isDeleted && item.type !== 'TicketDeleted') return { text: null, isLast: false };
        return { text: execution.stringify(result), isLast: result.errors?.some(isFault) ?? false };
      } catch (error) {
        // An event is not passed over because the database was away for a moment: it would be missing for ever.
        if (!isUnavailable(error)) throw error;
        execution.onRetry(error as Error);
        await wait(retryMs);
      }
    }
  }

  private executor(): Subscriber | undefined {
    for (const member of this.members) if (!member.refusal) return member;
    return undefined;
  }

  private numberOf(item: StreamItem): number {
    return item[this.following.numbering] ?? this.position;
  }

  private forget(): void {
    if (this.behind === 0) this.answers.clear();
    for (const key of this.answers.keys()) {
      if (this.answers.size <= answersKept) return;
      this.answers.delete(key);
    }
  }
}

/** Whether an error is not one of the event's own. */
const isFault = ({ originalError }: GraphQLError): boolean => !(originalError instanceof AppError);
