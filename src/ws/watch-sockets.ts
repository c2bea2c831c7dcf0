import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocket, WebSocketServer } from 'ws';
import { takenOf } from '../taken-of.js';
import { closeCode } from './end-of-session.js';

/** How long sockets are waited for, in milliseconds. */
export interface SocketTiming {
  /** Without a sign of life for as long, a socket is pinged; as long after that, it is given up. */
  readonly keepAliveMs: number;
  /** For as long a client may take nothing of what waits for it. */
  readonly stalledMs: number;
}

const standard: SocketTiming = { keepAliveMs: 12_000, stalledMs: 30_000 };
/** Bytes that may wait for a client before nothing more is worked out for it or read from it: it could ask without taking any. */
export const mostWaiting = 1_048_576;
/** How long a client has to take the last of what waits for it, and the reason, in milliseconds. */
const goodbyeMs = 3_000;

interface State {
  readonly connection: Socket;
  aliveAt: number;
  pingedAt: number | null;
  taken: number;
  /** Since when nothing was taken of what waits. */
  stalledSince: number | null;
}

/**
 * Closes sockets whose clients take nothing, with a code after which they come back, and ends those whose clients are gone
 * without a word; `onStalled` hears of the former. One timer serves all sockets. The answer stops it.
 */
export function watchSockets(
  sockets: WebSocketServer,
  timing: Partial<SocketTiming> | undefined,
  onStalled: () => void,
): () => void {
  const { keepAliveMs, stalledMs } = { ...standard, ...timing };
  const states = new WeakMap<WebSocket, State>();

  sockets.on('connection', (socket: WebSocket, { socket: connection }: Pick<IncomingMessage, 'socket'>) => {
    const state: State = { connection, aliveAt: Date.now(), pingedAt: null, taken: 0, stalledSince: null };
    states.set(socket, state);
    const isAlive = (): void => {
      state.aliveAt = Date.now();
      state.pingedAt = null;
    };
    socket.on('pong', isAlive);
    socket.on('message', () => {
      isAlive();
      if (socket.bufferedAmount > mostWaiting) socket.pause();
    });
  });

  const close = (socket: WebSocket): void => {
    onStalled();
    socket.close(closeCode.tryLater, 'Too slow');
    const timer = setTimeout(() => socket.terminate(), goodbyeMs);
    socket.once('close', () => clearTimeout(timer));
  };

  const look = (socket: WebSocket, state: State, now: number): void => {
    const waiting = socket.bufferedAmount;
    if (socket.isPaused && waiting <= mostWaiting) socket.resume();
    // A ping would stand at the end of what waits.
    if (waiting > 0) {
      const taken = takenOf(state.connection);
      if (state.stalledSince === null || taken !== state.taken) Object.assign(state, { taken, stalledSince: now });
      else if (now - state.stalledSince >= stalledMs) close(socket);
      return;
    }
    if (state.stalledSince !== null) {
      Object.assign(state, { stalledSince: null, aliveAt: now, pingedAt: null });
    } else if (state.pingedAt !== null) {
      if (now - state.pingedAt >= keepAliveMs) socket.terminate();
    } else if (now - state.aliveAt >= keepAliveMs) {
      state.pingedAt = now;
      socket.ping();
    }
  };

  const timer = setInterval(
    () => {
      const now = Date.now();
      for (const socket of sockets.clients) {
        const state = states.get(socket);
        if (state && socket.readyState === socket.OPEN) look(socket, state, now);
      }
    },
    Math.min(1_000, keepAliveMs / 4, stalledMs / 4),
  );
  return () => clearInterval(timer);
}
