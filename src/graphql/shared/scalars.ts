import { GraphQLError, GraphQLScalarType } from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';

const config = GraphQLDateTimeISO.toConfig();

/** What an offset leads out of the years that RFC 3339 can write could not be told again. */
function withinYears(moment: Date): Date {
  const year = moment.getUTCFullYear();
  if (year < 0 || year > 9_999) throw new GraphQLError('A moment lies between the years 0000 and 9999 in UTC.');
  return moment;
}

/** A moment in UTC, written as text rather than handed to the transport as a Date. */
export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  ...config,
  name: 'DateTime',
  description: 'A moment as RFC 3339 text in UTC, to the millisecond: `2026-05-04T09:30:00.000Z`.',
  serialize: (value) => (value as Date).toISOString(),
  parseValue: (value) => withinYears(config.parseValue(value)),
  parseLiteral: (node, variables) => withinYears(config.parseLiteral(node, variables)),
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
