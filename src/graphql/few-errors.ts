import { limits } from './limits.js';

/** What an operation answers. */
interface Result {
  readonly data?: unknown;
  readonly errors?: readonly unknown[] | undefined;
}

/** Keeps the first errors of an operation that was refused before it ran: each wrong value in its variables makes one. */
export const withFewErrors = <T extends Result>(result: T): T =>
  result.data === undefined && result.errors ? { ...result, errors: result.errors.slice(0, limits.errors) } : result;
