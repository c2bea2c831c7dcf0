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
