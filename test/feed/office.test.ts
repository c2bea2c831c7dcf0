import type { Socket } from 'node:net';
import { LocalBus } from '../../src/live/bus.js';
import { officeFor } from '../../src/live/feed/office.js';
import { Sequencer } from '../../src/live/feed/sequencer.js';
import { createLogger } from '../../src/logger.js';
import type { Queryable } from '../../src/db/database.js';
import { Impostor, ready, refusal, welcome } from '../support/impostor.js';

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
