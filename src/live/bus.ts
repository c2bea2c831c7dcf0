import { EventEmitter } from 'node:events';

/** Says that something was written to a conversation, whichever it is. */
export const writtenHint = 'written';
/** Says that the feed has gone on. */
export const feedHint = 'feed';

/** A doorbell between gateways: it says what there is news of, may say so twice, and may forget to. */
export interface Bus {
  /** Gives hints: the ids of tickets whose conversations go on and of people whose rights have changed, or one of the others; never throws, never waits. */
  publish(hints: readonly string[]): void;
  /** Calls back for every such hint, of this gateway and of others; the answer stops it. */
  subscribe(hint: string, listener: () => void): () => void;
  close(): Promise<void>;
}

/** No hint may mean something to the emitter itself, whoever gave it. */
const eventOf = (hint: string): string => `hint ${hint}`;

/** A doorbell that is heard in this process alone. */
export class LocalBus implements Bus {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  publish(hints: readonly string[]): void {
    for (const hint of hints) this.emitter.emit(eventOf(hint));
  }

  subscribe(hint: string, listener: () => void): () => void {
    this.emitter.on(eventOf(hint), listener);
    return () => this.emitter.off(eventOf(hint), listener);
  }

  close(): Promise<void> {
    this.emitter.removeAllListeners();
    return Promise.resolve();
  }
}
