/** @jest-environment node */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { variableNames } from '../../src/variables.js';

const read = (path: string): string => readFileSync(path, 'utf8');
const dockerfile = read('Dockerfile');
const compose = read('compose.yaml');
const all = (text: string, form: RegExp): string[] => [...text.matchAll(form)].map(([, found = '']) => found);

/** What the linter of compose files says of one; empty where it has nothing to say. */
function composeProblems(path: string): string {
  const linter = join('node_modules', 'dclint', 'bin', 'dclint.cjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [linter, path, '--max-warnings', '0'], {
    encoding: 'utf8',
  });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

describe('The Dockerfile', () => {
  it('has nothing that its linter finds wrong, and wrong ones are found', () => {
    expect(validate(dockerfile)).toEqual([]);
    expect(validate(dockerfile.replace('EXPOSE 4000', 'EXPOSE http'))).toHaveLength(1);
    expect(validate(dockerfile.replace('USER node', 'USRE node'))).toHaveLength(1);
  });

  it('builds and runs on one version of Node.js, which the package allows, as a user without rights', () => {
    const [build, ...others] = all(dockerfile, /^FROM (\S+)/gm);
    expect(others).toEqual([build]);
    const [, major = '0'] = /^node:(\d+)-/.exec(build ?? '') ?? [];
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    const [, least = ''] = /^>=(\d+)/.exec(engines.node) ?? [];
    expect(Number(major)).toBeGreaterThan(Number(least));
    expect(all(dockerfile, /^USER (\S+)/gm)).toEqual(['node']);
  });

  it('copies what the build reads, which .dockerignore lets through', () => {
    const copied = all(dockerfile, /^COPY (?!--from)(.+) \S+$/gm).flatMap((sources) => sources.split(' '));
    for (const path of copied) expect([path, existsSync(path)]).toEqual([path, true]);
    expect(all(read('.dockerignore'), /^!(.+)$/gm).sort()).toEqual(copied.sort());
    const [, inputs = ''] = /const inputs = \[([^\]]*)\]/.exec(read('scripts/build.mjs')) ?? [];
    expect(copied).toEqual(expect.arrayContaining(all(inputs, /'([^']+)'/g)));
  });
});

describe('compose.yaml', () => {
  it('has nothing that its linter finds wrong, and wrong ones are found', () => {
    expect(composeProblems('compose.yaml')).toBe('');
    const folder = mkdtempSync(join(tmpdir(), 'compose-'));
    const path = join(folder, 'compose.yaml');
    writeFileSync(path, compose.replace('read_only: true', 'read_onyl: true'));
    expect(composeProblems(path)).toContain('must NOT have additional properties');
    rmSync(folder, { recursive: true });
  });

  it('names the gateways, their port and the files as the Dockerfile and the configuration of nginx do', () => {
    const servers = all(read('deploy/nginx.conf'), /^ {2}server (\S+) max_fails/gm);
    const [port = ''] = all(dockerfile, /^EXPOSE (\d+)$/gm);
    expect(dockerfile).toContain(`PORT=${port}`);
    expect(servers).toEqual(['gateway-a', 'gateway-b'].map((name) => `${name}:${port}`));
    for (const server of servers) expect(compose).toContain(`\n  ${server.split(':')[0]}:\n`);
    expect(compose).toContain('./deploy/nginx.conf:/etc/nginx/conf.d/default.conf:ro');
    expect(read('deploy/nginx.conf')).toContain('ssl_certificate /etc/nginx/tls/');
    expect(compose).toContain('./tls:/etc/nginx/tls:ro');
    const [trusted] = all(compose, /TRUSTED_PROXIES: (\S+)/g);
    expect(compose).toMatch(new RegExp(`\\n  nginx:\\n(?: {4}.*\\n)*? {8}ipv4_address: ${trusted}\\n`));
  });

  it('sets variables that the gateway reads', () => {
    const [, block = ''] = /x-gateway: &gateway\n[^]*? environment:\n((?: {4}.*\n)+)/.exec(compose) ?? [];
    const names = all(block, /^ {4}([A-Z_]+):/gm);
    expect(names).toContain('DATABASE_URL');
    expect(names.filter((name) => !variableNames.some((known) => known === name))).toEqual([]);
  });
});
