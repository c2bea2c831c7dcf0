/**
 * @jest-environment node
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type EmbeddedEngine, EmbeddedEngineError, openEmbedded } from '../../src/db/embedded/engine.js';
import { cleanUp, connect, open, temporaryFolder } from './support.js';

interface Word {
  row?: number;
  error?: string;
}

const parent = mkdtempSync(join(tmpdir(), 'embedded-'));
const made = join(parent, 'папка с пробелом', 'data');
const onFirstStart = jest.fn();
const children: ChildProcess[] = [];

beforeAll(async () => {
  const engine = await openEmbedded({ dir: made, onFirstStart });
  await engine.close();
}, 60_000);

afterAll(() => rmSync(parent, { recursive: true }));

afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  await cleanUp();
});

function start(dir: string): { child: ChildProcess; words: AsyncIterator<string> } {
  const child = spawn(process.execPath, [join(__dirname, 'holder.mjs'), dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return { child, words: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

async function nextWord(words: AsyncIterator<string>): Promise<Word | undefined> {
  const next = await words.next();
  return next.done ? undefined : (JSON.parse(next.value) as Word);
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function filled(dir: string): string {
  cpSync(made, dir, { recursive: true });
  return dir;
}

async function refusal(dir: string): Promise<EmbeddedEngineError> {
  const error: unknown = await open({ dir }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(EmbeddedEngineError);
  expect((error as Error).message).toContain(dir);
  return error as EmbeddedEngineError;
}

async function answers(engine: EmbeddedEngine): Promise<void> {
  expect((await (await connect(engine)).query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
}

describe('A data folder', () => {
  it('is made with its parents, says once that it is new and is closed to other users', async () => {
    expect(onFirstStart).toHaveBeenCalledTimes(1);
    expect(statSync(made).mode & 0o777).toBe(0o700);
    const dir = filled(temporaryFolder());
    chmodSync(dir, 0o755);
    await answers(await open({ dir, onFirstStart }));
    expect(onFirstStart).toHaveBeenCalledTimes(1);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
  });

  it('that is open is refused, naming the process that has it, until it is closed', async () => {
    const dir = filled(temporaryFolder());
    const holder = await open({ dir });
    expect((await refusal(dir)).message).toMatch(`in use by process ${process.pid};`);
    expect(await nextWord(start(dir).words)).toEqual({
      error: expect.stringContaining(`process ${process.pid};`) as unknown,
    });
    await answers(holder);
    await holder.close();
    expect(readdirSync(dir).filter((name) => name.startsWith('.lock'))).toEqual([]);
    await answers(await open({ dir }));
  });

  it('whose path is too long for a socket is refused just the same', async () => {
    const dir = filled(join(temporaryFolder(), 'очень-длинное-имя'.repeat(6)));
    await open({ dir });
    expect((await refusal(dir)).message).toContain(`process ${process.pid};`);
  });

  it('whose holder was killed has every acknowledged row and opens for exactly one of several', async () => {
    const dir = filled(temporaryFolder());
    const { child, words } = start(dir);
    let acknowledged = 0;
    const hear = async (): Promise<boolean> => {
      const word = await nextWord(words);
      expect(word?.error).toBeUndefined();
      acknowledged = word?.row ?? acknowledged;
      return word !== undefined;
    };
    while (acknowledged < 50) await hear();
    expect((await refusal(dir)).message).toContain(`process ${child.pid};`);
    await kill(child);
    while (await hear());

    const outcomes = await Promise.allSettled([1, 2, 3].map(() => open({ dir })));
    const opened = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(opened).toHaveLength(1);
    const { rows } = await (await connect(opened[0]!)).query('SELECT count(*)::int AS n, max(id) AS last FROM kept');
    const { n, last } = rows[0] as { n: number; last: number };
    expect(last).toBeGreaterThanOrEqual(acknowledged);
    expect(n).toBe(last);
  });

  it('that a stuck statement ended opens again with its data', async () => {
    const dir = filled(temporaryFolder());
    const died = new Promise<Error>((onDeath) => {
      void open({ dir, statementLimitMs: 200, onDeath }).then(async (engine) => {
        const client = await connect(engine);
        await client.query('CREATE TABLE survivor (id int)');
        await expect(client.query('SELECT pg_sleep(600)')).rejects.toMatchObject({ code: '57P01' });
      });
    });
    expect((await died).message).toContain(dir);
    expect((await (await connect(await open({ dir }))).query('SELECT * FROM survivor')).rows).toEqual([]);
  });

  it('of another PostgreSQL, with other files or with a file in its place is refused and left as it is', async () => {
    const folder = temporaryFolder();
    const [older, foreign, file] = ['older', 'foreign', 'file'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    mkdirSync(older);
    writeFileSync(join(older, 'PG_VERSION'), '15\n');
    mkdirSync(foreign, { mode: 0o755 });
    writeFileSync(join(foreign, 'thesis.txt'), '');
    writeFileSync(file, '');
    expect((await refusal(older)).message).toMatch(/PostgreSQL 15\b.*PostgreSQL 18/);
    expect((await refusal(foreign)).message).toContain('thesis.txt');
    expect((await refusal(file)).message).toContain('a file in its place');
    expect(readdirSync(older)).toEqual(['PG_VERSION']);
    expect(readdirSync(foreign)).toEqual(['thesis.txt']);
    expect(statSync(foreign).mode & 0o777).toBe(0o755);
  });

  it('can start from a dump, but is not overwritten by one', async () => {
    const dir = temporaryFolder();
    const first = await open({ dir: filled(dir) });
    const load = await first.dump();
    await expect(open({ dir: temporaryFolder(), load }).then(answers)).resolves.toBeUndefined();
    await first.close();
    await expect(open({ dir, load })).rejects.toThrow(`${dir} already holds a database`);
  });
});
