import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
/** That somebody is let in. */
export const welcome = message('R', Buffer.alloc(4));
/** That the next statement may come. */
export const ready = message('Z', Buffer.from('I'));
/** That a statement was stopped. */
export const refusal = message('E', Buffer.from('SERROR\0C57014\0Mcanceling statement due to user request\0\0'));
/** That a session is ended, whatever it was doing. */
export const farewell = message(
  'E',
  Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'),
);

/** What stands where the database should be, and who is connected to it. */
export class Impostor {
  readonly open = new Set<Socket>();
  connections = 0;
  private readonly server: Server;

  constructor(answer: (socket: Socket, isFirst: boolean) => void) {
    this.server = createServer((socket) => {
      this.open.add(socket.on('close', () => this.open.delete(socket)).on('error', () => undefined));
      this.connections++;
      let isFirst = true;
      socket.on('data', (data): void => {
        if (data[0] === 'X'.charCodeAt(0)) return void socket.end();
        answer(socket, isFirst);
        isFirst = false;
      });
    });
  }

  async url(): Promise<string> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    return `postgres://somebody@127.0.0.1:${(this.server.address() as AddressInfo).port}/database`;
  }

  async connected(times: number): Promise<void> {
    while (this.connections < times) await once(this.server, 'connection');
  }

  close(): void {
    this.server.close();
    for (const socket of this.open) socket.destroy();
  }
}
