import type { IncomingMessage, ServerResponse } from 'node:http';

/** Nobody waits any more; one for all, because no one asks where it came from. */
const over = new Error('the answer is sent, or its client gone');

/**
 * Aborted once an answer is sent, or nobody waits for it any more. The connection is listened to as well: an answer that stands
 * behind another one of it does not hear of its end.
 */
export function endOf({ socket }: IncomingMessage, response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const end = (): void => {
    socket.off('close', end);
    response.off('close', end);
    controller.abort(over);
  };
  if (response.destroyed || socket.destroyed) controller.abort(over);
  else for (const ended of [socket, response]) ended.once('close', end);
  return controller.signal;
}

/** Waits for the same; a signal costs more than most of what a request needs. */
export const ended = ({ socket }: IncomingMessage, response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      socket.off('close', end);
      response.off('close', end);
      resolve();
    };
    if (response.destroyed || socket.destroyed) resolve();
    else for (const ended of [socket, response]) ended.once('close', end);
  });

/** Whether something failed because nobody waits for it any more. */
export const isOver = (error: unknown): boolean => error === over;
