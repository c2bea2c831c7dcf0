/** @jest-environment node */
import { buildSchema, parse, specifiedRules, validate } from 'graphql';
import { limits, limitsRule, validationRules } from '../../src/graphql/limits.js';

const schema = buildSchema(`
  type Query { a(x: [Int]): Int b: Query list(first: Int, last: Int, itemsPerPage: Int): Items splitInto: [Query] subtopics: [Query] }
  type Items { nodes: [Query] edges: [Edge] items: [Query] }
  type Edge { node: Query }
`);
const refusals = (document: string, rules = validationRules(limits.answers)): string[] =>
  validate(schema, parse(document), rules).map(({ message }) => message);

const many = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');
/** Each fragment is used twice by the one before: 2^levels fields. */
const doubling = (levels: number): string =>
  `{ ...f0 } ${many(levels, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)} fragment f${levels} on Query { a }`;

describe.each<[keyof typeof limits, string, (count: number) => string]>([
  ['characters', 'characters', (n) => '{ a } #'.padEnd(n, '-')],
  ['lines', 'lines', (n) => `${'\n'.repeat(n - 1)}\r{ a }`],
  ['lines', 'lines', (n) => `${'\r\n'.repeat(n)}{ a }`],
  ['depth', 'levels', (n) => `{ ${'b {'.repeat(n - 1)} a ${'}'.repeat(n - 1)} }`],
  ['depth', 'levels', (n) => `{ b { ...F } } fragment F on Query { ${'b {'.repeat(n - 2)} a ${'}'.repeat(n - 2)} }`],
  ['selections', 'selections', (n) => `{ ${'... {'.repeat(n - 1)} a ${'}'.repeat(n - 1)} }`],
  ['aliases', 'aliases', (n) => `{ ${many(n, (i) => `a${i}: a`)} }`],
  ['aliases', 'aliases', (n) => many(n, (i) => `query q${i} { x: a }`)],
  [
    'aliases',
    'aliases',
    (n) =>
      `{ ${many(n / 2, (i) => `a${i}: b { ...F }`)} } fragment F on Query { x: a }`.replace(
        /^{/,
        n % 2 ? '{ y: a ' : '{',
      ),
  ],
  ['directives', 'directives', (n) => `{ ${many(n, () => 'a @include(if: true)')} }`],
  ['directives', 'directives', (n) => `{ ${many(n, () => '... @skip(if: true) { a }')} }`],
  ['repetitions', 'repetitions', (n) => `{ ${many(n + 1, () => 'a')} }`],
  [
    'repetitions',
    'repetitions',
    (n) => `{ ${many(n / 2 + 1, () => 'b { a }')} }`.replace(/}$/, n % 2 ? 'b { __typename } }' : '}'),
  ],
  ['repetitions', 'repetitions', (n) => `{ ${many(n + 1, () => '...F')} } fragment F on Query { a }`],
])('A document with %s up to the limit', (limit, unit, make) => {
  const most = limits[limit];

  it('is valid', () => {
    expect(refusals(make(most))).toEqual([]);
  });

  it('and one more is refused for just that', () => {
    const message = `The document is too complex: at most ${most} ${unit} are allowed.`;
    expect(refusals(make(most + 1))).toEqual([message]);
    expect(refusals(make(most + 1), [...specifiedRules, limitsRule(limits.answers)])).toEqual([message]);
  });
});

it.each([9, 20, 60, 200])('Fragments that double %i times are refused', (levels) => {
  expect(refusals(doubling(levels))).toEqual([expect.stringContaining('too complex')]);
});

it('Fields of different operations and places do not repeat each other', () => {
  expect(refusals(many(200, (i) => `query q${i} { a }`))).toEqual([]);
  expect(refusals(`{ a b { a b { a } } }`)).toEqual([]);
});

it('A fragment that is not there is left to the rule for that', () => {
  expect(refusals('{ ...nowhere }')).toEqual(['Unknown fragment "nowhere".']);
});

/** Pages within pages: so many rows to the power of the levels. */
const pages = (levels: number, page: (inner: string) => string): string =>
  Array.from({ length: levels }).reduce<string>((inner) => page(inner), 'a');

describe('A page in a page in a page of rows', () => {
  it.each<[string, number, (inner: string) => string]>([
    ['that are asked for by a number', 2, (inner) => `list(first: 100) { nodes { ${inner} } }`],
    ['that are asked for from the end', 2, (inner) => `list(last: 100) { nodes { ${inner} } }`],
    ['that have so many items', 2, (inner) => `list(itemsPerPage: 100) { items { ${inner} } }`],
    ['whose number of items is a variable', 1, (inner) => `list(itemsPerPage: $n) { items { ${inner} } }`],
    ['whose number is a variable', 2, (inner) => `list(first: $n) { nodes { ${inner} } }`],
    ['that come by themselves', 2, (inner) => `list { nodes { ${inner} } }`],
    ['that come without a number', 2, (inner) => `list(first: null) { nodes { ${inner} } }`],
    ['that are few', 4, (inner) => `list(first: 10) { nodes { ${inner} } }`],
    ['that are edges', 2, (inner) => `list { edges { node { ${inner} } } }`],
    ['that are lists without pages', 2, (inner) => `splitInto { b { ${inner} } }`],
    ['that are lists without pages, below each other', 2, (inner) => `... { x: subtopics { b { ${inner} } } }`],
    ['under other names', 2, (inner) => `x: list { y: nodes { ${inner} } }`],
    ['in a nameless fragment', 2, (inner) => `list { ... { nodes { ${inner} } } }`],
    [
      'in a fragment of a fragment',
      2,
      (inner) => `... on Query { list { ... on Items { ... { edges { node { ${inner} } } } } } }`,
    ],
  ])('%s is refused from the level on where it could fill the memory', (_what, levels, page) => {
    const query = (depth: number): string => `query ($n: Int = 100) { a(x: [$n]) ${pages(depth, page)} }`;
    expect(refusals(query(levels))).toEqual([]);
    expect(refusals(query(levels + 1))).toEqual(['The document is too complex: at most 50000 points are allowed.']);
  });

  it('in a fragment with a name is refused as well', () => {
    const query = `{ list { ...A } } fragment A on Items { nodes { list { ...B } } } fragment B on Items { nodes { list { ...C } } }
      fragment C on Items { edges { node { a } } }`;
    expect(refusals(query)).toEqual(['The document is too complex: at most 50000 points are allowed.']);
  });
});
