/**
 * @jest-environment node
 */
import {
  errorFrame,
  frame,
  ProtocolViolation,
  readAnswer,
  type Request,
  RequestReader,
} from '../../src/db/embedded/wire.js';

const startup = Buffer.from([0, 0, 0, 8, 0, 3, 0, 0]);
const untyped = (code: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(8, 0);
  bytes.writeUInt32BE(code, 4);
  return bytes;
};
const started = (): RequestReader => {
  const reader = new RequestReader();
  for (const request of reader.read(startup)) expect(request.kind).toBe('batch');
  return reader;
};
const kinds = (requests: Iterable<Request>): string[] => [...requests].map(({ kind }) => kind);
const types = (bytes: Uint8Array): string => {
  const buffer = Buffer.from(bytes);
  let seen = '';
  for (let at = 0; at < buffer.length; at += 1 + buffer.readUInt32BE(at + 1)) seen += String.fromCharCode(buffer[at]!);
  return seen;
};

describe('Reading what a client writes', () => {
  it('gives a batch only when its last byte has come, however it was cut', () => {
    const reader = started();
    const bytes = Buffer.concat([frame('P', '\0SELECT 1\0\0\0'), frame('B', 'б'.repeat(100)), frame('S')]);
    const early = [...bytes.subarray(0, -1)].flatMap((byte) => [...reader.read(Uint8Array.of(byte))]);
    expect(early).toEqual([]);
    const [batch] = reader.read(bytes.subarray(-1));
    expect(batch).toEqual({ kind: 'batch', bytes, startup: false, flush: false });
  });

  it('gives two batches that came in one piece one after the other', () => {
    expect(kinds(started().read(Buffer.concat([frame('Q', 'a\0'), frame('Q', 'b\0'), frame('X')])))).toEqual([
      'batch',
      'batch',
      'end',
    ]);
  });

  it('marks a batch that ends with Flush, because its answer has no end', () => {
    expect([...started().read(Buffer.concat([frame('P'), frame('H')]))]).toMatchObject([{ flush: true }]);
  });

  it('answers a request for encryption before the startup', () => {
    const reader = new RequestReader();
    expect(kinds(reader.read(untyped(80877103)))).toEqual(['encryption']);
    expect(kinds(reader.read(startup))).toEqual(['batch']);
  });

  it('takes a cancel request as the end of its connection', () => {
    expect(kinds(new RequestReader().read(untyped(80877102)))).toEqual(['end']);
  });

  it('passes COPY data over that a client sends although its COPY was refused', () => {
    expect(kinds(started().read(Buffer.concat([frame('d', '1\n'), frame('c'), frame('f', '\0')])))).toEqual([]);
  });

  it.each([
    ['an unknown type', Buffer.from([0x7a, 0, 0, 0, 4])],
    ['a length that is too short', Buffer.from([0x51, 0, 0, 0, 3])],
    ['a length beyond a gigabyte', Buffer.from([0x51, 0x7f, 0xff, 0xff, 0xff])],
  ])('refuses %s', (_, bytes) => {
    expect(() => [...started().read(bytes)]).toThrow(ProtocolViolation);
  });
});

describe('Sorting what the engine answers', () => {
  const ready = frame('Z', 'T');

  it('takes notifications out and tells the status at the end', () => {
    const answer = readAnswer(Buffer.concat([frame('D', 'row'), frame('A', 'one'), frame('A', 'two'), ready]));
    expect(types(answer.bytes)).toBe('DZ');
    expect(answer.notifications.map((bytes) => types(bytes))).toEqual(['A', 'A']);
    expect(answer.status).toBe('T');
  });

  it('puts one refusal in the place of a COPY and the failure that stopped it', () => {
    const stopped = errorFrame('ERROR', '57014', 'COPY from stdin failed');
    const answer = readAnswer(Buffer.concat([frame('G', 'in'), stopped, ready]));
    expect(types(answer.bytes)).toBe('EZ');
    expect(Buffer.from(answer.bytes).toString()).toContain('C0A000\0');
  });

  it('has no status when the answer does not end with ReadyForQuery or is cut', () => {
    expect(readAnswer(Buffer.concat([ready, frame('D', 'row')])).status).toBeUndefined();
    expect(readAnswer(Buffer.concat([ready, frame('D', 'row').subarray(0, 4)])).status).toBeUndefined();
    expect(readAnswer(Buffer.alloc(0)).status).toBeUndefined();
  });
});
