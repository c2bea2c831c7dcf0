import type { Sink } from 'graphql-ws';

/** What an iterator draws from; it keeps its position. */
export interface Source {
  start(): void;
  pause(): void;
  stop(): void;
}

/**
 * Events as an iterator. The server pushes: when more wait than the limit the source is paused, and once they are taken it
 * goes on from the last of them. So a slow reader holds no more than that, and misses nothing.
 */
export class Events<T> implements AsyncIterableIterator<T> {
  private readonly source: Source;
  private readonly buffer: T[] = [];
  private readonly waiting: (() => void)[] = [];
  private isPaused = true;
  private ending: { readonly error?: Error } | undefined;

  constructor(
    createSource: (sink: Sink<T>) => Source,
    private readonly limit: number,
  ) {
    this.source = createSource({
      next: (result) => this.push(result),
      error: (error) => this.finish({ error: error as Error }),
      complete: () => this.finish({}),
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next event; the first call subscribes. Throws once what the subscription ended with. */
  async next(): Promise<IteratorResult<T, undefined>> {
    for (;;) {
      const value = this.buffer.shift();
      if (value !== undefined) return { done: false, value };
      if (this.ending) break;
      if (this.isPaused) {
        this.isPaused = false;
        this.source.start();
      } else {
        await new Promise<void>((resolve) => this.waiting.push(resolve));
      }
    }
    const { error } = this.ending;
    this.ending = {};
    if (error) throw error;
    return { done: true, value: undefined };
  }

  /** Unsubscribes at once, also while somebody waits for the next event. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.source.stop();
    this.buffer.length = 0;
    this.finish({});
    return Promise.resolve({ done: true, value: undefined });
  }

  private push(result: T): void {
    this.buffer.push(result);
    if (this.buffer.length >= this.limit) {
      this.isPaused = true;
      this.source.pause();
    }
    this.wake();
  }

  private finish(ending: { readonly error?: Error }): void {
    this.ending ??= ending;
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
