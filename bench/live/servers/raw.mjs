import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { openDatabase } from './model.mjs';
import { listen, readJson } from '../../http.mjs';

/** The limit: one buffer, written to every socket, as long as what the others send to each. */
const id = randomUUID();
const { add } = await openDatabase();
const server = createServer(async (request, response) => {
  const { comment, author, vote } = await add((await readJson(request)).body);
  response.end('{}');
  const { authorId: _, voteId: _vote, ...rest } = comment;
  const data = { commentAdded: { comment: { ...rest, author, vote: { score: vote.score } } } };
  const buffer = Buffer.from(JSON.stringify({ id, type: 'next', payload: { data } }));
  for (const socket of sockets.clients) socket.send(buffer, { binary: false });
});
const sockets = new WebSocketServer({
  server,
  perMessageDeflate: false,
  handleProtocols: () => 'graphql-transport-ws',
});
sockets.on('connection', (socket) => {
  socket.on('message', (message) => {
    if (message.includes('connection_init')) socket.send('{"type":"connection_ack"}');
  });
});
listen(server);
