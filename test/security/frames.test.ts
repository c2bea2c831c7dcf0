import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { memoryLog, RawSocket } from '../doors/support.js';
import { TestGateway } from '../support/gateway.js';
import { seed, trials } from '../support/trials.js';

const log = memoryLog();
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({}, log.logger);
});
afterAll(() => gateway.stop());

/** A connection on which the upgrade to a WebSocket is done, for bytes of any kind. */
async function upgraded(): Promise<Socket> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  const head = [
    'GET /graphql HTTP/1.1',
    'Host: x',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
  ];
  socket.write(
    [
      ...head,
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Protocol: graphql-transport-ws',
      '\r\n',
    ].join('\r\n'),
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 101 /);
  return socket;
}

/** A frame, with whatever is wrong with it. */
function frame(
  payload: Buffer,
  { opcode = 1, fin = true, reserved = 0, masked = true, length = payload.length } = {},
): Buffer {
  const size = length < 126 ? Buffer.from([length]) : Buffer.alloc(length < 65_536 ? 3 : 9);
  if (length >= 126 && length < 65_536) size.writeUInt16BE(length, 1);
  else if (length >= 65_536) size.writeBigUInt64BE(BigInt(length), 1);
  if (length >= 126) size[0] = length < 65_536 ? 126 : 127;
  size[0]! |= masked ? 128 : 0;
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([
    Buffer.from([(fin ? 128 : 0) | (reserved << 4) | opcode]),
    size,
    Buffer.alloc(masked ? 4 : 0),
    payload,
  ]);
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const bad: [what: string, bytes: Buffer, code: number][] = [
  ['that is not masked', frame(json({ type: 'ping' }), { masked: false }), 1002],
  ['of an unknown kind', frame(Buffer.alloc(0), { opcode: 3 }), 1002],
  ['with reserved bits', frame(json({ type: 'ping' }), { reserved: 4 }), 1002],
  ['that goes on where nothing began', frame(Buffer.from('x'), { opcode: 0 }), 1002],
  [
    'that begins within another',
    Buffer.concat([frame(Buffer.from('{'), { fin: false }), frame(Buffer.from('}'))]),
    1002,
  ],
  ['that pings in parts', frame(Buffer.from('x'), { opcode: 9, fin: false }), 1002],
  ['that pings at length', frame(Buffer.alloc(126), { opcode: 9 }), 1002],
  ['that closes with half a code', frame(Buffer.from([3]), { opcode: 8 }), 1002],
  ['that closes with a code of nobody', frame(Buffer.from([3, 237]), { opcode: 8 }), 1002],
  ['that is no UTF-8', frame(Buffer.from([0xff, 0xfe])), 1007],
  ['that says it is huge', frame(Buffer.alloc(0), { length: 2 ** 40 }), 1009],
  [
    'that grows in parts',
    Buffer.concat([
      frame(Buffer.alloc(100_000, 'x'), { fin: false }),
      frame(Buffer.alloc(100_000, 'x'), { opcode: 0 }),
    ]),
    1009,
  ],
  ['that only servers send', frame(json({ id: '1', type: 'next', payload: {} })), 4400],
  ['that only servers send at an end', frame(json({ id: '1', type: 'error', payload: [] })), 4400],
  ['that only servers begin with', frame(json({ type: 'connection_ack' })), 4400],
  ['of no type', frame(json({ id: '1' })), 4400],
  ['that is no object', frame(json(null)), 4400],
  ['with a long id', frame(json({ id: 'x'.repeat(129), type: 'complete' })), 4400],
  ['that pings with a long payload', frame(json({ type: 'ping', payload: { text: 'x'.repeat(1_024) } })), 4400],
  [
    'that answers a ping with a long payload',
    frame(json({ type: 'pong', payload: { text: 'x'.repeat(1_024) } })),
    4400,
  ],
  ['of bytes', frame(Buffer.from('x'), { opcode: 2 }), 4400],
];

/** The code that a connection is closed with. */
async function closedWith(socket: Socket, bytes: Buffer): Promise<number> {
  let all = Buffer.alloc(0);
  socket.write(bytes);
  // What waits for a word of goodbye needs none from us.
  while (!all.includes(0x88)) all = Buffer.concat([all, ...((await once(socket, 'data')) as [Buffer])]);
  socket.destroy();
  return all.readUInt16BE(all.indexOf(0x88) + 2);
}

it.each(bad)('closes on a frame %s and goes on serving others', async (_what, bytes, code) => {
  const other = await RawSocket.open(gateway.url);
  expect(await closedWith(await upgraded(), bytes)).toBe(code);
  other.send({ type: 'ping' });
  expect(await other.next()).toEqual({ type: 'pong' });
  other.close();
  // Nobody is called for what clients do wrong.
  expect(log.entries.filter(({ level }) => level >= 40)).toEqual([]);
});

it('refuses in less than 10 kB whatever the id, and takes pings with a word or two', async () => {
  const socket = await RawSocket.open(gateway.url);
  const id = '\u0001'.repeat(128);
  const wrong = `$${'v'.repeat(100)}: Int = "${'€'.repeat(300)}"`;
  const query = `subscription (${Array.from({ length: 12 }, (_, n) => wrong.replace(':', `${n}:`)).join()}) { commentAdded(ticketId: "x") { cursor } }`;
  socket.send({ id, type: 'subscribe', payload: { query } });
  const refusal = await socket.next();
  expect(refusal).toMatchObject({ id, type: 'error', payload: { length: 11 } });
  expect(Buffer.byteLength(JSON.stringify(refusal))).toBeLessThan(10_000);
  socket.send({ type: 'ping', payload: { word: 'x'.repeat(900) } });
  expect(await socket.next()).toMatchObject({ type: 'pong' });
  socket.close();
});

it('takes any bytes at all after the upgrade, and any change of a good message, without harm', async () => {
  const customer = await gateway.signIn({ role: 'customer' });
  const good = [
    { type: 'connection_init', payload: { authorization: `Bearer ${customer.token}` } },
    {
      id: '1',
      type: 'subscribe',
      payload: {
        query: 'subscription { commentAdded(ticketId: "x") { cursor } }',
        variables: {},
        operationName: null,
        extensions: {},
      },
    },
    { id: '1', type: 'complete' },
    { type: 'ping', payload: {} },
  ];
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom('', '\0', '\ud800', '__proto__', 'constructor', 'x'.repeat(5_000)),
  );
  const path = fc.constantFrom(
    'id',
    'type',
    'payload',
    'payload.query',
    'payload.variables',
    'payload.operationName',
    'payload.extensions',
    'payload.authorization',
  );
  const changed = fc.tuple(fc.constantFrom(...good), path, value).map(([message, place, put]) => {
    const copy = structuredClone(message) as Record<string, any>;
    const [first = '', second] = place.split('.');
    if (second === undefined) copy[first] = put;
    else copy[first] = { ...copy[first], [second]: put };
    return frame(json(copy));
  });
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((some) => Buffer.from(some));
  const property = fc.asyncProperty(
    fc.array(fc.oneof(changed, changed, bytes), { minLength: 1, maxLength: 5 }),
    async (parts) => {
      const socket = await upgraded();
      let answer = '';
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      for (const part of parts) socket.write(part);
      socket.end();
      await once(socket, 'close');
      expect(answer).not.toMatch(/INTERNAL|TypeError|RangeError|Cannot read|node_modules|syntax error/);
    },
  );
  await fc.assert(property, { numRuns: trials(60, 2_000), seed });
  expect(await customer.run('{ __typename }')).toEqual({ __typename: 'Query' });
  expect(log.entries.filter(({ level }) => level >= 50)).toEqual([]);
}, 600_000);
