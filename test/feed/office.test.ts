import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { LocalBus } from '../../src/live/bus.js';
import { officeFor } from '../../src/live/feed/office.js';
import { Sequencer } from '../../src/live/feed/sequencer.js';
import { createLogger } from '../../src/logger.js';
import type { Queryable } from '../../src/db/database.js';

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const welcome = message('R', Buffer.alloc(4));
const ready = message('Z', Buffer.from('I'));
const refusal = message('E', Buffer.from('SERROR\0C57014\0Mcanceling statement due to user request\0\0'));

/** What stands where the database should be, and who is connected to it. */
class Impostor {
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

const nothing: Queryable = { query: () => Promise.resolve([]) };

const impostors: [what: string, answer: (socket: Socket, isFirst: boolean) => void][] = [
  [
    'refuses every statement',
    (socket, isFirst) => socket.write(isFirst ? Buffer.concat([welcome, ready]) : Buffer.concat([refusal, ready])),
  ],
  ['never says a word', () => undefined],
  ['answers no statement', (socket, isFirst) => isFirst && socket.write(Buffer.concat([welcome, ready]))],
];

it.each(impostors)(
  'tries again with one connection at a time where the database %s',
  async (_what, answer) => {
    const impostor = new Impostor(answer);
    const url = await impostor.url();
    const sequencer = new Sequencer(officeFor(url, nothing, 200), new LocalBus(), createLogger('silent'));
    await impostor.connected(3);
    expect(impostor.open.size).toBe(1);
    await sequencer.stop();
    impostor.close();
  },
  15_000,
);
