import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { Slots } from '../graphql/hub/slots.js';
import type { Outlet, Write } from '../graphql/hub/subscriber.js';
import { mostWaiting } from './watch-sockets.js';

/** How many subscriptions of one client get something worked out at once while it has not kept up. */
const turnsAtOnce = 4;

/** The way to a client over its socket: results are written in the form that graphql-ws gives them, which need not know of them. */
export class SocketOutlet implements Outlet {
  private readonly turns = new Slots(turnsAtOnce);
  private waiting: (() => void)[] = [];

  constructor(
    private readonly socket: WebSocket,
    connection: Duplex,
    private readonly onWritten: () => void,
  ) {
    const goOn = (): void => {
      for (const resolve of this.waiting.splice(0)) resolve();
    };
    connection.on('drain', goOn);
    socket.once('close', goOn);
  }

  get isFull(): boolean {
    return this.socket.readyState === this.socket.OPEN && this.socket.bufferedAmount > mostWaiting;
  }

  turn<T>(work: () => Promise<T>): Promise<T> {
    return this.turns.use(async () => {
      while (this.isFull) await new Promise<void>((resolve) => this.waiting.push(resolve));
      return work();
    });
  }

  /** Writes the results of one subscription; on a socket that closes nothing goes on. */
  writer(id: string): Write {
    const { socket, onWritten } = this;
    const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
    return (payload, onSent) => {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(`${head}${payload}}`, onSent);
      onWritten();
    };
  }
}
