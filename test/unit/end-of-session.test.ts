import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import { AppError, unauthenticated } from '../../src/errors.js';
import { closeOnRefusal } from '../../src/ws/end-of-session.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** A socket that somebody holds open, and what is asked about them. */
function scene(answers: (Error | undefined)[], isBusy = false) {
  const socket = Object.assign(new EventEmitter(), { OPEN: 1, readyState: 1, close: jest.fn() });
  const listeners = new Set<() => void>();
  const check = jest.fn(() => {
    const answer = answers.shift();
    return answer ? Promise.reject(answer) : Promise.resolve();
  });
  const watch = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  closeOnRefusal({ check, watch, isBusy: () => isBusy }, socket as unknown as WebSocket);
  const ring = async (): Promise<void> => {
    for (const listener of listeners) listener();
    await jest.advanceTimersByTimeAsync(0);
  };
  return { socket, check, listeners, ring };
}

it('closes an idle socket at once when its person is refused, and not before', async () => {
  const { socket, ring } = scene([undefined, unauthenticated()]);
  await ring();
  expect(socket.close).not.toHaveBeenCalled();
  await ring();
  expect(socket.close.mock.calls).toEqual([[4403, 'Forbidden']]);
});

it('leaves subscriptions a second to say why they end', async () => {
  const { socket, ring } = scene([unauthenticated()], true);
  await ring();
  await jest.advanceTimersByTimeAsync(999);
  expect(socket.close).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(1);
  expect(socket.close.mock.calls).toEqual([[4403, 'Forbidden']]);
});

it('asks again after a second while nobody can tell', async () => {
  const away = new AppError('SERVICE_UNAVAILABLE', 'away');
  const { socket, check, ring } = scene([away, away, unauthenticated()]);
  await ring();
  await jest.advanceTimersByTimeAsync(1_000);
  expect([check.mock.calls.length, socket.close.mock.calls.length]).toEqual([2, 0]);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(socket.close.mock.calls).toEqual([[4403, 'Forbidden']]);
});

it('leaves nothing behind once the socket is closed', async () => {
  const { socket, check, listeners, ring } = scene([new AppError('SERVICE_UNAVAILABLE', 'away')]);
  await ring();
  expect([listeners.size, jest.getTimerCount()]).toEqual([1, 1]);
  socket.readyState = 3;
  socket.emit('close');
  expect([listeners.size, jest.getTimerCount()]).toEqual([0, 0]);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(check).toHaveBeenCalledTimes(1);
});
