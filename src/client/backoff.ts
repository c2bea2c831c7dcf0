/** How long to wait before trying again, in milliseconds. */
export interface Waits {
  /** The longest wait after the first failure; each further one doubles it. */
  readonly firstMs: number;
  readonly longestMs: number;
}

/** A wait that grows with the failures in a row; at random, so that clients of a gateway that restarts do not come at once. */
export class Backoff {
  private failures = 0;

  constructor(private readonly waits: Waits) {}

  /** Counts a failure; answers how long to wait, in milliseconds. */
  next(): number {
    const longest = Math.min(this.waits.longestMs, this.waits.firstMs * 2 ** this.failures++);
    return 1 + Math.random() * longest;
  }

  /** Something went well. */
  reset(): void {
    this.failures = 0;
  }
}

/** A time in which nothing is tried; whoever waits for its end can be let go before. */
export class Pause {
  private until = 0;
  private release: (() => void) | undefined;

  /** Begins one, of so many milliseconds from now. */
  begin(ms: number): void {
    this.until = performance.now() + ms;
  }

  /** Ends it. */
  end(): void {
    this.until = 0;
    this.letGo();
  }

  /** Lets go whoever waits; it goes on for whoever comes next. */
  letGo(): void {
    this.release?.();
  }

  /** Waits until it is over. */
  async wait(): Promise<void> {
    const ms = this.until - performance.now();
    if (ms <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.release = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
