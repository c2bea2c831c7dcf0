import type { IncomingMessage } from 'node:http';
import { AppError, invalid } from '../errors.js';

/** Reads a JSON body of at most so many bytes, in UTF-8 and nothing else. */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const [type, ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(/\s*;\s*/);
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (type !== 'application/json' || !['utf-8', '"utf-8"', undefined].includes(charset)) {
    throw invalid([], 'contentType', 'Send the operation as `Content-Type: application/json`, in UTF-8.');
  }
  if (request.headers['content-encoding'])
    throw invalid([], 'contentType', 'Send the operation without `Content-Encoding`.');
  const tooLarge = invalid([], 'tooMany', `The request is too large: at most ${maxBytes} bytes are allowed.`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge;
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof AppError ? error : invalid([], 'body', 'The request ended before its body did.');
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    throw invalid([], 'body', 'The request is not JSON in UTF-8.');
  }
}
