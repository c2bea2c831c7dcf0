/**
 * @jest-environment node
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { printedSchema } from '../../src/cli/schema.js';
import { variableNames } from '../../src/variables.js';

const read = (path: string): string => readFileSync(path, 'utf8');

/** Where a committed text first differs from what it should be. */
function difference(committed: string, current: string): string | undefined {
  const [is, should] = [committed.split('\n'), current.split('\n')];
  const lines = Math.max(is.length, should.length);
  const line = Array.from({ length: lines }).findIndex((_, index) => is[index] !== should[index]);
  return line < 0 ? undefined : `line ${line + 1}: is "${is[line]}", should be "${should[line]}"`;
}

describe('schema.graphql', () => {
  const committed = read('schema.graphql');

  it('is what the code emits', () => {
    expect(difference(committed, printedSchema())).toBeUndefined();
  });

  it('is found out when a line of it differs, is missing or is too much', () => {
    expect(difference(committed.replace('title: String!', 'title: String'), committed)).toMatch(
      /^line \d+: is " {2}title: String", should be " {2}title: String!"$/,
    );
    expect(difference(committed.replace('  title: String!\n', ''), committed)).toMatch(
      /should be " {2}title: String!"$/,
    );
    expect(difference(`${committed}scalar Upload\n`, committed)).toMatch(/is "scalar Upload", should be ""$/);
  });
});

describe('The typed documents of the tests and the examples', () => {
  // In a process of its own, since jest can not load the generator.
  const generated = (): Record<string, string> =>
    JSON.parse(execFileSync(process.execPath, ['--input-type=module', '--eval', generation], { encoding: 'utf8' }));
  const generation = `
    import { generate, loadContext } from '@graphql-codegen/cli';
    const context = await loadContext('codegen.yml');
    context.updateConfig({ silent: true });
    const files = await generate(context, false);
    const texts = Object.fromEntries(files.map(({ filename, content }) => [filename, content]));
    process.stdout.write(JSON.stringify(texts));`;

  it('are what the generator makes of the documents and the schema', () => {
    const current = generated();
    expect(Object.keys(current).sort()).toEqual(['examples/_generated.ts', 'test/support/_generated.ts']);
    for (const [path, text] of Object.entries(current)) expect(difference(read(path), text)).toBeUndefined();
    const path = 'test/support/_generated.ts';
    const forged = read(path).replace('visibility?: Visibility', 'visibility: Visibility');
    expect(difference(forged, current[path] as string)).toMatch(
      /^line \d+: is " {2}visibility: Visibility;", should be " {2}visibility\?: Visibility;"$/,
    );
  }, 30_000);
});

/** What an example of the environment lacks, has too much, or leaves unexplained. */
function environmentProblems(example: string, names: readonly string[]): string[] {
  const lines = example.split('\n');
  const listed = lines.flatMap((line, index) => {
    const name = /^#?([A-Z_]+)=/.exec(line)?.[1];
    return name === undefined ? [] : [{ name, isExplained: lines[index - 1]?.startsWith('# ') }];
  });
  return [
    ...names.filter((name) => !listed.some((one) => one.name === name)).map((name) => `${name} is missing`),
    ...listed.filter(({ name }) => !names.includes(name)).map(({ name }) => `${name} is not read`),
    ...listed.filter(({ isExplained }) => !isExplained).map(({ name }) => `${name} is not explained`),
  ];
}

