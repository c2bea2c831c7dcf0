import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = join(root, 'dist');
const stamp = join(output, '.built');
const inputs = ['src', 'migrations', 'scripts/build.mjs', 'tsconfig.json', 'tsconfig.client.json', 'package-lock.json'];

/** The program, the thread of its embedded engine, and what tests and benchmarks use of it: all by name in `dist`. */
const entries = [
  'main.ts',
  'db/embedded/worker.ts',
  'db/embedded/engine.ts',
  'db/data-source.ts',
  'db/job-tables.ts',
  'policies/visibility.ts',
  'logger.ts',
];

/**
 * Packages that every start loads: out of one file that takes a quarter of the time that their two thousand files do. A package that is
 * no ES module has nothing but a default export for whoever imports it later on, as TypeGraphQL would do with a class-validator of its own.
 */
const bundled = [
  '@apollo/server',
  'class-validator',
  'commander',
  'content-disposition',
  'cors',
  'csv-stringify',
  'dataloader',
  'graphql',
  'graphql-scalars',
  'graphql-ws',
  'helmet',
  'jose',
  'negotiator',
  'pg',
  'pino',
  'proxy-addr',
  'rate-limiter-flexible',
  'reflect-metadata',
  'type-graphql',
  'typeorm',
  'ws',
];

/** Newest modification time, in milliseconds, of a file or of all that a folder holds. */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Classes of ours that got another name, because two had the same, or one names itself: TypeORM, TypeGraphQL and the log tell classes by their names. */
function renamed(text) {
  const modules = text.split(/^\/\/ (?=\S+\.[cm]?[jt]s$)/m).filter((module) => /^(src|migrations)\//.test(module));
  return modules.flatMap((module) => {
    const source = readFileSync(join(root, module.split('\n', 1)[0]), 'utf8');
    const isDeclared = (name) => source.includes(`class ${name} `) || source.includes(`class ${name}<`);
    return [...module.matchAll(/^(?:var|let|const) (\w+) = class(?: (_\w+))?(?: extends (\w+))?/gm)]
      .filter(([, name, own, base = '']) => !isDeclared(name) || (own && base.endsWith('Error')))
      .map(([, name, own]) => own ?? name);
  });
}

async function buildProgram(outdir) {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  // What is built already starts without it.
  const { build: bundle } = await import('esbuild');
  const { outputFiles } = await bundle({
    absWorkingDir: root,
    entryPoints: entries.map((entry) => `src/${entry}`),
    outdir,
    entryNames: '[name]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    sourcesContent: false,
    write: false,
    logLevel: 'warning',
    // Otherwise graphql looks at each type twice, for whoever has not set it.
    define: { 'process.env.NODE_ENV': '"production"' },
    external: ['pg-native', ...Object.keys(dependencies).filter((name) => !bundled.includes(name))],
    // By its ES module, all names of TypeORM would come twice, and its errors would be called `QueryFailedError2`.
    alias: { typeorm: './node_modules/typeorm/index.js' },
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`,
    },
  });
  const others = outputFiles.filter(({ path }) => path.endsWith('.js')).flatMap(({ text }) => renamed(text));
  if (others.length > 0)
    throw new Error(`these classes would have other names than in the sources: ${others.join(', ')}`);
  mkdirSync(outdir, { recursive: true });
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
}

/** Compiles the client and its types. Those of the rest are checked by `npm run lint`: whoever only wants to start need not wait for it. */
async function buildClient(outdir) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = ['-p', join(root, 'tsconfig.client.json'), '--noCheck', '--outDir', join(outdir, 'client')];
  const [code] = await once(spawn(process.execPath, [tsc, ...options], { stdio: ['ignore', 2, 2] }), 'exit');
  if (code !== 0) throw new Error(`tsc ended with ${code}.`);
}

/** Makes `dist` of `src`, `migrations` and the packages, unless that was done since their last change; exits with 1 when it fails. */
export async function build() {
  const startedAt = new Date();
  const changedAt = Math.max(...inputs.map((input) => newest(join(root, input))));
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= changedAt) return;
  process.stderr.write('Building (a few seconds, only after a change) ... ');
  // What is running from the old output goes on until the new one is whole.
  const fresh = `${output}-${process.pid}`;
  try {
    // Neither goes on writing when the other has failed.
    const ends = await Promise.allSettled([buildProgram(fresh), buildClient(fresh)]);
    for (const { reason } of ends) if (reason) throw reason;
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    process.stderr.write(`failed: ${error.message}\n`);
    process.exit(1);
  }
  rmSync(output, { recursive: true, force: true });
  renameSync(fresh, output);
  writeFileSync(stamp, '');
  utimesSync(stamp, startedAt, startedAt);
  process.stderr.write(`done in ${((Date.now() - startedAt.getTime()) / 1000).toFixed(1)} s.\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
