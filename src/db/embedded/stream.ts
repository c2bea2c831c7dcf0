import { Duplex } from 'node:stream';
import { EmbeddedEngineError } from './error.js';
import { errorFrame } from './wire.js';

/** How a stream reaches the engine. */
export interface Link {
  isOpen(): boolean;
  send(bytes: Uint8Array): void;
  end(): void;
}

/** One client's connection to the engine, with as much of a socket as the `pg` driver asks for. */
export class WireStream extends Duplex {
  private hungUp = false;

  constructor(private readonly link: Link) {
    super({ allowHalfOpen: false });
  }

  /** Says `connect` soon, or fails like a refused socket when the engine is gone. */
  connect(): this {
    process.nextTick(() => {
      if (this.link.isOpen()) this.emit('connect');
      else this.destroy(new EmbeddedEngineError('The embedded database is closed.'));
    });
    return this;
  }

  /** Takes bytes of the engine's answer. */
  receive(bytes: Uint8Array): void {
    if (!this.hungUp) this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  /** Ends the connection from the engine's side, like a server that is shut down if there is a reason to tell. */
  hangUp(reason?: string): void {
    if (reason !== undefined) this.receive(errorFrame('FATAL', '57P01', reason));
    this.hungUp = true;
    this.push(null);
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {
    // Nothing to ask for: answers come as the engine gives them.
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: () => void): void {
    this.link.send(chunk);
    callback();
  }

  override _writev(chunks: { chunk: Uint8Array }[], callback: () => void): void {
    this.link.send(Buffer.concat(chunks.map(({ chunk }) => chunk)));
    callback();
  }

  override _final(callback: () => void): void {
    this.link.end();
    callback();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.link.end();
    callback(error);
  }
}
