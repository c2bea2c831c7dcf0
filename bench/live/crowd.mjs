import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';

const opensAtOnce = 100;

/** A process that holds many sockets and tells, for each comment that was announced to it, when the copies arrived. */
export class Crowd {
  constructor() {
    this.child = fork(fileURLToPath(import.meta.url), ['--member']);
  }

  /** Opens so many sockets, each of which subscribes; resolves once all hear. */
  async open(order) {
    this.child.send({ open: order });
    await this.heard('opened');
  }

  /** When, in milliseconds of the clock, each copy of the comment with this text has arrived. */
  async arrivals(text) {
    this.child.send({ expect: text });
    return (await this.heard('arrived')).times;
  }

  async close() {
    this.child.kill();
    await once(this.child, 'exit');
  }

  async heard(type) {
    for (;;) {
      const [message] = await once(this.child, 'message');
      if (message.type === type) return message;
    }
  }
}

if (process.argv[2] === '--member') {
  let sockets = 0;
  let expected = null;
  let times = [];

  const take = (data) => {
    if (expected === null || !data.includes(expected)) return;
    times.push(performance.timeOrigin + performance.now());
    if (times.length < sockets) return;
    expected = null;
    process.send({ type: 'arrived', times });
  };

  const openOne = ({ url, tokens, query, variables }, n) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
      const subscribe = () => {
        socket.send(JSON.stringify({ id: `${n}`, type: 'subscribe', payload: { query, variables } }));
        // Without checkpoints nobody says when a subscription has begun.
        setTimeout(resolve, 500);
      };
      socket.on('error', reject);
      socket.on('open', () => {
        const payload = tokens && { authorization: `Bearer ${tokens[n % tokens.length]}` };
        socket.send(JSON.stringify({ type: 'connection_init', payload }));
      });
      socket.on('message', (bytes) => {
        const data = bytes.toString();
        if (data.startsWith('{"type":"connection_ack"')) subscribe();
        else take(data);
      });
    });

  process.on('message', async (message) => {
    if (message.open) {
      const { count } = message.open;
      for (let start = 0; start < count; start += opensAtOnce) {
        const some = Array.from({ length: Math.min(opensAtOnce, count - start) }, (_, n) => n + start);
        await Promise.all(some.map((n) => openOne(message.open, n)));
      }
      sockets += count;
      process.send({ type: 'opened' });
    } else {
      times = [];
      expected = message.expect;
    }
  });
}
