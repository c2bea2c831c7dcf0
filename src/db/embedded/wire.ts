const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;
const PROTOCOL_MAJOR = 3;
const MAX_FRAME = 0x3fffffff;

/** What a client may ask for: a whole batch for the engine, encryption before it starts, or the end of its connection. */
export type Request =
  { kind: 'batch'; bytes: Uint8Array; startup: boolean; flush: boolean } | { kind: 'encryption' } | { kind: 'end' };

/** What the engine said to one batch: bytes for the client, notifications for everybody, and the transaction's state. */
export interface Answer {
  bytes: Uint8Array;
  notifications: Uint8Array[];
  /** The status of a ReadyForQuery that ends the answer: `I` idle, `T` in a transaction, `E` in a failed one. */
  status?: string;
}

/** Says that a client broke the protocol so that no further frame of it can be trusted. */
export class ProtocolViolation extends Error {}

/** Builds one backend or frontend frame: type, length and body. */
export function frame(type: string, body: string | Uint8Array = ''): Buffer {
  const bytes = Buffer.from(body as Uint8Array);
  const head = Buffer.alloc(5, type);
  head.writeUInt32BE(bytes.length + 4, 1);
  return Buffer.concat([head, bytes]);
}

/** Builds the ErrorResponse frame of a statement's (`ERROR`) or a connection's (`FATAL`) failure. */
export function errorFrame(severity: 'ERROR' | 'FATAL', code: string, message: string): Buffer {
  return frame('E', `S${severity}\0V${severity}\0C${code}\0M${message}\0\0`);
}

/** The frame that ends a batch of the extended protocol. */
export const SYNC = frame('S');

// The engine has one user and one database, and stops for good when a client names no user: what a client says is not passed on.
const STARTUP = frame(
  ' ',
  `\0${String.fromCharCode(PROTOCOL_MAJOR)}\0\0user\0postgres\0database\0postgres\0\0`,
).subarray(1);

// Sent after every statement. The engine cannot wait for a client's COPY data; it finds this at once and gives up the COPY.
// After any other statement the protocol has it ignored.
const COPY_FAIL = frame('f', 'unsupported\0');
const COPY_REFUSAL = errorFrame('ERROR', '0A000', 'COPY FROM STDIN is not supported by the embedded database');

/** Cuts the bytes that one client writes into requests that the engine can run as a whole. */
export class RequestReader {
  private rest: Buffer = Buffer.alloc(0);
  private batch: Buffer[] = [];
  private started = false;

  /** Yields the requests that these bytes complete; throws `ProtocolViolation` when they are no PostgreSQL protocol. */
  *read(chunk: Uint8Array): Generator<Request> {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.rest = this.rest.length > 0 ? Buffer.concat([this.rest, bytes]) : bytes;
    for (let next = this.next(); next; next = this.next()) {
      const request = this.started ? this.typed(next) : this.untyped(next);
      if (request) yield request;
    }
  }

  private next(): Buffer | undefined {
    const typeLength = this.started ? 1 : 0;
    if (this.rest.length < typeLength + 4) return undefined;
    const length = this.rest.readUInt32BE(typeLength);
    if (length < (this.started ? 4 : 8) || length > MAX_FRAME) throw new ProtocolViolation('invalid message length');
    const end = typeLength + length;
    if (this.rest.length < end) return undefined;
    const next = this.rest.subarray(0, end);
    this.rest = this.rest.subarray(end);
    return next;
  }

  private untyped(frame: Buffer): Request {
    const code = frame.readUInt32BE(4);
    if (code === SSL_REQUEST || code === GSS_REQUEST) return { kind: 'encryption' };
    if (code === CANCEL_REQUEST) return { kind: 'end' };
    if (code >> 16 !== PROTOCOL_MAJOR) throw new ProtocolViolation('unsupported frontend protocol');
    this.started = true;
    return { kind: 'batch', bytes: STARTUP, startup: true, flush: false };
  }

  private typed(frame: Buffer): Request | undefined {
    const type = String.fromCharCode(frame.readUInt8(0));
    switch (type) {
      case 'P':
      case 'B':
      case 'D':
      case 'C':
        this.batch.push(frame);
        return undefined;
      case 'E':
        this.batch.push(frame, COPY_FAIL);
        return undefined;
      case 'Q':
        return this.whole(frame, COPY_FAIL);
      case 'F':
      case 'S':
      case 'H':
        return this.whole(frame);
      case 'X':
        return { kind: 'end' };
      case 'd':
      case 'c':
      case 'f':
        return undefined;
      default:
        throw new ProtocolViolation(`invalid frontend message type ${frame.readUInt8(0)}`);
    }
  }

  private whole(...last: Buffer[]): Request {
    const bytes = Buffer.concat([...this.batch, ...last]);
    this.batch = [];
    return { kind: 'batch', bytes, startup: false, flush: last[0]?.[0] === 'H'.charCodeAt(0) };
  }
}

/** Sorts the frames of the engine's answer to one batch and puts a plain refusal in the place of a COPY FROM STDIN. */
export function readAnswer(output: Buffer): Answer {
  const kept: Uint8Array[] = [];
  const notifications: Uint8Array[] = [];
  let status: string | undefined;
  let copying = false;
  let keptTo = 0;
  for (let at = 0, end; at < output.length; at = end) {
    end = at + 1 + (at + 5 <= output.length ? output.readUInt32BE(at + 1) : output.length);
    const type = String.fromCharCode(output.readUInt8(at));
    status = type === 'Z' && end === output.length ? String.fromCharCode(output.readUInt8(at + 5)) : undefined;
    const refused: boolean = type === 'E' && copying;
    if (type !== 'A' && type !== 'G' && !refused) continue;
    kept.push(output.subarray(keptTo, at));
    keptTo = end;
    if (type === 'A') notifications.push(output.subarray(at, end));
    if (refused) kept.push(COPY_REFUSAL);
    copying = type === 'G' || (copying && !refused);
  }
  kept.push(output.subarray(keptTo));
  return { bytes: kept.length > 1 ? Buffer.concat(kept) : output, notifications, status };
}
