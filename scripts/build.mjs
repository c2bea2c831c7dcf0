import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = join(root, 'dist');
const stamp = join(output, '.built');
const inputs = [
  'src',
  'migrations',
  'tsconfig.json',
  'tsconfig.build.json',
  'tsconfig.client.json',
  'package-lock.json',
];

/** Newest modification time, in milliseconds, of a file or of all that a folder holds. */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Compiles `src` and `migrations` into `dist`, with the client's types, unless that was done since their last change; exits with tsc's code when it fails. */
export function build() {
  const startedAt = new Date();
  const changedAt = Math.max(...inputs.map((input) => newest(join(root, input))));
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= changedAt) return;
  process.stderr.write('Building (a few seconds, only after a change) ... ');
  // What is running from the old output goes on until the new one is whole.
  const fresh = `${output}-${process.pid}`;
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  // Types are checked by `npm run lint`: whoever only wants to start need not wait for it.
  for (const project of ['tsconfig.build.json', 'tsconfig.client.json']) {
    const options = ['-p', join(root, project), '--noCheck', '--outDir', fresh];
    const { status } = spawnSync(process.execPath, [tsc, ...options], { stdio: ['ignore', 2, 2] });
    if (status === 0) continue;
    rmSync(fresh, { recursive: true, force: true });
    process.exit(status ?? 1);
  }
  rmSync(output, { recursive: true, force: true });
  renameSync(fresh, output);
  writeFileSync(stamp, '');
  utimesSync(stamp, startedAt, startedAt);
  process.stderr.write(`done in ${((Date.now() - startedAt.getTime()) / 1000).toFixed(1)} s.\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
