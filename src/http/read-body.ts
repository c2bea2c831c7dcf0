import type { IncomingMessage } from 'node:http';

/** A request whose body can't be taken, with the status that says so. */
export class BadBody extends Error {
  constructor(
    readonly status: 400 | 413 | 415,
    message: string,
  ) {
    super(message);
  }
}

/** Reads a JSON body of at most so many bytes, in UTF-8 and nothing else. */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const [type, ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(/\s*;\s*/);
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (type !== 'application/json' || !['utf-8', '"utf-8"', undefined].includes(charset)) {
    throw new BadBody(415, 'Send the operation as `Content-Type: application/json`, in UTF-8.');
  }
  if (request.headers['content-encoding']) throw new BadBody(415, 'Send the operation without `Content-Encoding`.');
  const tooLarge = new BadBody(413, `The request is too large: at most ${maxBytes} bytes are allowed.`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge;
  const body = await readBytes(request, maxBytes);
  if (body === 'too large') throw tooLarge;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new BadBody(400, 'The request is not JSON in UTF-8.');
  }
}

async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer | 'too large'> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // The connection has to outlive a body that is too large: the answer is still to be sent.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) return 'too large';
      chunks.push(chunk);
    }
  } catch {
    throw new BadBody(400, 'The request ended before its body did.');
  }
  return Buffer.concat(chunks);
}
