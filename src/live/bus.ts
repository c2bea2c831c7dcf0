import { EventEmitter } from 'node:events';

/** A doorbell between gateways: it says what there is news of, may say so twice, and may forget to. */
export interface Bus {
  /** Says that these tickets' conversations go on, or that these people's rights have changed; never throws, never waits. */
  publish(ids: readonly string[]): void;
  /** Calls back for every hint, of this gateway and of others; the answer stops it. */
  subscribe(listener: (id: string) => void): () => void;
  close(): Promise<void>;
}

/** A doorbell that is heard in this process alone. */
export class LocalBus implements Bus {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  publish(ids: readonly string[]): void {
    for (const id of ids) this.emitter.emit('hint', id);
  }

  subscribe(listener: (id: string) => void): () => void {
    this.emitter.on('hint', listener);
    return () => this.emitter.off('hint', listener);
  }

  close(): Promise<void> {
    this.emitter.removeAllListeners();
    return Promise.resolve();
  }
}
