/**
 * @jest-environment node
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const run = (command: string, args: readonly string[], cwd = '.'): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe' }).trim();

/** The one from the other repository installs what `npm run pack:client` makes; the one of this repository links its folder. */
const install = {
  packed: (folder: string) => {
    run('npm', ['run', 'pack:client', '--', '--pack-destination', folder]);
    const [archive] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    // Its peers are among the packages of the gateway, too: nothing has to be fetched.
    run('npm', ['install', '--offline', '--legacy-peer-deps', `./${archive}`], folder);
  },
  linked: (folder: string) => {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(resolve('.'), join(folder, 'node_modules', 'ticketing-gateway'));
  },
};

const page = `
  import { createClient } from 'graphql-ws';
  import { ResumableError, resumable, type Hooks, type Resumable } from 'ticketing-gateway/client';
  export const live: Resumable = resumable({
    createClient,
    url: 'wss://x.example.com/graphql',
    token: async (refused) => (refused ? undefined : ''),
    connectionParams: undefined,
    onRetry: undefined,
  });
  export const hooks: Hooks = { onExpired: undefined };
  export const codeOf = (error: unknown): string => (error instanceof ResumableError ? error.code : document.title);`;

describe.each([
  ['packed', install.packed, ['preserve', 'node16']],
  ['linked', install.linked, ['preserve']],
])('A web application that has the client %s', (_, install, modules) => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ticketing-web-'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    writeFileSync(join(folder, 'page.ts'), page);
    install(folder);
    for (const peer of ['graphql', 'graphql-ws']) {
      symlinkSync(resolve('node_modules', peer), join(folder, 'node_modules', peer));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(modules)('has its types in modules of kind %s, however strict it is', (module) => {
    const strict = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
    const compilerOptions = { ...strict, module, noEmit: true, lib: ['es2022', 'dom'], types: [] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    run(process.execPath, [resolve('node_modules', 'typescript', 'bin', 'tsc'), '-p', folder]);
  });

  it('loads it', () => {
    const script = `console.log(Object.keys(await import('ticketing-gateway/client')).sort().join())`;
    const printed = run(process.execPath, ['--input-type=module', '--eval', script], folder);
    expect(printed).toBe('EndCode,ResumableError,resumable');
  });
});

it('loads nothing but its own files', () => {
  const built = join('dist', 'client');
  const files = readdirSync(built).filter((name) => name.endsWith('.js'));
  expect(files).toContain('index.js');
  const imported = files.flatMap((name) => {
    const text = readFileSync(join(built, name), 'utf8');
    return [...text.matchAll(/\bfrom '([^']+)'|\bimport\(?\s*'([^']+)'/g)].map(([, from, bare]) => from ?? bare);
  });
  expect(imported.filter((name) => !files.includes(String(name).replace('./', '')))).toEqual([]);
});
