import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { AppError, ErrorCode } from '../errors.js';
import type { Logger } from '../logger.js';

const longestMessage = 500;

/** Codes of the GraphQL layer that clients know by another name here. */
const renamed: Readonly<Record<string, string>> = { BAD_USER_INPUT: ErrorCode.VALIDATION_FAILED };

/** Turns any error into what a client may know of it; the same for both doors. */
export type ErrorFormatter = (error: unknown) => GraphQLFormattedError;

/** Tells expected errors as they are; any other is logged under an id, and the client gets the id alone. */
export function createErrorFormatter(logger: Logger): ErrorFormatter {
  return (error) => {
    const place = error instanceof GraphQLError ? placeOf(error) : {};
    const cause = causeOf(error);
    if (cause instanceof AppError) {
      if (cause.cause) logger.warn({ error: cause.cause, code: cause.code }, cause.message);
      return { message: cause.message, ...place, extensions: extensionsOf(cause) };
    }
    if (cause instanceof GraphQLError) {
      const code = codeOf(cause, error);
      return { message: shorten(cause.message), ...place, extensions: { code: renamed[code] ?? code } };
    }
    const id = randomUUID();
    logger.error({ error: cause, id }, 'an operation failed unexpectedly');
    const message = `Something went wrong on our side. Report this id: ${id}`;
    return { message, ...place, extensions: { code: ErrorCode.INTERNAL, id } };
  };
}

const placeOf = ({ locations, path }: GraphQLError): Pick<GraphQLFormattedError, 'locations' | 'path'> => ({
  ...(locations && { locations }),
  ...(path && { path }),
});

function causeOf(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

function extensionsOf({ code, argument, details }: AppError): Record<string, unknown> {
  const { constraint, currentVersion } = details;
  return {
    code,
    ...(argument && { argument }),
    ...(constraint && { constraint }),
    ...(currentVersion !== undefined && { currentVersion }),
  };
}

function codeOf(cause: GraphQLError, error: unknown): string {
  if (/more (?:than|that) \d+ tokens/.test(cause.message)) return ErrorCode.QUERY_TOO_COMPLEX;
  const code = cause.extensions['code'] ?? (error as GraphQLError).extensions?.['code'];
  return typeof code === 'string' ? code : ErrorCode.VALIDATION_FAILED;
}

const shorten = (message: string): string =>
  message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message;
