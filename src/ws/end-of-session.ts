import type { WebSocket } from 'ws';
import type { SignedInViewer } from '../auth/viewer.js';
import { AppError, ErrorCode } from '../errors.js';

/** Close codes after which clients come back: with a new token, or at once. */
export const closeCode = { forbidden: 4403, restarting: 1012, tryLater: 1013 } as const;

const longestTimerMs = 2_147_483_647;
/** How long subscriptions have to tell their clients why they end, in milliseconds; with their word the socket closes. */
const lastWordMs = 1_000;
/** When it is asked again what could not be told, in milliseconds. */
const retryMs = 1_000;

/** Whether an error says that nobody is known, or nobody any more. */
export const isUnauthenticated = (error: unknown): boolean =>
  error instanceof AppError && error.code === ErrorCode.UNAUTHENTICATED;

/** Closes a socket when its token ends. */
export function closeOnExpiry(viewer: SignedInViewer, socket: WebSocket): void {
  const close = (): void => socket.close(closeCode.forbidden, 'Token expired');
  const timer = setTimeout(close, Math.min(viewer.expiresAt * 1000 - Date.now(), longestTimerMs));
  socket.once('close', () => clearTimeout(timer));
}

/** What tells whether somebody is still let in. */
export interface Admission {
  /** Throws UNAUTHENTICATED when they are not. */
  readonly check: () => Promise<unknown>;
  /** Calls back whenever the answer may have become another, until its own answer is called. */
  readonly watch: (listener: () => void) => () => void;
  /** Whether something is under way that hears of it too. */
  readonly isBusy: () => boolean;
}

/** Closes a socket once somebody is let in no more, also while nothing runs over it. */
export function closeOnRefusal(admission: Admission, socket: WebSocket): void {
  new Watch(admission, socket);
}

/** One object for each socket: there are many of them, and they last. */
class Watch {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly admission: Admission,
    private readonly socket: WebSocket,
  ) {
    const unwatch = admission.watch(() => this.ask());
    socket.once('close', () => {
      unwatch();
      clearTimeout(this.timer);
    });
  }

  private ask(): void {
    this.admission.check().catch((error: unknown) => {
      if (!isUnauthenticated(error)) this.later(() => this.ask(), retryMs);
      else if (this.admission.isBusy()) this.later(() => this.close(), lastWordMs);
      else this.close();
    });
  }

  private later(act: () => void, ms: number): void {
    clearTimeout(this.timer);
    if (this.socket.readyState === this.socket.OPEN) this.timer = setTimeout(act, ms);
  }

  private close(): void {
    this.socket.close(closeCode.forbidden, 'Forbidden');
  }
}
