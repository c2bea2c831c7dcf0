/** @jest-environment node */
import { GraphQLError, parse, Source } from 'graphql';
import { AppError, ErrorCode, invalid } from '../../src/errors.js';
import { createErrorFormatter } from '../../src/graphql/format-error.js';
import { limits } from '../../src/graphql/limits.js';
import { memoryLog } from '../doors/support.js';

const { logger, entries } = memoryLog();
const format = createErrorFormatter(logger, { hints: true });
const formatTersely = createErrorFormatter(logger, { hints: false });
beforeEach(() => entries.splice(0));

it('An expected error is told as it is, however deep it is wrapped, and not logged', () => {
  const error = invalid(['input', 'title'], 'length', '`title` must have 1..255 characters.');
  const wrapped = new GraphQLError('a', {
    path: ['x'],
    originalError: new GraphQLError('b', { originalError: error }),
  });
  const extensions = { code: 'VALIDATION_FAILED', argument: ['input', 'title'], constraint: 'length' };
  expect(format(error)).toEqual({ message: error.message, extensions });
  expect(format(wrapped)).toEqual({ message: error.message, path: ['x'], extensions });
  expect(entries).toEqual([]);
});

it('The cause of an expected error is logged and not told', () => {
  const cause = new Error('connect ECONNREFUSED 10.0.0.1:5432');
  const error = new AppError(ErrorCode.SERVICE_UNAVAILABLE, 'Try again.', undefined, {}, { cause });
  expect(format(error)).toEqual({ message: 'Try again.', extensions: { code: 'SERVICE_UNAVAILABLE' } });
  expect(entries).toEqual([
    expect.objectContaining({ level: 40, error: expect.objectContaining({ message: cause.message }) }),
  ]);
});

it.each([new Error('raw'), new TypeError('raw'), 'raw', undefined, null, { message: 'raw' }, new RangeError('raw')])(
  'Anything else (%p) is masked and logged once',
  (thrown) => {
    const { message, extensions } = format(thrown);
    expect(JSON.stringify({ message, extensions })).not.toContain('raw');
    expect(extensions).toEqual({ code: 'INTERNAL', id: expect.any(String) });
    expect(entries).toEqual([expect.objectContaining({ level: 50, requestId: extensions?.['id'] })]);
  },
);

it.each([
  [
    'Syntax Error: Document contains more that 2000 tokens. Parsing aborted.',
    'GRAPHQL_PARSE_FAILED',
    'QUERY_TOO_COMPLEX',
  ],
  ['Syntax Error: Unexpected "}".', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_PARSE_FAILED'],
  ['Cannot query field "x".', 'GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_VALIDATION_FAILED'],
  ['Variable "$x" got invalid value 1.', 'BAD_USER_INPUT', 'VALIDATION_FAILED'],
  ['Variable "$x" got invalid value 1.', undefined, 'VALIDATION_FAILED'],
])('%s with the code %s is told as %s', (message, code, expected) => {
  expect(format(new GraphQLError(message, { extensions: { code } }))).toEqual({
    message,
    extensions: { code: expected },
  });
  expect(entries).toEqual([]);
});

it('Names of the schema are hinted at only where it is open', () => {
  const error = new GraphQLError('Field "titel" is not defined. Did you mean "title" or\n"status"?');
  expect(format(error).message).toBe(error.message);
  expect(formatTersely(error).message).toBe('Field "titel" is not defined.');
});

it('What a client wrote that reads like a hint is no hint, and costs no time', () => {
  const own = 'Did you mean '.repeat(80_000);
  expect(formatTersely(new GraphQLError(`Got "${own}"; no number.`)).message).toMatch(
    /Did you mean D … .*Did you mean "; no number\.$/,
  );
  const last = formatTersely(new GraphQLError(`Got "${own}". Did you mean "title" or "status"?`)).message;
  expect(last).toMatch(/Did you mean "\.$/);
}, 30_000);

it('As many errors as there can be, each as long as it can be, stay under 10 kB', () => {
  const source = new Source('\n'.repeat(3_000) + '{ a }'.repeat(100));
  const nodes = parse(source).definitions;
  const errors = Array.from({ length: limits.errors + 1 }, () =>
    format(new GraphQLError(`Variable "$x" got invalid value "${'ж€'.repeat(50_000)}"; too long`, { nodes })),
  );
  expect(Buffer.byteLength(JSON.stringify({ errors }))).toBeLessThan(10_000);
  expect(errors[0]?.message).toMatch(/^Variable "\$x" got invalid value ".* … .*"; too long$/);
  expect(errors[0]?.locations?.length).toBeGreaterThan(0);
});
