import { type ExecutionResult, GraphQLError } from 'graphql';
import { AppError, ErrorCode } from '../errors.js';
import { limits } from './limits.js';

/** What an operation answers, its errors as they are or as clients are told them. */
interface Result {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly path?: readonly (string | number)[] | undefined }[];
}

/**
 * QUERY_TOO_COMPLEX for an answer that is too long to be written down; undefined for any other. One text may stand in it many
 * times: in memory they are the same, in the answer each is one more. What it took to get there, mutations included, is done.
 */
export function tooLong({ data, errors }: Result): AppError | undefined {
  const told = errors?.map(({ message, path }) => [message, path]);
  if (lengthOf([data, told], limits.answerCharacters) <= limits.answerCharacters) return undefined;
  const message = `The answer is too long: at most ${limits.answerCharacters} characters are allowed. Ask for less at once.`;
  return new AppError(ErrorCode.QUERY_TOO_COMPLEX, message);
}

/** The answer, or nothing but the error that says that it is too long. */
export function withinLength(result: ExecutionResult): ExecutionResult {
  const error = tooLong(result);
  return error ? { data: null, errors: [new GraphQLError(error.message, { originalError: error })] } : result;
}

/** About how many characters a value has as JSON, names included and escapes not; counts no further than to the limit. */
function lengthOf(value: unknown, limit: number): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 5;
  let length = 2;
  if (Array.isArray(value)) {
    for (const item of value) {
      length += lengthOf(item, limit - length) + 1;
      if (length > limit) break;
    }
    return length;
  }
  for (const name in value) {
    length += name.length + 4 + lengthOf((value as Record<string, unknown>)[name], limit - length);
    if (length > limit) break;
  }
  return length;
}
