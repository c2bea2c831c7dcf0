/** Every way in which an operation can fail; clients tell them apart by these. */
export const ErrorCode = {
  VALIDATION_FAILED: 'VALIDATION_FAILED',
  NOT_FOUND: 'NOT_FOUND',
  FORBIDDEN: 'FORBIDDEN',
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  TICKET_CLOSED: 'TICKET_CLOSED',
  TICKET_NOT_CLOSED: 'TICKET_NOT_CLOSED',
  NOT_RATEABLE: 'NOT_RATEABLE',
  VERSION_CONFLICT: 'VERSION_CONFLICT',
  IDEMPOTENCY_KEY_REUSED: 'IDEMPOTENCY_KEY_REUSED',
  RATE_LIMITED: 'RATE_LIMITED',
  SERVICE_UNAVAILABLE: 'SERVICE_UNAVAILABLE',
  QUERY_TOO_COMPLEX: 'QUERY_TOO_COMPLEX',
  CURSOR_EXPIRED: 'CURSOR_EXPIRED',
  INTERNAL: 'INTERNAL',
} as const;
/** One of the codes. */
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** Where in the arguments an error lies: `['input', 'title']`. */
export type ArgumentPath = readonly string[];

/** What an error tells beyond its code, for the types of error that have more to tell. */
export interface ErrorDetails {
  /** The rule that a value broke, such as `length`. */
  readonly constraint?: string;
  /** The ticket whose state stood in the way. */
  readonly ticketId?: string;
  /** The comment that has changed. */
  readonly commentId?: string;
  readonly currentVersion?: number;
  /** How long to wait before trying again. */
  readonly retryAfterMs?: number;
}

/** A failure that is expected and told to the client as it is; every other error is masked. */
export class AppError extends Error {
  override readonly name = 'AppError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    /** Not called `path`: the executor takes an error with a `path` for one that it has located already. */
    readonly argument?: ArgumentPath,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A value that breaks a rule; the message names the argument and the limit. */
export const invalid = (path: ArgumentPath, constraint: string, message: string): AppError =>
  new AppError(ErrorCode.VALIDATION_FAILED, message, path, { constraint });

/** An object that is not there or that the viewer may not see: the two must read the same (parity x10). */
export const notFound = (what: string, path?: ArgumentPath): AppError =>
  new AppError(ErrorCode.NOT_FOUND, `There is no such ${what}, or you may not see it.`, path);

/** Something that the viewer sees and may not do. */
export const forbidden = (message: string, path?: ArgumentPath): AppError =>
  new AppError(ErrorCode.FORBIDDEN, message, path);

/** No identity, or none that can be trusted: one text for every reason, so that nothing can be learnt from it. */
export const unauthenticated = (): AppError =>
  new AppError(ErrorCode.UNAUTHENTICATED, 'A valid token is needed: send it as `Authorization: Bearer <token>`.');

/** Whether it is worth trying again: the database or a limit of time stood in the way. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof AppError && error.code === ErrorCode.SERVICE_UNAVAILABLE;

const ofClients: readonly ErrorCode[] = [ErrorCode.VALIDATION_FAILED, ErrorCode.QUERY_TOO_COMPLEX];

/** Whether what was sent could not be read, or was too much: whoever sends it pays for that. */
export const isOfClient = (error: unknown): boolean => error instanceof AppError && ofClients.includes(error.code);

/** A position that can't be followed any more: the client refetches. */
export const cursorExpired = (message: string, path?: ArgumentPath): AppError =>
  new AppError(ErrorCode.CURSOR_EXPIRED, message, path);

/** The gateway can't start or go on, for a reason that one sentence tells. */
export class StartError extends Error {}
