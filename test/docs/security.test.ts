/** @jest-environment node */
import { existsSync, readFileSync } from 'node:fs';

const security = readFileSync('SECURITY.md', 'utf8');

/** Tests that a text names and that are not where it says. */
function missing(text: string): string[] {
  const named = [...text.matchAll(/^- `(test\/[\w/.-]+)`: (.+)$/gm)];
  return named
    .filter(([, path = '', name = '']) => !existsSync(path) || !readFileSync(path, 'utf8').includes(name))
    .map(([line]) => line);
}

it('SECURITY.md names tests that there are', () => {
  expect(security.match(/^- `test\//gm)?.length).toBeGreaterThan(20);
  expect(missing(security)).toEqual([]);
});

it('is found out when it names another', () => {
  const lines = ['- `test/ops/logs.test.ts`: tells everything', '- `test/ops/nothing.test.ts`: x'];
  expect(missing(lines.join('\n'))).toEqual(lines);
});
