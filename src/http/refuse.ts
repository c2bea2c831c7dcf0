import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import { AppError, ErrorCode, invalid } from '../errors.js';
import type { ErrorFormatter } from '../graphql/format-error.js';
import { BadBody } from './read-body.js';

const statusOf: Partial<Record<ErrorCode, number>> = {
  [ErrorCode.UNAUTHENTICATED]: 401,
  [ErrorCode.FORBIDDEN]: 403,
  [ErrorCode.NOT_FOUND]: 404,
  [ErrorCode.SERVICE_UNAVAILABLE]: 503,
};

/** Answers that a request is refused, in the form of GraphQL's errors and with a status that says so. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  formatError: ErrorFormatter,
): void {
  const isBadBody = error instanceof BadBody;
  const formatted = formatError(isBadBody ? invalid([], 'body', error.message) : error);
  const status = isBadBody ? error.status : error instanceof AppError ? (statusOf[error.code] ?? 400) : 500;
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  // The rest of a body that was not read would be taken for the next request of the connection.
  if (!request.complete) response.setHeader('Connection', 'close');
  respond(response, status, { errors: [formatted] });
}

/** Sends a JSON text. */
export function respond(
  response: ServerResponse,
  status: number,
  body: { errors: GraphQLFormattedError[] } | object,
): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' }).end(`${JSON.stringify(body)}\n`);
}
