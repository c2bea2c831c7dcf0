import { type AppError, type ArgumentPath, invalid } from '../errors.js';
import type { OrderKey, Position } from './keyset.js';

type KeyType = OrderKey['type'];

const isMoment = (value: unknown): value is string =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) &&
  !Number.isNaN(Date.parse(value)) &&
  new Date(value).toISOString() === value;

const checks: Record<KeyType, (value: unknown) => boolean> = {
  int: (value) => Number.isInteger(value) && (value as number) === (value as number) >> 0,
  text: (value) => typeof value === 'string' && !value.includes('\0') && value.isWellFormed(),
  timestamptz: isMoment,
  uuid: (value) => typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value),
};

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

/** The position of a row in a list, as clients see it: opaque, good for one order and either direction. */
export const writeCursor = (order: string, position: Position): string =>
  Buffer.from(JSON.stringify([order, ...position])).toString('base64url');

/** The position behind a cursor; VALIDATION_FAILED for what no server wrote and for a position in another order. */
export function readCursor(order: string, types: readonly KeyType[], cursor: string, path: ArgumentPath): Position {
  const decoded = parsed(cursor);
  const [name, ...position]: unknown[] = Array.isArray(decoded) ? (decoded as unknown[]) : [];
  if (typeof name !== 'string' || writeCursor(name, position) !== cursor) throw noCursor(path);
  if (name !== order) {
    throw invalid(path, 'cursor', `\`${path.at(-1)}\` is a position in another order of the list: start anew.`);
  }
  const isOurs = position.length === types.length && types.every((type, index) => checks[type](position[index]));
  if (!isOurs) throw noCursor(path);
  return position.map((value, index) => (types[index] === 'timestamptz' ? new Date(value as string) : value));
}

const noCursor = (path: ArgumentPath): AppError =>
  invalid(path, 'cursor', `\`${path.at(-1)}\` is no cursor: pass back one that the server handed out.`);
