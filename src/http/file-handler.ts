import type { IncomingMessage, ServerResponse } from 'node:http';
import { create as contentDisposition } from 'content-disposition';
import type { Floors } from '../db/replicas/read-floors.js';
import { invalid, notFound } from '../errors.js';
import type { ErrorFormatter } from '../graphql/format-error.js';
import type { Downloads } from '../services/downloads.js';
import type { LinkSignIn } from '../services/sign-in.js';
import type { Uploads } from '../services/uploads.js';
import { paidBy } from '../telemetry.js';
import { contentTypeOf } from './content-type.js';
import { endOf, isOver } from './end-of-answer.js';
import { type BodyLimits, inTime, TooSlow } from './in-time.js';
import { type Leave, refuse } from './refuse.js';
import { allowOnly, type RouteHandler, sendBody } from './route.js';

/** What is behind the links of files. */
export interface FileDoor {
  readonly linkSignIn: LinkSignIn;
  readonly uploads: Uploads;
  readonly downloads: Downloads;
  readonly floors: Floors;
  readonly formatError: ErrorFormatter;
}

/** How long an upload may take; whoever is slower than that asks for another link. */
export const uploadLimits: BodyLimits = { pauseMs: 60_000, wholeMs: 300_000 };
/** How long the rest of a refused body is thrown away, so that its sender comes to read why, in milliseconds. */
const leaveMs = 2_000;

/** Types that no browser runs, whatever is in them; all others are told as plain bytes. */
const inert =
  /^(?:(?:audio|video)\/[\w.-]+|image\/(?!svg)[\w.-]+|text\/(?:plain|csv)|application\/(?:zip|gzip|json|msword|vnd\.[\w.-]+))$/i;

const place = /^\/(uploads|files)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Takes and gives the bytes of files; who may do so is in the link. */
export function createFileHandler(door: FileDoor): RouteHandler {
  return async (request, response, url) => {
    const end = endOf(request, response);
    try {
      const [, folder, id] = place.exec(url.pathname) ?? [];
      if (id === undefined) throw notFound('file');
      await (folder === 'uploads' ? receive : deliver)(door, id, request, response, url, end);
    } catch (error) {
      if (isOver(error)) return;
      refuse(request, response, error, door.formatError, throwAway);
    }
  };
}

type Serve = (
  door: FileDoor,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  end: AbortSignal,
) => Promise<void>;

const receive: Serve = async ({ linkSignIn, uploads, floors }, id, request, response, url, end) => {
  allowOnly('PUT', request, response);
  const viewer = await linkSignIn('PUT', url);
  paidBy(viewer.id);
  const contentType = contentTypeOf(request);
  const { 'content-length': length, 'content-encoding': encoding } = request.headers;
  if (encoding !== undefined) throw invalid([], 'contentType', 'Send the bytes without `Content-Encoding`.');
  const size = length === undefined ? undefined : Number(length);
  await uploads.receive(viewer, id, { contentType, size, bytes: bytesOf(request), end });
  await floors.raise(viewer.id);
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
  allowOnly('GET', request, response);
  const viewer = await linkSignIn('GET', url);
  paidBy(viewer.id);
  const { file, bytes } = await downloads.open(viewer, id);
  const [type = ''] = file.contentType.split(';');
  response.writeHead(200, {
    'Content-Type': inert.test(type.trim()) ? file.contentType : 'application/octet-stream',
    'Content-Length': file.size,
    'Content-Disposition': contentDisposition(file.name, { type: 'attachment' }),
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'private, no-store',
  });
  await sendBody(bytes, response);
};

/** A connection that is closed while its client still sends may take the answer along. */
const throwAway: Leave = (request, response) => {
  const timer = setTimeout(() => request.destroy(), leaveMs);
  request.once('close', () => clearTimeout(timer));
  response.once('finish', () => request.resume());
};
