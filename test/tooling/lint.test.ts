/**
 * @jest-environment node
 */
import { existsSync, readdirSync } from 'node:fs';
import { ESLint, type Linter } from 'eslint';

// Not by `import()`, as ESLint would do it: jest does not offer that.
const { default: baseConfig, floors } = jest.requireActual<{ default: Linter.Config[]; floors: string[][] }>(
  '../../eslint.config.js',
);
const eslint = new ESLint({ overrideConfigFile: true, baseConfig });
const floorsRule = 'import-x/no-restricted-paths';
/** Asks that rule alone, which needs no types. */
const floorsOnly = new ESLint({
  overrideConfigFile: true,
  baseConfig,
  overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
  ruleFilter: ({ ruleId }) => ruleId === floorsRule,
});

/** The rules that a text breaks in place of a file, which has to exist for its types to be known. */
async function brokenRules(filePath: string, ...lines: string[]): Promise<(string | null)[]> {
  return brokenRulesOf(eslint, filePath, lines);
}

async function brokenRulesOf(linter: ESLint, filePath: string, lines: string[]): Promise<(string | null)[]> {
  if (!existsSync(filePath)) throw new Error(`${filePath} is gone: choose another file`);
  const [result] = await linter.lintText(`${lines.join('\n')}\n`, { filePath });
  return result?.messages.map(({ ruleId }) => ruleId) ?? [];
}

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
const standsOn = (floor: string) => (path: string) => path === floor || path.startsWith(`${floor}/`);
const fileOn = (floor: string): string => sources.find(standsOn(floor)) ?? `a file on ${floor}`;
/** How a file of `src` imports another. */
const reach = (from: string, to: string): string =>
  `import '${'../'.repeat(from.split('/').length - 1) || './'}${to.replace(/\.ts$/, '.js')}';`;

// The first text makes ESLint read the whole project.
jest.setTimeout(60_000);

it('finds nothing in a text that keeps every rule', async () => {
  const text = ['/** Makes a text shorter. */', 'export const shorten = (text: string): string => text.slice(0, 9);'];
  expect(await brokenRules('src/services/text.ts', ...text)).toEqual([]);
});

describe('The floors', () => {
  it('have a place for every file of src', () => {
    const homeless = sources.filter((path) => !floors.flat().some((floor) => standsOn(floor)(path)));
    expect(homeless).toEqual([]);
  });

  const upwards = floors
    .slice(1)
    .flatMap((floor, above) => floor.flatMap((lower) => (floors[above] ?? []).map((upper) => [lower, upper] as const)));

  it.each(upwards)('keep %s from importing %s', async (lower, upper) => {
    const [from, to] = [fileOn(lower), fileOn(upper)];
    expect(await brokenRulesOf(floorsOnly, `src/${from}`, [reach(from, to)])).toEqual([floorsRule]);
  });

  it('keep neighbours apart', async () => {
    const found = await brokenRules('src/http/server.ts', "import '../ws/socket-server.js';");
    expect(found).toEqual([floorsRule]);
  });

  it('keep tests out of src', async () => {
    const found = await brokenRules('src/app.ts', "import '../test/support/gateway.js';");
    expect(found).toContain(floorsRule);
  });
});

describe('Imports', () => {
  it('never go round in a circle', async () => {
    expect(await brokenRules('src/entities/topic.ts', "import './index.js';")).toEqual(['import-x/no-cycle']);
  });

  it('of what serves as a type alone say so', async () => {
    const text = ["import { Topic } from './topic.js';", '/** Makes none. */', 'export const none: Topic[] = [];'];
    expect(await brokenRules('src/entities/state.ts', ...text)).toEqual(['@typescript-eslint/consistent-type-imports']);
  });

  it('never reach into the files of graphql', async () => {
    const found = await brokenRules('src/graphql/limits.ts', "import 'graphql/validation/index.mjs';");
    expect(found).toEqual(['no-restricted-imports']);
  });

  it('of a policy are pure, but for types of the database', async () => {
    const rule = '@typescript-eslint/no-restricted-imports';
    const policy = (line: string) => brokenRules('src/policies/score.ts', line);
    expect(await policy("import 'node:fs';")).toEqual([rule]);
    expect(await policy("export { parameters } from '../db/database.js';")).toEqual([rule]);
    expect(await policy("export type { Bind } from '../db/database.js';")).toEqual([]);
  });

  it('of the client are types, but for its own files', async () => {
    const client = (line: string) => brokenRules('src/client/backoff.ts', line);
    expect(await client("import 'graphql-ws';")).toEqual(['@typescript-eslint/no-restricted-imports']);
    expect(await client("export type { Client } from 'graphql-ws';")).toEqual([]);
    expect(await client("import '../errors.js';")).toEqual(['import-x/no-restricted-paths']);
  });

  it('of a migration are typeorm and other migrations', async () => {
    const migration = (line: string) => brokenRules('migrations/index.ts', line);
    expect(await migration("import '../src/entities/topic.js';")).toEqual(['no-restricted-imports']);
    expect(await migration("import 'node:fs';")).toEqual(['no-restricted-imports']);
    expect(await migration("import 'typeorm';")).toEqual([]);
  });
});

