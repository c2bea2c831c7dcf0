import { AppError, ErrorCode } from '../errors.js';

/** Of the way to it, of what it lacks, that it stops or was told to, and of the machine below it. */
const unavailableClasses = /^(08|53|57P|58)/;
/** Others are in the way, a limit was met, or what was the primary takes no writes any more. */
const unavailableStates = new Set(['40001', '40P01', '55P03', '57014', '25P03', '25006']);
const networkCodes = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);
const unanswered = 'Query read timeout';
const outdated = /cached plan must not change result type|^prepared statement "\w+" does not exist/;
const poolMessages = new RegExp(
  [
    unanswered,
    outdated.source,
    'timeout exceeded when trying to connect',
    'timeout expired',
    'Connection terminated',
    'Client has encountered a connection error',
    'Client was closed',
    'Query runner already released',
  ].join('|'),
);

/** SQLSTATE or system code behind an error of TypeORM or pg; undefined where there is none. */
export function databaseCode(error: unknown): string | undefined {
  const cause = (error as { driverError?: unknown } | undefined)?.driverError ?? error;
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/**
 * Whether a connection is of no more use: its server has not answered in time, so that there may be nobody at the other end, or a
 * statement that was prepared on it is not what it was, since a migration or by somebody's hand.
 */
export const isSpoilt = (error: unknown): boolean =>
  error instanceof Error && (error.message === unanswered || outdated.test(error.message));

/** The answer of a server, unless it takes longer than so many milliseconds: then the connection is of no more use. */
export function inTime<T>(ms: number | undefined, answer: Promise<T>): Promise<T> {
  if (ms === undefined) return answer;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(unanswered)), ms);
    void answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Name of the constraint behind an error; undefined where it was none. */
export function databaseConstraint(error: unknown): string | undefined {
  const { constraint } = ((error as { driverError?: unknown }).driverError ?? error) as { constraint?: string };
  return constraint;
}

/** Whether a row that was to be referred to is gone, or one that was to be deleted is referred to. */
export const isBrokenReference = (error: unknown): boolean => databaseCode(error) === '23503';

/** Whether the same transaction may well succeed when it is run again. */
export const isTransient = (error: unknown): boolean => {
  const code = databaseCode(error instanceof AppError ? error.cause : error);
  return code === '40001' || code === '40P01';
};

/** Turns a fault of the database or of the way to it into a retryable error; any other error comes back as it is. */
export function asServiceUnavailable(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  const code = databaseCode(error);
  const isAway =
    (code !== undefined && (unavailableStates.has(code) || unavailableClasses.test(code) || networkCodes.has(code))) ||
    poolMessages.test(error.message);
  return isAway ? unavailable(error) : error;
}

/** The error that tells clients to try again. */
export function unavailable(cause: unknown): AppError {
  const message = 'The database did not answer in time. Nothing is lost: try again, with the same idempotency key.';
  return new AppError(ErrorCode.SERVICE_UNAVAILABLE, message, undefined, {}, { cause });
}
