import { GraphQLError, GraphQLScalarType } from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';

/** A moment in UTC, written as text rather than handed to the transport as a Date. */
export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  ...GraphQLDateTimeISO.toConfig(),
  name: 'DateTime',
  description: 'A moment as RFC 3339 text in UTC, to the millisecond: `2026-05-04T09:30:00.000Z`.',
  serialize: (value) => (value as Date).toISOString(),
});

/** Enough for a title of 255 characters that JSON has to escape. */
const longestCursor = 2_400;
const isCursor = (value: unknown): value is string => typeof value === 'string' && value.length <= longestCursor;

/** An opaque position. */
export const CursorScalar = new GraphQLScalarType<string, string>({
  name: 'Cursor',
  description: 'An opaque position. Only ever pass back one that the server handed out.',
  serialize: (value) => value as string,
  parseValue: (value) => {
    if (!isCursor(value)) throw new GraphQLError('A cursor is a string that the server handed out.');
    return value;
  },
});
