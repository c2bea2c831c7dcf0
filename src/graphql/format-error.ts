import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { AppError, ErrorCode } from '../errors.js';
import type { Logger } from '../logger.js';
import { currentScope, newRequestId } from '../telemetry.js';

/** With ten errors of three bytes a character an answer still stays under 10 kB. */
const longestMessage = 220;
const mostLocations = 5;

/** Codes of the GraphQL layer that clients know by another name here. */
const renamed: Readonly<Record<string, string>> = { BAD_USER_INPUT: ErrorCode.VALIDATION_FAILED };

/** What nests deeply enough takes the stack before anything is counted, be it a document or its variables. */
const tooDeep = new AppError(ErrorCode.QUERY_TOO_COMPLEX, 'The document is too complex: it is nested too deeply.');

/** Turns any error into what a client may know of it; the same for both doors. */
export type ErrorFormatter = (error: unknown) => GraphQLFormattedError;

/**
 * Tells expected errors as they are; any other is logged under the id of its request, and the client gets the id alone. Names of the schema
 * that a client has not written itself are told as hints only where the schema is open.
 */
export function createErrorFormatter(logger: Logger, { hints }: { hints: boolean }): ErrorFormatter {
  return (error) => {
    const place = error instanceof GraphQLError ? placeOf(error) : {};
    const cause = causeOf(error);
    if (cause instanceof AppError) {
      if (cause.cause) logger.warn({ error: cause.cause, code: cause.code }, cause.message);
      return { message: cause.message, ...place, extensions: extensionsOf(cause) };
    }
    if (error instanceof GraphQLError && cause instanceof GraphQLError) {
      const code = codeOf(cause, error);
      return {
        message: shorten(hints ? error.message : withoutHint(error.message)),
        ...place,
        extensions: { code: renamed[code] ?? code },
      };
    }
    const id = currentScope()?.requestId ?? newRequestId();
    logger.error({ error: cause, requestId: id }, 'an operation failed unexpectedly');
    const message = `Something went wrong on our side. Report this id: ${id}`;
    return { message, ...place, extensions: { code: ErrorCode.INTERNAL, id } };
  };
}

const placeOf = ({ locations, path }: GraphQLError): Pick<GraphQLFormattedError, 'locations' | 'path'> => ({
  ...(locations && { locations: locations.slice(0, mostLocations) }),
  ...(path && { path }),
});

function causeOf(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause instanceof RangeError && /call stack/.test(cause.message) ? tooDeep : cause;
}

function extensionsOf({ code, argument, details }: AppError): Record<string, unknown> {
  const { constraint, currentVersion, retryAfterMs } = details;
  return {
    code,
    ...(argument && { argument }),
    ...(constraint && { constraint }),
    ...(currentVersion !== undefined && { currentVersion }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

const codeIn = (error: unknown): unknown => (error as GraphQLError).extensions?.['code'];

function codeOf(cause: GraphQLError, error: GraphQLError): string {
  if (/more (?:than|that) \d+ tokens/.test(cause.message)) return ErrorCode.QUERY_TOO_COMPLEX;
  const code = codeIn(cause) ?? codeIn(error);
  return typeof code === 'string' ? code : ErrorCode.VALIDATION_FAILED;
}

/** What a client sent stands in the message as well, and is as long as a body: only its very end is looked for. */
function withoutHint(message: string): string {
  const hint = message.endsWith('?') ? message.lastIndexOf('Did you mean ') : -1;
  return hint < 0 ? message : message.slice(0, hint).trimEnd();
}

/** The ends of a message tell what is wrong; between them stands what the client sent. */
const shorten = (message: string): string =>
  message.length > longestMessage
    ? `${message.slice(0, longestMessage / 2)} … ${message.slice(-longestMessage / 2)}`
    : message;
