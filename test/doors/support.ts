import { type IncomingHttpHeaders, request, type RequestOptions } from 'node:http';
import { connect, type Socket } from 'node:net';
import WebSocket, { type ClientOptions } from 'ws';
import { createLogger, type Logger } from '../../src/logger.js';

/** An answer as it came over the wire. */
export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Sends one request; a body in parts goes without a length. */
export function send(
  url: string,
  { body, ...options }: RequestOptions & { body?: string | Buffer | (string | Buffer)[] } = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent: false, ...options }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    outgoing.on('error', reject);
    if (!Array.isArray(body)) outgoing.end(body);
    else {
      for (const chunk of body) outgoing.write(chunk);
      outgoing.end();
    }
  });
}

/** Sends a JSON body by POST. */
export const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<RawAnswer> =>
  send(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** Writes bytes to the port of a gateway and returns all that comes back until it closes the connection. */
export function exchange(url: string, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => socket.write(bytes)).setEncoding('utf8');
    let answer = '';
    socket.on('data', (chunk: string) => (answer += chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

/** A WebSocket without a GraphQL client around it: what arrives is queued. */
export class RawSocket {
  readonly opened: Promise<void>;
  readonly closed: Promise<{ code: number; reason: string }>;
  private readonly socket: WebSocket;
  private readonly messages: unknown[] = [];
  private waiting: (() => void) | undefined;

  constructor(url: string, options: ClientOptions = {}, protocols: string | string[] = 'graphql-transport-ws') {
    this.socket = new WebSocket(url.replace('http', 'ws'), protocols, options);
    this.opened = new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject));
    // Whoever is only interested in the end need not have waited for the beginning.
    this.opened.catch(() => undefined);
    this.closed = new Promise((resolve) =>
      this.socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    );
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data) => {
      this.messages.push(JSON.parse((data as Buffer).toString()));
      this.waiting?.();
    });
  }

  /** Opens one and says who it is for. */
  static async init(url: string, payload?: unknown, options?: ClientOptions): Promise<RawSocket> {
    const socket = new RawSocket(url, options);
    await socket.opened;
    socket.send({ type: 'connection_init', payload });
    return socket;
  }

  /** Opens one for somebody and waits until it is theirs. */
  static async open(url: string, token?: string): Promise<RawSocket> {
    const socket = await RawSocket.init(url, token && { Authorization: `Bearer ${token}` });
    await socket.next<{ type: 'connection_ack' }>();
    return socket;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** The next message. */
  async next<T = { type: string; id?: string; payload?: any }>(): Promise<T> {
    while (this.messages.length === 0) await new Promise<void>((resolve) => (this.waiting = resolve));
    return this.messages.shift() as T;
  }

  /** Subscribes and returns the first message about it. */
  async ask(query: string, variables?: unknown): Promise<{ type: string; payload?: any }> {
    this.send({ id: '1', type: 'subscribe', payload: { query, variables } });
    return this.next();
  }

  /** Takes nothing more of what arrives until it is resumed. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Breaks the connection off, without a word. */
  reset(): void {
    (this.socket as unknown as { _socket: Socket })._socket.resetAndDestroy();
  }

  /** What has arrived and nobody has asked for. */
  take<T = { type: string; id?: string; payload?: any }>(): T[] {
    return this.messages.splice(0) as T[];
  }

  close(): void {
    this.socket.close();
  }
}

/** What refused an upgrade to a WebSocket: the status of the answer; 101 when it was let in. */
export function upgradeStatus(
  url: string,
  options: ClientOptions = {},
  protocols: string | string[] = 'graphql-transport-ws',
): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace('http', 'ws'), protocols, options);
    socket.once('open', () => {
      socket.once('close', () => resolve(101));
      socket.close();
    });
    socket.once('unexpected-response', (_request, { statusCode = 0 }) => {
      resolve(statusCode);
      socket.terminate();
    });
    socket.on('error', reject);
  });
}

/** A log kept in memory. */
export function memoryLog(): { logger: Logger; entries: Record<string, any>[] } {
  const entries: Record<string, any>[] = [];
  const write = (line: string): void => void entries.push(JSON.parse(line) as object);
  return { logger: createLogger('debug', { write }), entries };
}

/** Checks that an answer is a short refusal in the form of GraphQL errors, and returns its codes. */
export function refusalCodes({ text, headers }: RawAnswer): string[] {
  expect(headers['content-type']).toMatch(/^application\/(graphql-response\+)?json; charset=utf-8$/);
  expect(Buffer.byteLength(text)).toBeLessThan(10_000);
  const { data, errors } = JSON.parse(text) as { data?: unknown; errors: { message: string; extensions: any }[] };
  expect(data).toBeUndefined();
  for (const { message } of errors) expect(typeof message).toBe('string');
  return errors.map(({ extensions }) => (extensions as { code: string }).code);
}
