/**
 * @jest-environment node
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A web application that has the gateway's folder and graphql-ws among its packages, and nothing else. */
const folder = mkdtempSync(join(tmpdir(), 'ticketing-web-'));
beforeAll(() => {
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(resolve('.'), join(folder, 'node_modules', 'ticketing-gateway'));
  symlinkSync(resolve('node_modules', 'graphql-ws'), join(folder, 'node_modules', 'graphql-ws'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const built = join('dist', 'src', 'client');

it('is there with its types for whoever writes for browsers', () => {
  writeFileSync(
    join(folder, 'page.ts'),
    `import { createClient } from 'graphql-ws';
    import { ResumableError, resumable, type Resumable } from 'ticketing-gateway/client';
    export const live: Resumable = resumable({ createClient, url: 'wss://x.example.com/graphql', token: async () => '' });
    export const codeOf = (error: unknown): string => (error instanceof ResumableError ? error.code : document.title);`,
  );
  const compilerOptions = { strict: true, noEmit: true, module: 'preserve', lib: ['es2022', 'dom'], types: [] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  const tsc = resolve('node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
});

it('loads nothing but its own files', () => {
  const files = readdirSync(built).filter((name) => name.endsWith('.js'));
  expect(files).toContain('index.js');
  const imported = files.flatMap((name) => {
    const text = readFileSync(join(built, name), 'utf8');
    return [...text.matchAll(/\bfrom '([^']+)'|\bimport\(?\s*'([^']+)'/g)].map(([, from, bare]) => from ?? bare);
  });
  expect(imported.filter((name) => !files.includes(String(name).replace('./', '')))).toEqual([]);
  const script = `console.log(Object.keys(await import('ticketing-gateway/client')).sort().join())`;
  const options = ['--input-type=module', '--eval', script];
  const printed = execFileSync(process.execPath, options, { cwd: folder, encoding: 'utf8' });
  expect(printed.trim()).toBe('EndCode,ResumableError,resumable');
});
