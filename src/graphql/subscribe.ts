import { createSourceEventStream, type DocumentNode, execute, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { Context } from './context.js';
import type { ErrorFormatter } from './format-error.js';

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
  formatError: ErrorFormatter,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const request = {
    schema: args.schema,
    document: args.document,
    operationName: args.operationName ?? null,
    variableValues: args.variableValues ?? {},
  };
  const source = await createSourceEventStream({ ...request, contextValue: args.contextValue });
  if (!(Symbol.asyncIterator in source)) return formatResult(source, formatError);
  return new ExecutedEvents(source[Symbol.asyncIterator](), formatError, async (rootValue) =>
    execute({ ...request, rootValue, contextValue: args.contextValue.fresh() }),
  );
}

/** Results of events; written out, because a generator that waits can't be told to stop. */
class ExecutedEvents implements AsyncIterableIterator<ExecutionResult> {
  private failed = false;

  constructor(
    private readonly source: AsyncIterator<unknown>,
    private readonly formatError: ErrorFormatter,
    private readonly executeEvent: (event: unknown) => Promise<ExecutionResult>,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    if (this.failed) return { done: true, value: undefined };
    try {
      const { done, value } = await this.source.next();
      if (done) return { done: true, value: undefined };
      return { done: false, value: formatResult(await this.executeEvent(value), this.formatError) };
    } catch (error) {
      this.failed = true;
      return { done: false, value: { data: null, errors: [this.formatError(error)] } as unknown as ExecutionResult };
    }
  }

  async return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    await this.source.return?.();
    return { done: true, value: undefined };
  }
}

const formatResult = ({ errors, ...rest }: ExecutionResult, formatError: ErrorFormatter): ExecutionResult =>
  errors ? ({ ...rest, errors: errors.map(formatError) } as unknown as ExecutionResult) : rest;
