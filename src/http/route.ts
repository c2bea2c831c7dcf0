import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { invalid } from '../errors.js';

/** Answers one route. */
export type RouteHandler = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

/** Refuses every method but one, which the answer names. */
export function allowOnly(method: 'GET' | 'PUT', request: IncomingMessage, response: ServerResponse): void {
  if (request.method === method) return;
  response.setHeader('Allow', method);
  throw invalid([], 'method', `Use this address with ${method}.`);
}

/**
 * Sends a body as fast as the client takes it, and reads no further once it is gone, which is no fault. A fault breaks the
 * transfer, so that nobody takes a part for the whole.
 */
export async function sendBody(bytes: AsyncIterable<Uint8Array | string>, response: ServerResponse): Promise<void> {
  await pipeline(bytes, response).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}
