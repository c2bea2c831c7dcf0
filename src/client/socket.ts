/** What is used of a socket beside what the client does with it. */
export interface Socket {
  onmessage: unknown;
  onerror: unknown;
}

/** A class of sockets: the browser's own, or that of `ws`. */
export type SocketClass = new (url: string, protocol: string) => Socket;

/** The same class, whose sockets are told of as soon as they are made. */
export const watched = (Class: SocketClass, onMade: (socket: Socket) => void): SocketClass =>
  class extends Class {
    constructor(url: string, protocol: string) {
      super(url, protocol);
      onMade(this);
    }
  };

/** Has a socket say nothing more: of what was on the way to it something else is told anew. */
export function silence(socket: Socket): void {
  socket.onmessage = null;
  // With `ws`, one that is closed before it was open fails, and what fails with nobody listening ends the process.
  socket.onerror = (): void => {};
}

/** The page, where there is one. */
const page = globalThis as Partial<Record<'addEventListener' | 'removeEventListener', PageListening>>;
type PageListening = (event: 'online', listener: () => void) => void;

/** Calls back whenever the browser finds itself online again, until the answer is called. */
export function watchOnline(listener: () => void): () => void {
  page.addEventListener?.('online', listener);
  return () => page.removeEventListener?.('online', listener);
}
