import { EventEmitter } from 'node:events';

/** A doorbell between gateways: it says that tickets have news, may say so twice, and may forget to. */
export interface Bus {
  /** Says that the conversations of these tickets go on; never throws, never waits. */
  publish(ticketIds: readonly string[]): void;
  /** Calls back for every hint, of this gateway and of others; the answer stops it. */
  subscribe(listener: (ticketId: string) => void): () => void;
  close(): Promise<void>;
}

/** A doorbell that is heard in this process alone. */
export class LocalBus implements Bus {
  private readonly emitter = new EventEmitter().setMaxListeners(0);

  publish(ticketIds: readonly string[]): void {
    for (const ticketId of ticketIds) this.emitter.emit('hint', ticketId);
  }

  subscribe(listener: (ticketId: string) => void): () => void {
    this.emitter.on('hint', listener);
    return () => this.emitter.off('hint', listener);
  }

  close(): Promise<void> {
    this.emitter.removeAllListeners();
    return Promise.resolve();
  }
}
