import type { IncomingMessage } from 'node:http';
import { AppError, ErrorCode, invalid } from '../errors.js';

/** How many values a body may hold: a megabyte of brackets or of names takes long to parse, one of text does not. */
const mostValues = 20_000;

/**
 * Reads a JSON body of at most so many bytes, in UTF-8 and nothing else; undefined, and not read, where its content type does not
 * say that it is JSON.
 */
export async function readJson(request: IncomingMessage, contentType: string, maxBytes: number): Promise<unknown> {
  const [type, ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  if (type !== 'application/json') return undefined;
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (!['utf-8', '"utf-8"', undefined].includes(charset)) {
    throw invalid([], 'contentType', 'Send the operation as `Content-Type: application/json`, in UTF-8.');
  }
  if (request.headers['content-encoding'])
    throw invalid([], 'contentType', 'Send the operation without `Content-Encoding`.');
  const tooLarge = (): AppError =>
    invalid([], 'tooMany', `The request is too large: at most ${maxBytes} bytes are allowed.`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const body = await collect(request, maxBytes, tooLarge);
  if (body.length > mostValues && hasTooMany(body)) {
    const message = `The request is too complex: at most ${mostValues} values are allowed.`;
    throw new AppError(ErrorCode.QUERY_TOO_COMPLEX, message);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw invalid([], 'body', 'Invalid JSON: the request must be one JSON text in UTF-8.');
  }
}

/** The bytes of a body; whoever sends too many is not listened to any longer. An iterator would cost as much as all else here. */
const collect = (request: IncomingMessage, maxBytes: number, tooLarge: () => AppError): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const cut = (): void => reject(invalid([], 'body', 'The request ended before its body did.'));
    // Of an end that has been, no event tells any more.
    if (request.destroyed) return cut();
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) return void chunks.push(chunk);
      request.pause();
      reject(tooLarge());
    });
    request.once('end', () => {
      for (const end of ['close', 'error']) request.off(end, cut);
      resolve(Buffer.concat(chunks));
    });
    for (const end of ['close', 'error']) request.once(end, cut);
  });

/** Counts where values begin, which is at brackets and behind commas that stand in no text. */
function hasTooMany(json: Buffer): boolean {
  const [quote, backslash, comma, bracket, brace] = Buffer.from('"\\,[{');
  let count = 0;
  let isInText = false;
  for (let index = 0; index < json.length; index++) {
    const byte = json[index];
    if (byte === quote) isInText = !isInText;
    else if (isInText) index += byte === backslash ? 1 : 0;
    else if ((byte === comma || byte === bracket || byte === brace) && ++count > mostValues) return true;
  }
  return false;
}
