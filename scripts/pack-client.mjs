import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Packs `ticketing-gateway/client` alone, by the same name: whoever calls the gateway needs none of the packages that it runs on.
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ticketing-client-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

const read = (...path) => JSON.parse(readFileSync(join(root, ...path), 'utf8'));
const run = (command, ...args) => {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
};

const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
run(process.execPath, tsc, '-p', join(root, 'tsconfig.client.json'), '--outDir', folder);
const { name, version, license, dependencies } = read('package.json');
const { peerDependencies } = read('node_modules', 'graphql-ws', 'package.json');
const manifest = {
  name,
  version,
  description: 'Follows the ticketing gateway live and resumes where it was.',
  license,
  type: 'module',
  sideEffects: false,
  exports: { './client': { types: './index.d.ts', default: './index.js' } },
  peerDependencies: { graphql: peerDependencies.graphql, 'graphql-ws': `^${dependencies['graphql-ws']}` },
};
writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
run('npm', 'pack', folder, ...process.argv.slice(2));
