import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { create as contentDisposition } from 'content-disposition';
import { AppError, ErrorCode, invalid, notFound } from '../errors.js';
import type { ErrorFormatter } from '../graphql/format-error.js';
import type { Downloads } from '../services/downloads.js';
import type { LinkSignIn } from '../services/sign-in.js';
import type { Uploads } from '../services/uploads.js';
import { respond } from './refuse.js';
import { type BodyLimits, inTime, TooSlow } from './in-time.js';

/** What is behind the links of files. */
export interface FileDoor {
  readonly linkSignIn: LinkSignIn;
  readonly uploads: Uploads;
  readonly downloads: Downloads;
  readonly formatError: ErrorFormatter;
}

/** Answers `/uploads/…` and `/files/…`. */
export type FileHandler = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

/** How long an upload may take; whoever is slower than that asks for another link. */
export const uploadLimits: BodyLimits = { pauseMs: 60_000, wholeMs: 300_000 };
/** How long the rest of a refused body is thrown away, so that its sender comes to read why, in milliseconds. */
const leaveMs = 2_000;

/** Types that no browser runs, whatever is in them; all others are told as plain bytes. */
const inert =
  /^(?:(?:audio|video)\/[\w.-]+|image\/(?!svg)[\w.-]+|text\/(?:plain|csv)|application\/(?:zip|gzip|json|msword|vnd\.[\w.-]+))$/i;

const place = /^\/(uploads|files)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Takes and gives the bytes of files; who may do so is in the link. */
export function createFileHandler(door: FileDoor): FileHandler {
  return async (request, response, url) => {
    try {
      const [, folder, id] = place.exec(url.pathname) ?? [];
      if (id === undefined) throw notFound('file');
      await (folder === 'uploads' ? receive : deliver)(door, id, request, response, url);
    } catch (error) {
      refuse(request, response, error, door.formatError);
    }
  };
}

type Serve = (
  door: FileDoor,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
) => Promise<void>;

const receive: Serve = async ({ linkSignIn, uploads }, id, request, response, url) => {
  if (request.method !== 'PUT') throw wrongMethod(response, 'PUT');
  const viewer = await linkSignIn('PUT', url);
  const { 'content-type': contentType, 'content-length': length, 'content-encoding': encoding } = request.headers;
  if (encoding !== undefined) throw invalid([], 'contentType', 'Send the bytes without `Content-Encoding`.');
  const size = length === undefined ? undefined : Number(length);
  await uploads.receive(viewer, id, { contentType, size, bytes: bytesOf(request) });
  response.writeHead(204).end();
};

async function* bytesOf(request: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    yield* inTime(request, uploadLimits);
  } catch (error) {
    if (error instanceof TooSlow) throw invalid([], 'time', 'The bytes came too slowly. Ask for another link.');
    const isCut = (error as NodeJS.ErrnoException).code === 'ECONNRESET';
    throw isCut ? invalid([], 'tooFew', 'The connection ended before the bytes did.') : error;
  }
}

const deliver: Serve = async ({ linkSignIn, downloads }, id, request, response, url) => {
  if (request.method !== 'GET') throw wrongMethod(response, 'GET');
  const viewer = await linkSignIn('GET', url);
  const { file, bytes } = await downloads.open(viewer, id);
  const [type = ''] = file.contentType.split(/\s*;/);
  response.writeHead(200, {
    'Content-Type': inert.test(type) ? file.contentType : 'application/octet-stream',
    'Content-Length': file.size,
    'Content-Disposition': contentDisposition(file.name, { type: 'attachment' }),
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'private, no-store',
  });
  await pipeline(bytes, response).catch((error: NodeJS.ErrnoException) => {
    // Whoever goes away before the end is no fault of ours.
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
};

function wrongMethod(response: ServerResponse, allowed: string): AppError {
  response.setHeader('Allow', allowed);
  return invalid([], 'method', `Use this link with ${allowed}.`);
}

const statusOfRule: Partial<Record<string, number>> = {
  tooMany: 413,
  contentType: 415,
  method: 405,
  once: 409,
  time: 408,
};
const statusOfCode: Partial<Record<ErrorCode, number>> = {
  [ErrorCode.VALIDATION_FAILED]: 400,
  [ErrorCode.FORBIDDEN]: 403,
  [ErrorCode.NOT_FOUND]: 404,
  [ErrorCode.SERVICE_UNAVAILABLE]: 503,
};

function refuse(request: IncomingMessage, response: ServerResponse, error: unknown, formatError: ErrorFormatter): void {
  // An answer that has begun can't become another one: the client finds that it is cut off.
  if (response.headersSent) throw error;
  const isExpected = error instanceof AppError;
  const status = isExpected ? (statusOfRule[error.details.constraint ?? ''] ?? statusOfCode[error.code]) : undefined;
  if (!request.complete) throwAway(request, response);
  respond(response, status ?? 500, { errors: [formatError(error)] });
}

/** A connection that is closed while its client still sends may take the answer along. */
function throwAway(request: IncomingMessage, response: ServerResponse): void {
  const timer = setTimeout(() => request.destroy(), leaveMs);
  request.once('close', () => clearTimeout(timer));
  response.once('finish', () => request.resume());
}
