import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { type Duplex, PassThrough, pipeline } from 'node:stream';
import helmet from 'helmet';
import { observed, type Observers } from './observe-requests.js';

/** What stands between a request and its answer, in the form of express. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/** What a demo says to those who call it by a name that is not one of its machine's. */
export const foreignName = 'In demo mode the gateway is reached at http://127.0.0.1 alone.';

/** The headers of safety, and that no proxy may keep for others what one person may read. */
const safety: [name: string, value: string][] = [['Cache-Control', 'no-store']];
// They are the same for all answers, but the library works them out for each.
helmet()(
  new IncomingMessage(new Socket()),
  { setHeader: (...header: [string, string]) => safety.push(header), removeHeader: () => undefined } as never,
  (error) => {
    if (error) throw new Error('there are no headers of safety', { cause: error });
  },
);

/** Gives an answer the headers of safety. */
export function protect(response: ServerResponse): void {
  for (const [name, value] of safety) response.setHeader(name, value);
}

/** Why an offer to change the protocol is not taken. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** Refuses an offer to change the protocol as any request is refused: with an id, the headers of safety and a line in the log. */
export function refuseUpgrade(
  observers: Observers,
  request: IncomingMessage,
  socket: Duplex,
  { status, message }: Refusal,
): void {
  // An answer to an earlier request may still be on its way over the socket, so that it can't be lent to this one as a whole.
  const bytes = new PassThrough();
  // Nobody else listens any more: without this a connection that is reset would end the process.
  pipeline(bytes, socket, (error) => {
    if (error) observers.logger.debug({ error }, 'a refused socket failed');
    socket.destroy();
  });
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(bytes as unknown as Socket);
  response.once('finish', () => bytes.end());
  observed(observers, () => {
    protect(response);
    response.setHeader('Content-Type', 'text/plain; charset=utf-8');
    response.writeHead(status, { 'Content-Length': Buffer.byteLength(message) + 1 }).end(`${message}\n`);
  })(request, response);
}
