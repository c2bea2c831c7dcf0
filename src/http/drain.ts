import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Watches the connections of a server; the answer stops it from listening and closes those without a request at once, the
 * others after it. Left to itself a server waits for clients that keep a connection for later, and for those that opened one
 * and never asked anything.
 */
export function watchConnections(server: Server): () => void {
  const connections = new Set<Socket>();
  const underWay = new Set<ServerResponse>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  // Upgraded ones are those of another.
  server.on('upgrade', ({ socket }) => connections.delete(socket));
  server.on('request', (_request, response) => {
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
  });
  return () => {
    server.close();
    const busy = new Set([...underWay].map(({ req }) => req.socket));
    for (const socket of connections) if (!busy.has(socket)) socket.destroy();
    for (const response of underWay) if (!response.headersSent) response.setHeader('Connection', 'close');
  };
}
