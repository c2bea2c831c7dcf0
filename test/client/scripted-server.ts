import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import type { FormattedExecutionResult, SubscribePayload } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';

/** A subscription that has arrived, and what can be answered. */
export interface Arrival {
  /** How many had arrived before. */
  readonly index: number;
  readonly after: unknown;
  readonly next: (payload: FormattedExecutionResult) => void;
  readonly error: (errors: readonly object[]) => void;
  readonly complete: () => void;
  readonly close: (code?: number) => void;
  /** Reads nothing more from the client, and goes on writing. */
  readonly deafen: () => void;
}

/** Decides whether a socket is let in; the answer is what it is closed with otherwise. */
export type Admit = (token: unknown, index: number) => number | undefined;

/** A server that speaks the protocol and says what a script tells it: for what a gateway says only in an emergency. */
export class ScriptedServer {
  /** How many sockets were opened. */
  connections = 0;
  /** The positions that subscriptions wanted to start from. */
  readonly starts: unknown[] = [];
  private readonly waiting: (() => void)[] = [];

  private constructor(
    private readonly server: WebSocketServer,
    private readonly script: (arrival: Arrival) => void,
    private readonly admit: Admit,
  ) {
    server.on('connection', (socket) => {
      const index = this.connections++;
      socket.on('message', (data: Buffer) => this.hear(socket, index, JSON.parse(data.toString())));
      socket.once('close', () => setImmediate(() => this.wake()));
      this.wake();
    });
  }

  /** Opens one that runs the script for each subscription. */
  static async start(script: (arrival: Arrival) => void, admit: Admit = () => undefined): Promise<ScriptedServer> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'graphql-transport-ws' });
    await once(server, 'listening');
    return new ScriptedServer(server, script, admit);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** How many sockets are open. */
  get width(): number {
    return this.server.clients.size;
  }

  /** Waits until a socket was opened or closed, or a subscription came, so that the condition holds. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Closes it and every socket. */
  async stop(): Promise<void> {
    for (const socket of this.server.clients) socket.terminate();
    this.server.close();
    await once(this.server, 'close');
  }

  private hear(
    socket: WebSocket,
    connection: number,
    { type, id, payload }: { type: string; id: string; payload: SubscribePayload & { authorization?: unknown } },
  ): void {
    const say = (message: object): void => socket.send(JSON.stringify(message));
    if (type === 'connection_init') {
      const refusal = this.admit(payload.authorization, connection);
      if (refusal === undefined) say({ type: 'connection_ack' });
      else socket.close(refusal);
    }
    if (type === 'ping') say({ type: 'pong' });
    if (type !== 'subscribe') return;
    const after = payload.variables?.['after'];
    this.starts.push(after);
    // What one run of the script says arrives in one piece.
    const { _socket: wire } = socket as unknown as { _socket: Socket };
    wire.cork();
    this.script({
      index: this.starts.length - 1,
      after,
      next: (result) => say({ id, type: 'next', payload: result }),
      error: (errors) => say({ id, type: 'error', payload: errors }),
      complete: () => say({ id, type: 'complete' }),
      close: (code) => socket.close(code),
      deafen: () => wire.pause(),
    });
    wire.uncork();
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
