import type { IncomingMessage } from 'node:http';
import { CloseCode, makeServer, type ServerOptions } from 'graphql-ws';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Logger } from '../logger.js';

/** A client, with what it said of itself; who that is and what they may do is asked anew for each subscription. */
export interface Session {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  authorization?: string | undefined;
  acceptLanguage?: string | undefined;
}

/** Speaks the protocol over every socket that is opened. That a client is gone, also in the middle of what it gets, is no fault. */
export function speak(
  sockets: WebSocketServer,
  options: ServerOptions<Record<string, unknown>, Session>,
  logger: Logger,
): void {
  const server = makeServer(options);
  sockets.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    const failed = (error: Error): void => logger.debug({ error }, 'a socket failed');
    const send = (text: string): Promise<void> =>
      new Promise((resolve) => {
        if (socket.readyState !== socket.OPEN) return resolve();
        socket.send(text, (error) => {
          if (error) failed(error);
          resolve();
        });
      });
    const take = async (message: Promise<void>): Promise<void> => {
      try {
        await message;
      } catch (error) {
        logger.error({ error }, 'a message could not be answered');
        socket.close(CloseCode.InternalServerError, 'Internal server error');
      }
    };
    socket.on('error', failed);
    const closed = server.opened(
      {
        protocol: socket.protocol,
        send,
        close: (code, reason) => socket.close(code, reason),
        onMessage: (hear) => socket.on('message', (data: Buffer) => void take(hear(data.toString()))),
      },
      { socket, request },
    );
    socket.once('close', (code, reason) => void closed(code, reason.toString()));
  });
}
