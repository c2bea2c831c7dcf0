import { AppError, ErrorCode } from './errors.js';

interface Line {
  running: number;
  readonly waiting: Set<() => void>;
}

/** How long whoever finds no room is told to wait, in milliseconds. */
const retryAfterMs = 1_000;

/** Lets each of many do so many things at once; of what comes beyond that so much waits in line, the first first. */
export class FairTurns {
  private readonly lines = new Map<string, Line>();

  constructor(
    /** What is done, for the message of a refusal. */
    private readonly what: string,
    private readonly atOnce: number,
    private readonly mostWaiting = Infinity,
  ) {}

  /**
   * Does something for somebody when their turn has come, which lasts until it is done. RATE_LIMITED where the line is full; with
   * the reason of the signal, which is asked for only then, it fails once that is aborted while it waits.
   */
  async use<T>(who: string, work: () => Promise<T>, gone?: () => AbortSignal): Promise<T> {
    const line = this.lines.get(who) ?? { running: 0, waiting: new Set() };
    this.lines.set(who, line);
    if (line.running < this.atOnce) line.running++;
    else await this.waitIn(line, gone?.());
    try {
      return await work();
    } finally {
      this.handOn(who, line);
    }
  }

  private async waitIn({ waiting }: Line, gone?: AbortSignal): Promise<void> {
    if (waiting.size >= this.mostWaiting) {
      const message = `Too many ${this.what} at a time: at most ${this.atOnce + this.mostWaiting} of one caller may be under way.`;
      throw new AppError(ErrorCode.RATE_LIMITED, message, undefined, { retryAfterMs });
    }
    gone?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        waiting.delete(enter);
        reject(gone?.reason as Error);
      };
      const enter = (): void => {
        gone?.removeEventListener('abort', leave);
        resolve();
      };
      waiting.add(enter);
      gone?.addEventListener('abort', leave, { once: true });
    });
  }

  /** Who waits gets the place; where nobody does it is free. */
  private handOn(who: string, line: Line): void {
    const [next] = line.waiting;
    if (next) {
      line.waiting.delete(next);
      next();
    } else if (--line.running === 0) {
      this.lines.delete(who);
    }
  }
}
