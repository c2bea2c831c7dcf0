import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';

const opensAtOnce = 100;
/** Without checkpoints nobody says when a subscription has begun. */
const subscribedMs = 100;
const longestMs = 60_000;

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

  /** When, in milliseconds of the clock, each copy of the comment with this text has arrived, and one of the copies. */
  async arrivals(text) {
    this.child.send({ expect: text });
    return this.heard('arrived', AbortSignal.timeout(longestMs));
  }

  async close() {
    this.child.kill();
    await once(this.child, 'exit');
  }

  async heard(type, signal) {
    for (;;) {
      const [message] = await once(this.child, 'message', { signal });
      if (message.type === 'failed') throw new Error(message.reason);
      if (message.type === type) return message;
    }
  }
}

if (process.argv[2] === '--member') {
  let sockets = 0;
  let expected = null;
  let times = [];
  let heard = new Set();

  const fail = (reason) => process.send({ type: 'failed', reason });

  const take = (data, n) => {
    if (expected === null || !data.includes(expected)) return;
    if (heard.has(n)) fail(`${n} has heard ${expected} twice`);
    heard.add(n);
    times.push(performance.timeOrigin + performance.now());
    if (times.length < sockets) return;
    expected = null;
    process.send({ type: 'arrived', times, copy: data });
  };

  const openOne = ({ url, tokens, query, variables }, n) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
      const subscribe = () => {
        // What graphql-ws gives as an id: no two sockets get the same bytes.
        socket.send(JSON.stringify({ id: randomUUID(), type: 'subscribe', payload: { query, variables } }));
        setTimeout(resolve, subscribedMs);
      };
      socket.on('error', reject);
      socket.on('close', (code) => fail(`${n} was closed with ${code}`));
      socket.on('open', () => {
        const payload = tokens && { authorization: `Bearer ${tokens[n % tokens.length]}` };
        socket.send(JSON.stringify({ type: 'connection_init', payload }));
      });
      socket.on('message', (bytes) => {
        const data = bytes.toString();
        if (data.startsWith('{"type":"connection_ack"')) subscribe();
        else take(data, n);
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
      heard = new Set();
      expected = message.expect;
    }
  });
}
