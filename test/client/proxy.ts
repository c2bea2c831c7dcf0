import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a gateway that can be cut, frozen, and led to another one. */
export class Proxy {
  /** How many connections were made to it. */
  connections = 0;
  /** How many connections it has cut. */
  cuts = 0;
  /** After how many bytes from the gateway a new connection is cut; never when it answers undefined. */
  cutAfter: () => number | undefined = () => undefined;
  private isHeld = false;
  private readonly open = new Set<Socket>();
  private readonly frozen = new WeakSet<Socket>();
  private readonly waiting: (() => void)[] = [];

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (socket) => this.accept(socket));
  }

  /** Opens one to an endpoint. */
  static async to(url: string): Promise<Proxy> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new Proxy(server, new URL(url));
  }

  /** Where the endpoint is reached through it. */
  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}${this.target.pathname}`;
  }

  /** How many connections are open. */
  get width(): number {
    return this.open.size;
  }

  /** Cuts what is open, in the middle of whatever is under way. */
  cut(): void {
    for (const socket of this.open) this.end(socket);
  }

  /** Lets nothing through any more, without a word to anybody; new connections are let through. */
  freeze(): void {
    for (const socket of this.open) this.frozen.add(socket);
  }

  /** Accepts connections without letting anything through, until `thaw()`. */
  hold(): void {
    this.isHeld = true;
  }

  /** Lets through what was held back. */
  thaw(): void {
    this.isHeld = false;
    this.wake();
  }

  /** Waits until something has been opened or closed so that the condition holds. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Closes it. */
  async close(): Promise<void> {
    this.thaw();
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(client: Socket): void {
    this.connections++;
    this.open.add(client);
    client.on('error', () => {});
    client.once('close', () => {
      this.open.delete(client);
      this.wake();
    });
    this.wake();
    void this.until(() => !this.isHeld || client.destroyed).then(() => this.join(client));
  }

  private join(client: Socket): void {
    if (client.destroyed) return;
    const gateway = connect(Number(this.target.port), this.target.hostname);
    let left = this.cutAfter() ?? Infinity;
    gateway.on('error', () => client.destroy());
    gateway.on('close', () => client.destroy());
    client.on('close', () => gateway.destroy());
    client.on('data', (bytes) => this.frozen.has(client) || gateway.write(bytes));
    gateway.on('data', (bytes: Buffer) => {
      if (this.frozen.has(client)) return;
      client.write(bytes.subarray(0, left));
      left -= bytes.length;
      if (left <= 0) this.end(client);
    });
  }

  private end(client: Socket): void {
    if (!this.open.delete(client)) return;
    this.cuts++;
    client.destroySoon();
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
