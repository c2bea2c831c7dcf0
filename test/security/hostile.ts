import {
  getNamedType,
  getNullableType,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredArgument,
  isRequiredInputField,
  type OperationTypeNode,
} from 'graphql';
import { sampleOf } from './coverage.js';
import type { Row } from './who-sees-what.js';

/** What JSON can write and JavaScript can't hold, such as large numbers and deep objects: it takes the place of this text. */
const raw = (number: string): string => `@@${number}@@`;

/** Texts of some length that patterns which go back and try again would take minutes for. */
export const slowTexts = (length: number): string[] =>
  ['Did you mean ', 'a', ' ', ' ;', ' ,', 'a.', '@', 'eyJ-', "'"].map((part) => part.repeat(length / part.length));

const uuid = '00000000-0000-4000-8000-000000000000';
const texts: unknown[] = [
  ...['', ' ', '\0', 'a\0b', '\ud800', 'a\udfffb', '\ufeff', '\u202egnp.exe', '\u2028', 'İ', 'ß', '👩‍👩‍👧‍👦', '\u0000\uffff'],
  ...[
    `e${'\u0301'.repeat(5_000)}`,
    'w'.repeat(1_000_000),
    ...slowTexts(900_000),
    ...slowTexts(100_000),
    'a '.repeat(100_000),
    '\u{10ffff}'.repeat(300),
  ],
  ...[
    "'; drop table users; --",
    '%',
    '_',
    '\\',
    '%%%_\\',
    '$1',
    '{{7*7}}',
    "' or '1'='1",
    '${jndi:ldap://x}',
    '../../etc/passwd',
  ],
  ...[
    '"a b" -c or (',
    ':*&|!()<>',
    '"',
    '-',
    'or or or',
    `${'('.repeat(5_000)}`,
    `${'-a '.repeat(2_000)}`,
    'a:*',
    "a'b\\'",
  ],
  ...['ticket', 'null', 'undefined', '__proto__', 'constructor', 'NaN', 'true', '1e400'],
  ...[5, 1.5, true, {}, [], [[]], { toString: 1 }, raw('1e400')],
];
const ids: unknown[] = [
  ...['', 'nonsense', uuid, `tic_${uuid}`, `usr_${uuid}`, `com_${uuid}`, `TIC_${uuid}`, `tic_${uuid.toUpperCase()}`],
  ...[
    `tic_${uuid}`.slice(0, -1),
    `tic_${uuid}0`,
    `tic_{${uuid}}`,
    ` tic_${uuid}`,
    `tic_${uuid}\n`,
    `tic_${uuid}\0`,
    '\0',
    '\ud800',
  ],
  ...[
    `ｔic_${uuid}`,
    `tic_${'0'.repeat(36)}`,
    'tic_nonsense-0000-4000-8000-000000000000',
    'usr_0000\u0000000-0000-4000-8000-000000000000',
    'x'.repeat(100_000),
    "tic_'; drop table users; --",
    'VGlja2V0OjE=',
    1,
    2 ** 53,
    raw('1e400'),
  ],
  ...[1.5, true, {}, []],
];
const integers: unknown[] = [
  ...[0, -1, 1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, 1.5, '1', 'NaN', true, {}, []],
  ...[
    raw('1e400'),
    raw('-1e400'),
    raw('1e-400'),
    raw('-0'),
    raw('9223372036854775807'),
    raw('9223372036854775808'),
    raw('1e2'),
  ],
];
const moments: unknown[] = [
  ...['infinity', '-infinity', 'now', 'epoch', '', 'NaN', '2026-01-01', '2026-02-30T00:00:00Z', '2026-01-01T24:00:00Z'],
  ...[
    '10000-01-01T00:00:00Z',
    '+010000-01-01T00:00:00.000Z',
    '+275760-09-13T00:00:00.000Z',
    '+999999-01-01T00:00:00.000Z',
  ],
  ...['0000-01-01T00:00:00Z', '-000001-01-01T00:00:00.000Z', '-004713-01-01T00:00:00.000Z', '0001-01-01T00:00:00Z'],
  ...[
    '9999-12-31T23:59:59.999Z',
    '2026-06-30T23:59:60Z',
    '2026-01-01T00:00:00+99:99',
    '2026-01-01T00:00:00.999999999Z',
    '\0',
    '\ud800',
  ],
  ...[0, 8.64e15, 8.64e15 + 1, -8.64e15, raw('1e400'), true, {}, []],
];
const encoded = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const places = [
  'infinity',
  '+275760-09-13T00:00:00.000Z',
  '0000-01-01T00:00:00.000Z',
  '2026-01-01T00:00:00.000Z',
  'a\0',
  '\ud800',
  1,
  1.5,
  2 ** 40,
  null,
  {},
];
const cursors: unknown[] = [
  ...['', 'x', '\0', '\ud800', '====', 'x'.repeat(2_400), 'x'.repeat(2_401), 'x'.repeat(500_000), 1, true, {}, []],
  ...[
    encoded('\0'),
    encoded({}),
    encoded([]),
    encoded([1]),
    encoded('['.repeat(1_000)),
    Buffer.from([255, 254, 0]).toString('base64url'),
  ],
  ...['UPDATED_AT', 'TITLE', 'NUMBER', 'NAME', 'REPORT', 'RELEVANCE', 'STATUS'].flatMap((order) =>
    places.flatMap((place) => [encoded([order, place, uuid]), encoded([order, place, `${uuid}'`])]),
  ),
  ...['s', 'p', 'e', 'f'].flatMap((stream) =>
    [0, 1, 2_147_483_648, 9_999_999_999].map((seq) => encoded(`00000000.${stream}.${uuid}.${seq}`)),
  ),
];

