import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { takenOf } from '../taken-of.js';

interface State {
  taken: number;
  /** Since when nothing was taken of what waits; null while nothing does. */
  stalledSince: number | null;
}

/** For how long a client may take nothing of an answer, in milliseconds. */
const standardMs = 30_000;

/** Ends the connections of clients that take nothing of their answers: each of these is kept whole until then. */
export function watchAnswers(server: Server, stalledMs = standardMs): void {
  const states = new Map<Socket, State>();
  server.on('connection', (socket: Socket) => {
    states.set(socket, { taken: 0, stalledSince: null });
    socket.once('close', () => states.delete(socket));
  });
  // The door of the WebSockets watches its own.
  server.on('upgrade', ({ socket }) => states.delete(socket));

  const look = (socket: Socket, state: State, now: number): void => {
    if (socket.writableLength === 0) {
      state.stalledSince = null;
      return;
    }
    const taken = takenOf(socket);
    if (state.stalledSince === null || taken !== state.taken) Object.assign(state, { taken, stalledSince: now });
    else if (now - state.stalledSince >= stalledMs) socket.destroy();
  };
  const timer = setInterval(
    () => {
      const now = Date.now();
      for (const [socket, state] of states) look(socket, state, now);
    },
    Math.min(1_000, stalledMs / 4),
  );
  timer.unref();
  server.once('close', () => clearInterval(timer));
}
