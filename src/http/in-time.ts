import type { Readable } from 'node:stream';

/** How long a body may take, in milliseconds. */
export interface BodyLimits {
  /** Between two pieces of it. */
  readonly pauseMs: number;
  readonly wholeMs: number;
}

/** A body took too long. */
export class TooSlow extends Error {}

/** The pieces of a body as they come, asked for one by one; leaves the stream open when nobody wants the rest. */
export async function* inTime(body: Readable, { pauseMs, wholeMs }: BodyLimits): AsyncGenerator<Buffer> {
  const pieces = body.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  const end = performance.now() + wholeMs;
  try {
    for (;;) {
      const left = end - performance.now();
      // Pieces that keep coming would win against any timer.
      if (left <= 0) throw new TooSlow();
      const next = await within(Math.min(pauseMs, left), pieces.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // It would wait for a piece that is still awaited.
    pieces.return?.().catch(() => undefined);
  }
}

function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TooSlow()), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
