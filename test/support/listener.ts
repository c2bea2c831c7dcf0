import type { Client, FormattedExecutionResult, SubscribePayload } from 'graphql-ws';

/** A subscription whose results are queued, so that a test misses none and waits for events instead of for time. */
export class Listener<T> {
  private readonly results: FormattedExecutionResult<T>[] = [];
  private waiting: (() => void) | undefined;
  private end: { error?: unknown } | undefined;
  private readonly dispose: () => void;

  constructor(client: Client, payload: SubscribePayload) {
    this.dispose = client.subscribe<T>(payload, {
      next: (result) => {
        this.results.push(result as FormattedExecutionResult<T>);
        this.waiting?.();
      },
      error: (error) => this.finish({ error }),
      complete: () => this.finish({}),
    });
  }

  /** The next result, whether data or errors. */
  async next(): Promise<FormattedExecutionResult<T>> {
    while (this.results.length === 0) {
      if (this.end) throw new Error(`the subscription has ended: ${JSON.stringify(this.end.error) ?? 'completed'}`);
      await new Promise<void>((resolve) => (this.waiting = resolve));
    }
    return this.results.shift() as FormattedExecutionResult<T>;
  }

  /** The next result's data; errors fail the test. */
  async data(): Promise<T> {
    const { data, errors } = await this.next();
    if (errors || !data) throw new Error(`the subscription failed: ${JSON.stringify(errors)}`);
    return data;
  }

  /** Waits for the end; answers the error that it ended with, if any. */
  async ended(): Promise<unknown> {
    while (!this.end) await new Promise<void>((resolve) => (this.waiting = resolve));
    return this.end.error;
  }

  /** How many results nobody has asked for. */
  get pending(): number {
    return this.results.length;
  }

  /** Ends it from this side. */
  stop(): void {
    this.dispose();
  }

  private finish(end: { error?: unknown }): void {
    this.end ??= end;
    this.waiting?.();
  }
}
