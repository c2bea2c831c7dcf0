import {
  createSourceEventStream,
  type DocumentNode,
  execute,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import type { Context } from './context.js';

/** A validated subscription. */
export interface SubscriptionArgs {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Record<string, unknown> | null | undefined;
  readonly contextValue: Context;
}

/** Subscribes; each event is executed in a context of its own, because one for all would answer with what it read at first. */
export async function subscribe(
  args: SubscriptionArgs,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const request = {
    schema: args.schema,
    document: args.document,
    operationName: args.operationName ?? null,
    variableValues: args.variableValues ?? {},
  };
  const source = await createSourceEventStream({ ...request, contextValue: args.contextValue });
  if (!(Symbol.asyncIterator in source)) return source;
  const events = source;
  return new ExecutedEvents(events[Symbol.asyncIterator](), async (rootValue) =>
    execute({ ...request, rootValue, contextValue: args.contextValue.fresh() }),
  );
}

/** Results of events; written out, because a generator that waits can't be told to stop. */
class ExecutedEvents implements AsyncIterableIterator<ExecutionResult> {
  private failed = false;

  constructor(
    private readonly source: AsyncIterator<unknown>,
    private readonly executeEvent: (event: unknown) => Promise<ExecutionResult>,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    if (this.failed) return { done: true, value: undefined };
    try {
      const event = await this.source.next();
      if (event.done) return { done: true, value: undefined };
      return { done: false, value: await this.executeEvent(event.value) };
    } catch (error) {
      this.failed = true;
      return { done: false, value: { data: null, errors: [asGraphQLError(error)] } };
    }
  }

  async return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    await this.source.return?.();
    return { done: true, value: undefined };
  }
}

const asGraphQLError = (error: unknown): GraphQLError => {
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
};
