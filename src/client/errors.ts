import type { GraphQLFormattedError } from 'graphql';

/** Ends that are the helper's own: the others have the code of the server's error, such as `NOT_FOUND`. */
export const EndCode = {
  /** The socket was closed or refused for a reason that trying again would not cure; `closeCode` tells which. */
  CONNECTION_REFUSED: 'CONNECTION_REFUSED',
  /** There is no token, or one that was fetched for the purpose is not taken either: somebody has to sign in anew. */
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  /** The position can't be followed any more: fetch anew what is shown, and follow it from the cursor that comes along. */
  CURSOR_EXPIRED: 'CURSOR_EXPIRED',
  /** An event came without its `cursor`: the document has to select it. */
  NO_CURSOR: 'NO_CURSOR',
  /** `next` of the sink threw; `cause` is what. */
  SINK_FAILED: 'SINK_FAILED',
} as const;
/** One of them. */
export type EndCode = (typeof EndCode)[keyof typeof EndCode];

/** What an end tells beyond its code. */
export interface EndDetails {
  /** The code that the socket was closed with, if that was the reason. */
  readonly closeCode?: number | undefined;
  /** The errors that the server told, if it did. */
  readonly errors?: readonly GraphQLFormattedError[] | undefined;
  readonly cause?: unknown;
}

/** Why a subscription has ended, or is tried again. */
export class ResumableError extends Error {
  override readonly name = 'ResumableError';
  readonly closeCode: number | undefined;
  readonly errors: readonly GraphQLFormattedError[] | undefined;

  constructor(
    readonly code: EndCode | (string & {}),
    message: string,
    /** Position of the last event that was delivered: whoever follows from here misses nothing. */
    readonly after: string,
    { closeCode, errors, cause }: EndDetails = {},
  ) {
    super(message, { cause });
    this.closeCode = closeCode;
    this.errors = errors;
  }
}

const retryable: readonly unknown[] = ['SERVICE_UNAVAILABLE', 'RATE_LIMITED'];

const codeOf = ({ extensions }: GraphQLFormattedError): string =>
  typeof extensions?.['code'] === 'string' ? extensions['code'] : 'INTERNAL';

/** The error behind what the server told; the one that lasts, where some would pass by themselves. */
export function toldError(errors: readonly GraphQLFormattedError[], after: string): ResumableError {
  const decisive = errors.find((error) => !retryable.includes(codeOf(error))) ?? errors[0];
  const code = decisive ? codeOf(decisive) : 'INTERNAL';
  return new ResumableError(code, decisive?.message ?? 'The server told no reason.', after, { errors });
}

/** How long the server asks to wait before trying again, in milliseconds; undefined for what trying again would not cure. */
export function retryDelayOf({ code, errors = [] }: ResumableError): number | undefined {
  if (!retryable.includes(code)) return undefined;
  return Math.max(0, ...errors.map(({ extensions }) => Number(extensions?.['retryAfterMs'] ?? 0)));
}