describe('The environment', () => {
  it('is read by main.ts alone', async () => {
    expect(await brokenRules('src/config.ts', 'console.log(process.env);')).toEqual(['no-restricted-properties']);
    expect(await brokenRules('src/main.ts', 'console.log(process.env);')).toEqual([]);
  });

  it('can not be had by a detour either', async () => {
    expect(await brokenRules('src/config.ts', 'const { env } = process;', 'console.log(env);')).toEqual([
      'no-restricted-properties',
    ]);
    expect(await brokenRules('src/config.ts', "import 'node:process';")).toEqual(['no-restricted-imports']);
  });
});

describe('Types', () => {
  it('are never any', async () => {
    const text = ['/** Says it. */', 'export const say = (text: any): void => console.log(text);'];
    expect(await brokenRules('src/logger.ts', ...text)).toEqual(['@typescript-eslint/no-explicit-any']);
  });

  it('tell a promise that nobody waits for', async () => {
    expect(await brokenRules('src/logger.ts', 'Promise.resolve();')).toEqual([
      '@typescript-eslint/no-floating-promises',
    ]);
  });

  it('tell a promise where its outcome is ignored', async () => {
    expect(await brokenRules('src/logger.ts', 'setTimeout(() => Promise.reject(new Error()), 1);')).toEqual([
      '@typescript-eslint/no-misused-promises',
    ]);
  });
});

describe('Every exported declaration has a JSDoc comment', () => {
  it.each([
    ['a constant', ['export const one = 1;']],
    ['a function', ['// Makes one.', 'export function one(): number {', '  return 1;', '}']],
    ['a type', ['/* One. */', 'export type One = 1;']],
    ['a class with a decorator', ["import { Entity } from 'typeorm';", "@Entity('ones')", 'export class One {}']],
  ])('unlike %s', async (_, text) => {
    expect(await brokenRules('src/entities/topic.ts', ...text)).toEqual(['local/documented-exports']);
  });

  it('like a class with one above its decorators', async () => {
    const text = ["import { Entity } from 'typeorm';", '/** One. */', "@Entity('ones')", 'export class One {}'];
    expect(await brokenRules('src/entities/topic.ts', ...text)).toEqual([]);
  });
});

describe('Length', () => {
  const lines = (count: number) => Array.from({ length: count }, () => '// A line.');

  it('ends at 250 lines in src', async () => {
    expect(await brokenRules('src/logger.ts', ...lines(251))).toEqual(['max-lines']);
    expect(await brokenRules('src/logger.ts', ...lines(250))).toEqual([]);
  });

  it('ends at 400 lines in tests', async () => {
    expect(await brokenRules('test/support/listener.ts', ...lines(401))).toEqual(['max-lines']);
    expect(await brokenRules('test/support/listener.ts', ...lines(400))).toEqual([]);
  });

  it("ends at 10 lines in a resolver's method, whatever its parameters and the constructor take", async () => {
    const resolver = (parameters: string[], body: string[]) => [
      '/** Resolves. */',
      'export class Resolver {',
      ...['  constructor() {', ...body, '  }'],
      ...['  resolve(', ...parameters, '  ): void {', ...body, '  }'],
      '}',
    ];
    const file = 'src/graphql/node/node.resolver.ts';
    expect(await brokenRules(file, ...resolver([], lines(9)))).toEqual(['local/short-methods']);
    expect(await brokenRules(file, ...resolver(lines(20), lines(8)))).toEqual([]);
  });
});
