import { CloseCode, MessageType, type WebSocket as ProtocolSocket } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Logger } from '../logger.js';

/** Characters of an id, which comes back with every result, and of a ping or pong, which comes back as well. */
const longest = { id: 128, ping: 1_024 };
/** What a client may say; all other kinds of message are the server's. */
const types: readonly unknown[] = [
  MessageType.ConnectionInit,
  MessageType.Ping,
  MessageType.Pong,
  MessageType.Subscribe,
  MessageType.Complete,
];

/**
 * A socket as graphql-ws sees it. A message is answered for as long as the subscription runs that it asks for: nothing is kept
 * of the bytes that it came in, nor of the request that opened the socket.
 */
export class Connection implements ProtocolSocket {
  readonly protocol: string;

  constructor(
    private readonly socket: WebSocket,
    private readonly logger: Logger,
  ) {
    this.protocol = socket.protocol;
  }

  /** That a client is gone, also in the middle of what it gets, is no fault. */
  send(data: string): Promise<void> {
    const { socket, logger } = this;
    return new Promise((resolve) => {
      if (socket.readyState !== socket.OPEN) return resolve();
      socket.send(data, (error) => {
        if (error) logger.debug({ error }, 'a client was gone before it had all');
        resolve();
      });
    });
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  onMessage(take: (data: string) => Promise<void>): void {
    const failed = (error: unknown): void => {
      this.logger.error({ error }, 'a message could not be answered');
      this.socket.close(CloseCode.InternalServerError, 'Internal server error');
    };
    this.socket.on('message', (data: Buffer) => {
      const text = data.toString();
      if (isFit(text)) take(text).catch(failed);
      else this.socket.close(CloseCode.BadRequest, 'Invalid message received');
    });
  }
}

/** Whether a message is one of a client, and has nothing at length that is sent back; graphql-ws looks at all the rest. */
function isFit(text: string): boolean {
  try {
    const { type, id } = JSON.parse(text) as { type?: unknown; id?: unknown };
    if (type === MessageType.Ping || type === MessageType.Pong) return text.length <= longest.ping;
    return types.includes(type) && (typeof id !== 'string' || id.length <= longest.id);
  } catch {
    return false;
  }
}