/** Values that somebody could mean harm by, for an argument of this type. */
export function hostileValues(type: GraphQLInputType): unknown[] {
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    const inner = hostileValues(nullable.ofType);
    return [
      null,
      [],
      [null],
      [[]],
      {},
      'x',
      ...inner.map((value) => [value]),
      Array.from({ length: 3_000 }, (_, n) => `${n}`),
      [inner[1], inner[1]],
    ];
  }
  if (isEnumType(nullable))
    return [
      null,
      '',
      'NOPE',
      '\0',
      ...slowTexts(900_000),
      ...slowTexts(100_000),
      nullable.getValues()[0]?.name.toLowerCase(),
      'constructor',
      1,
      true,
      {},
      [],
    ];
  if (isInputObjectType(nullable)) {
    return [
      null,
      'x',
      1,
      [],
      [{}],
      {},
      { nope: 1 },
      { constructor: 1 },
      JSON.parse('{"__proto__":{"isAdmin":true}}'),
      raw('deep:50'),
      raw('deep:1500'),
      raw('deep:100000'),
    ];
  }
  const named: Record<string, unknown[]> = {
    ID: ids,
    Int: integers,
    Float: integers,
    DateTime: moments,
    Cursor: cursors,
    Boolean: ['true', 1, {}, []],
  };
  return [null, ...(named[getNamedType(type).name] ?? texts)];
}

/** Where a value can be given: an argument of an operation, or a field of its input. */
export interface Place {
  kind: 'query' | 'mutation' | 'subscription';
  field: string;
  path: string[];
  type: GraphQLInputType;
}

/** All places of the schema; filters within filters are one level deep. */
export function placesOf(schema: GraphQLSchema): Place[] {
  return (['query', 'mutation', 'subscription'] as const).flatMap((kind) =>
    Object.values(schema.getRootType(kind as OperationTypeNode)?.getFields() ?? {}).flatMap(({ name: field, args }) =>
      args.flatMap(({ name, type }) => within(type, [name]).map((place) => ({ kind, field, ...place }))),
    ),
  );
}

function within(type: GraphQLInputType, path: string[]): { path: string[]; type: GraphQLInputType }[] {
  const named = getNamedType(type);
  const isNested = path.filter((name) => ['and', 'or', 'not'].includes(name)).length > 0;
  const inner = isInputObjectType(named) && !isNested ? Object.values(named.getFields()) : [];
  const below = isListType(getNullableType(type)) ? [...path, '0'] : path;
  return [{ path, type }, ...inner.flatMap((field) => within(field.type, [...below, field.name]))];
}

/** An operation, as JSON, with such a value in place, all else being in order; `known` has ids of what is there, by the names of arguments. */
export function operationWith(schema: GraphQLSchema, { kind, field, path }: Place, value: unknown, known: Row): string {
  const { args } = schema.getRootType(kind as OperationTypeNode)!.getFields()[field]!;
  const given = args.filter((one) => isRequiredArgument(one) || one.name === path[0]);
  const head = given.map((one) => `$${one.name}: ${String(one.type)}`).join(', ');
  const passed = given.map((one) => `${one.name}: $${one.name}`).join(', ');
  const variables: Row = {};
  for (const one of given) variables[one.name] = filled(one.type, one.name, known);
  put(variables, path, value);
  const selected = kind === 'mutation' ? '__typename userErrors { code message path }' : '__typename';
  const query = `${kind} (${head}) { field: ${field}(${passed}) { ${selected} } }`;
  return JSON.stringify({ query, variables }).replace(/"@@([^@"]+)@@"/g, (_, text: string) => written(text));
}

/** A number as it stands, or filters in each other. */
function written(text: string): string {
  const [, levels] = /^deep:(\d+)$/.exec(text) ?? [];
  return levels === undefined ? text : `${'{"not":'.repeat(Number(levels))}{}${'}'.repeat(Number(levels))}`;
}

function filled(type: GraphQLInputType, name: string, known: Row): unknown {
  if (name in known) return isListType(getNullableType(type)) ? [known[name]] : known[name];
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return sampleOf(type);
  const needed = Object.values(named.getFields()).filter(isRequiredInputField);
  const value = Object.fromEntries(needed.map((one) => [one.name, filled(one.type, one.name, known)]));
  return isListType(getNullableType(type)) ? [value] : value;
}

function put(variables: Row, path: string[], value: unknown): void {
  let target: Row = variables;
  for (const [index, name] of path.slice(0, -1).entries()) {
    target = (target[name] ??= /^\d+$/.test(path[index + 1] ?? '') ? [] : {}) as Row;
  }
  target[path.at(-1) as string] = value;
}
