import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

const lineEnd = Buffer.from('\r\n');
const withItems = '*>~%';

/** Where the reply of Redis that begins here ends; undefined while not all of it has come. */
function endOf(bytes: Buffer, start: number): number | undefined {
  const end = bytes.indexOf(lineEnd, start);
  if (end < 0) return undefined;
  const kind = String.fromCharCode(bytes[start] ?? 0);
  const count = Number(bytes.subarray(start + 1, end).toString());
  let next: number | undefined = end + lineEnd.length;
  if ('$=!'.includes(kind)) {
    next += count < 0 ? 0 : count + lineEnd.length;
    return next <= bytes.length ? next : undefined;
  }
  const items = withItems.includes(kind) ? count * (kind === '%' ? 2 : 1) : 0;
  for (let n = 0; n < items && next !== undefined; n++) next = next < bytes.length ? endOf(bytes, next) : undefined;
  return next;
}

const isMessage = (reply: Buffer): boolean => /^[*>]3\r\n\$7\r\nmessage\r\n/.test(reply.subarray(0, 24).toString());

/** A way to a Redis on which one of three hints gets lost, and one comes twice. */
export class Relay {
  swallowed = 0;
  doubled = 0;
  private messages = 0;
  private readonly open = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    target: URL,
  ) {
    server.on('connection', (client: Socket) => this.join(client, connect(Number(target.port), target.hostname)));
  }

  /** Opens one to the Redis of a URL. */
  static async to(url: string): Promise<Relay> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Relay(server, new URL(url));
  }

  /** The URL of the Redis by this way. */
  get url(): string {
    return `redis://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Closes it. */
  close(): void {
    this.server.close();
    for (const socket of this.open) socket.destroy();
  }

  private join(client: Socket, redis: Socket): void {
    let waiting = Buffer.alloc(0);
    for (const [socket, other] of [
      [client, redis],
      [redis, client],
    ] as const) {
      this.open.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.open.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (bytes) => redis.write(bytes));
    redis.on('data', (bytes: Buffer) => {
      waiting = Buffer.concat([waiting, bytes]);
      for (let end = endOf(waiting, 0); end !== undefined; end = waiting.length > 0 ? endOf(waiting, 0) : undefined) {
        const reply = waiting.subarray(0, end);
        for (let n = this.timesOf(reply); n > 0; n--) client.write(reply);
        waiting = waiting.subarray(end);
      }
    });
  }

  private timesOf(reply: Buffer): number {
    if (!isMessage(reply)) return 1;
    const turn = ++this.messages % 3;
    if (turn === 0) this.swallowed++;
    if (turn === 1) this.doubled++;
    return turn === 0 ? 0 : turn === 1 ? 2 : 1;
  }
}
