import { forEverybody } from '../telemetry.js';

/**
 * Does one piece of work at a time for all who ask for it: whoever asks while it is under way shares the next run with all who
 * do, so that each gets an answer from after their question, and how many ask costs nothing. None of them pays for it.
 */
export class SharedRun<T> {
  private running: Promise<unknown> = Promise.resolve();
  private next: Promise<T> | undefined;

  constructor(private readonly work: () => Promise<T>) {}

  /** What a run answers that begins after this call. */
  run(): Promise<T> {
    this.next ??= this.running.then(() => {
      this.next = undefined;
      const run = forEverybody(this.work);
      this.running = run.catch(() => undefined);
      return run;
    });
    return this.next;
  }
}
