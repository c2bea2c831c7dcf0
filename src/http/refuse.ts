import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap } from '@apollo/server';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { AppError, ErrorCode } from '../errors.js';
import type { ErrorFormatter } from '../graphql/format-error.js';

const statusOfRule: Partial<Record<string, number>> = {
  contentType: 415,
  method: 405,
  once: 409,
  protocol: 505,
  time: 408,
  tooMany: 413,
};
const statusOfCode: Partial<Record<ErrorCode, number>> = {
  [ErrorCode.UNAUTHENTICATED]: 401,
  [ErrorCode.FORBIDDEN]: 403,
  [ErrorCode.NOT_FOUND]: 404,
  [ErrorCode.RATE_LIMITED]: 429,
  [ErrorCode.SERVICE_UNAVAILABLE]: 503,
};

function statusOf(error: unknown): number {
  // Such as Apollo Server would throw where it is not asked.
  if (error instanceof GraphQLError) return 403;
  if (!(error instanceof AppError)) return 500;
  return statusOfRule[error.details.constraint ?? ''] ?? statusOfCode[error.code] ?? 400;
}

/** An error with the status and headers of a refusal, for Apollo Server to answer. */
export function asRefusal(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const headers = new HeaderMap(headersFor(error));
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { http: { status: statusOf(error), headers } },
  });
}

/** What tells a client, beside the status, what to do. */
function headersFor(error: unknown): [name: string, value: string][] {
  if (!(error instanceof AppError)) return [];
  const { retryAfterMs } = error.details;
  return [
    ...(statusOf(error) === 401 ? ([['www-authenticate', 'Bearer']] as [string, string][]) : []),
    ...(retryAfterMs !== undefined ? ([['retry-after', retryAfter(retryAfterMs)]] as [string, string][]) : []),
  ];
}

/** What becomes of a body that nobody has read to its end. */
export type Leave = (request: IncomingMessage, response: ServerResponse) => void;

/** Its rest would be taken for the next request of the connection. */
export const hangUp: Leave = (_request, response) => response.setHeader('Connection', 'close');

/** Answers that a request is refused, in the form of GraphQL's errors and with a status that says so. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  formatError: ErrorFormatter,
  leave: Leave = hangUp,
): void {
  // An answer that has begun can't become another one: the client finds that it is cut off.
  if (response.headersSent) throw error;
  const status = statusOf(error);
  for (const [name, value] of headersFor(error)) response.setHeader(name, value);
  if (!request.complete) leave(request, response);
  respond(response, status, { errors: [formatError(error)] });
}

/** A wait as the header of that name has it. */
export const retryAfter = (ms: number): string => String(Math.ceil(ms / 1000));

/** Sends a JSON text. */
export function respond(
  response: ServerResponse,
  status: number,
  body: { errors: GraphQLFormattedError[] } | object,
): void {
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  sendText(response, status, `${JSON.stringify(body)}\n`);
}

/** Sends a whole text, and says how long it is. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Length': Buffer.byteLength(text) }).end(text);
}
