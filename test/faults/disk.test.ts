import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { announce, fileOf, put, refusalOf } from '../files/support.js';
import { temporaryFolder } from '../lifecycle/process.js';
import { Actor } from '../support/gateway.js';
import { timeFor, trials } from '../support/trials.js';
import { Crowd } from './support/crowd.js';
import { tell } from './support/figures.js';
import { describeOnServer, Pair } from './support/pair.js';

const large = Buffer.alloc(600_000, 'x');
const contentType = { 'content-type': 'text/plain' };
const isRoot = process.getuid?.() === 0;
const run = (program: string, ...options: string[]): unknown => execFileSync(program, options, { stdio: 'pipe' });

/** A way to have no space for 600,000 bytes, and to have it again. */
interface Way {
  readonly name: string;
  /** Before the gateways start. */
  readonly mount: (folder: string) => void;
  readonly fill: (pair: Pair) => void;
  readonly free: (pair: Pair, folder: string) => void;
  readonly unmount: (folder: string) => void;
}

const none = (): void => undefined;
const limitFiles = ({ places }: Pair, limit: string): void => {
  for (const place of places) run('prlimit', `--pid=${place.pid}`, `--fsize=${limit}:`);
};

const ways: Way[] = [
  {
    name: 'a full disk',
    mount: (folder) => {
      run('mount', '-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', folder);
      chmodSync(folder, 0o777);
    },
    fill: none,
    free: (_, folder) => run('mount', '-o', 'remount,size=100m', folder),
    unmount: (folder) => run('umount', '--lazy', folder),
  },
  {
    name: 'a limit to the length of files',
    mount: none,
    fill: (pair) => limitFiles(pair, '400000'),
    free: (pair) => limitFiles(pair, 'unlimited'),
    unmount: none,
  },
];

/** All files that are there, whole or not, with their sizes. */
const filesBelow = (folder: string): number[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => statSync(join(folder, path)))
    .flatMap((found) => (found.isFile() ? [found.size] : []));

if (!isRoot)
  console.warn('Not run without the rights of root: a disk that is full (only a limit to the length of files)');

describeOnServer('uploads that meet', () => {
  it.each(isRoot ? ways : ways.slice(1))(
    '$name, are told to try again, leave nothing behind, and go through once there is space',
    async ({ name, mount, fill, free, unmount }) => {
      const folder = temporaryFolder();
      mount(folder);
      let pair: Pair | undefined;
      try {
        pair = await Pair.open({ STORAGE_URL: `file://${folder}` });
        const crowd = await Crowd.gather(pair.places);
        const people = pair.places.map(({ url }) => new Actor(url, crowd.token('customer')));
        const announced = await Promise.all(people.map((actor) => announce(actor, { size: large.length })));
        fill(pair);
        const rounds = trials(2, 20);
        for (let n = 0; n < rounds; n++) {
          for (const { url } of announced) {
            const refusal = refusalOf(await put(url, large, contentType));
            expect(refusal).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE' });
          }
          expect(filesBelow(folder)).toEqual([]);
        }
        for (const [n, { id }] of announced.entries()) expect((await fileOf(people[n]!, id))?.status).toBe('PENDING');
        free(pair, folder);
        const from = performance.now();
        for (const { url } of announced) expect((await put(url, large, contentType)).status).toBe(204);
        const took = performance.now() - from;
        for (const [n, { id }] of announced.entries()) expect((await fileOf(people[n]!, id))?.status).toBe('READY');
        expect(filesBelow(folder)).toEqual(announced.map(() => large.length));
        const figures = await crowd.leave(pair.url);
        expect([...crowd.troubles]).toEqual([]);
        for (const { output } of pair.places) expect(output).not.toContain('"level":50');
        tell(`uploads meet ${name}`, rounds * announced.length, figures, [took]);
      } finally {
        // The gateways, which are still there, may have it open.
        unmount(folder);
        await pair?.close();
      }
    },
    timeFor(30),
  );
});