describe('.env.example', () => {
  const example = read('.env.example');

  it('explains exactly the variables that are read', () => {
    expect(environmentProblems(example, variableNames)).toEqual([]);
  });

  it('is found out when a variable is missing, unknown or unexplained', () => {
    expect(environmentProblems(example, [...variableNames, 'COLOUR'])).toEqual(['COLOUR is missing']);
    expect(environmentProblems(`${example}\n# Of the walls.\n#COLOUR=red`, variableNames)).toEqual([
      'COLOUR is not read',
    ]);
    expect(environmentProblems(example.replace(/^# .*\n(?=#?PORT=)/m, ''), variableNames)).toEqual([
      'PORT is not explained',
    ]);
  });
});

interface Described {
  readonly name: string;
  readonly description?: string | null;
}

/** Everything that a type says by name, and itself. */
function named(type: GraphQLNamedType): [string, Described][] {
  const within = (parent: string, children: readonly Described[]) =>
    children.map((child): [string, Described] => [`${parent}.${child.name}`, child]);
  if (isEnumType(type)) return [[type.name, type], ...within(type.name, type.getValues())];
  if (isInputObjectType(type)) return [[type.name, type], ...within(type.name, Object.values(type.getFields()))];
  if (!isObjectType(type) && !isInterfaceType(type)) return [[type.name, type]];
  const fields = Object.values(type.getFields());
  const inFields = fields.flatMap((field) => within(`${type.name}.${field.name}`, field.args));
  return [[type.name, type], ...within(type.name, fields), ...inFields];
}

// Their names are GraphQL's own.
const roots = ['Query', 'Mutation', 'Subscription'];

/** Names of all types, fields, arguments, enum values and input fields of a schema that nothing is said about. */
function undescribed(sdl: string): string[] {
  return Object.values(buildSchema(sdl).getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
    .flatMap(named)
    .filter(([name, { description }]) => !description && !roots.includes(name))
    .map(([name]) => name);
}

describe('The schema', () => {
  it('describes everything that it names', () => {
    expect(undescribed(printedSchema())).toEqual([]);
  });

  it('is found out when a type, field, argument, enum value or input field is not described', () => {
    const sdl = `
      type Query { "Ones." ones(like: Pattern): [One!]! }
      type One { kind: Kind }
      enum Kind { NEW }
      input Pattern { text: String }`;
    expect(undescribed(sdl).sort()).toEqual(
      ['Kind', 'Kind.NEW', 'One', 'One.kind', 'Pattern', 'Pattern.text', 'Query.ones.like'].sort(),
    );
  });
});

type Versions = Readonly<Record<string, string>>;

/** Dependencies whose version could be another one tomorrow. */
const inexact = (...groups: Versions[]): string[] =>
  groups.flatMap((group) =>
    Object.entries(group)
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      .map(([name, version]) => `${name}: ${version}`),
  );

/** Where a package is installed, according to a lock file. */
const placesOf = (name: string, lock: { packages: object }): string[] =>
  Object.keys(lock.packages).filter((path) => path.endsWith(`node_modules/${name}`));

describe('The dependencies', () => {
  const lock = JSON.parse(read('package-lock.json')) as { packages: object };

  it('have exact versions', () => {
    const { dependencies, devDependencies, overrides } = JSON.parse(read('package.json')) as Record<string, Versions>;
    expect(inexact({ ...dependencies }, { ...devDependencies }, { ...overrides })).toEqual([]);
  });

  it('are found out when a version is a range', () => {
    expect(inexact({ a: '^1.2.3', b: '1.2.3' }, { c: '~1.2.3', d: '2.0.0-rc.4', e: '1.x', f: 'latest' })).toEqual([
      'a: ^1.2.3',
      'c: ~1.2.3',
      'e: 1.x',
      'f: latest',
    ]);
  });

  it('run no scripts when they are installed, and fit the version of Node.js', () => {
    const settings = read('.npmrc').split('\n');
    // The one setting that every npm honours; `npm start` and `npm test` run in spite of it.
    expect(settings).toContain('ignore-scripts=true');
    expect(settings).toContain('engine-strict=true');
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Versions };
    expect(Object.keys(scripts).filter((name) => /^(pre|post)|install|prepare/.test(name))).toEqual([]);
  });

  it('are without pg-native, which TypeORM would take instead of pg without a word', () => {
    expect(placesOf('pg-native', lock)).toEqual([]);
    expect(existsSync('node_modules/pg-native')).toBe(false);
  });

  it('are found out when pg-native comes along', () => {
    const packages = { ...lock.packages, 'node_modules/pg/node_modules/pg-native': {} };
    expect(placesOf('pg-native', { packages })).toEqual(['node_modules/pg/node_modules/pg-native']);
  });
});
