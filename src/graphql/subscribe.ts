import { setTimeout as wait } from 'node:timers/promises';
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import { AppError, isUnavailable } from '../errors.js';
import { ConversationStream } from '../live/conversation-stream.js';
import type { Context } from './context.js';
import type { Hub } from './hub/hub.js';
import type { Outlet, Write } from './hub/subscriber.js';

/** A validated subscription. */
export interface SubscriptionArgs {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Record<string, unknown> | null | undefined;
  readonly contextValue: Context;
  readonly outlet: Outlet;
  readonly write: Write;
}

/** Where events come from, with a last word on each before it is delivered. */
interface EventSource extends AsyncIterableIterator<unknown> {
  /** Throws when the viewer has lost the right to what was read about the event; false when the event is to be left out. */
  confirmRights(event: unknown): Promise<boolean>;
}

/** When an event that could not be read is tried again, in milliseconds. */
const retryMs = 1_000;

/**
 * Subscribes; each event is executed in a context of its own, because one for all would answer with what it read at first.
 * `onRetry` hears why an event has to be tried again.
 */
export async function subscribe(
  args: SubscriptionArgs,
  hub: Hub,
  onRetry: (error: GraphQLError) => void,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const request = {
    schema: args.schema,
    document: args.document,
    operationName: args.operationName ?? null,
    variableValues: args.variableValues ?? {},
  };
  const source = await createSourceEventStream({ ...request, contextValue: args.contextValue });
  if (!(Symbol.asyncIterator in source)) return source;
  if (source instanceof ConversationStream) return hub.join(source, args);
  return new ExecutedEvents(source as EventSource, hub.answersTo(args), onRetry);
}

/** Results of events; written out, because a generator that waits can't be told to stop. */
class ExecutedEvents implements AsyncIterableIterator<ExecutionResult> {
  private readonly stopped = new AbortController();

  constructor(
    private readonly source: EventSource,
    private readonly executeEvent: (event: unknown) => Promise<ExecutionResult>,
    private readonly onRetry: (error: GraphQLError) => void,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next result; one that tells of an error that is not the event's own is the last. */
  async next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    try {
      let result: ExecutionResult | null = null;
      while (!result) {
        const event = this.stopped.signal.aborted ? { done: true } : await this.source.next();
        if (event.done || this.stopped.signal.aborted) return { done: true, value: undefined };
        result = await this.deliver((event as IteratorYieldResult<unknown>).value);
      }
      if (result.errors?.some((error) => !(error.originalError instanceof AppError))) await this.return();
      return { done: false, value: result };
    } catch (error) {
      if (this.stopped.signal.aborted) return { done: true, value: undefined };
      await this.return();
      return { done: false, value: { data: null, errors: [asGraphQLError(error)] } };
    }
  }

  async return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    this.stopped.abort();
    await this.source.return?.();
    return { done: true, value: undefined };
  }

  /** An event is not passed over because the database was away for a moment: it would be missing for ever. */
  private async deliver(event: unknown): Promise<ExecutionResult | null> {
    for (;;) {
      const result = await this.confirmed(event);
      const fault = result?.errors?.find((error) => isUnavailable(error.originalError));
      if (!fault) return result;
      this.onRetry(fault);
      await wait(retryMs, undefined, { signal: this.stopped.signal });
    }
  }

  private async confirmed(event: unknown): Promise<ExecutionResult | null> {
    const result = await this.executeEvent(event);
    try {
      if (!(await this.source.confirmRights(event))) return null;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      return { errors: [asGraphQLError(error)] };
    }
    return result;
  }
}

const asGraphQLError = (error: unknown): GraphQLError => {
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
};
