import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
/** What `npm start` runs. */
export const starter = join(root, 'scripts', 'start.mjs');
const built = join(root, 'dist', 'main.js');
const children = new Set<ChildProcess>();
const folders: string[] = [];

/** A folder that is gone when the tests are. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ticketing-start-'));
  folders.push(folder);
  return folder;
}

/** Ends what is still running and takes the folders away. */
export async function cleanUp(): Promise<void> {
  for (const child of children) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

/** A gateway as a user starts it: a process with a command line, variables, and what it prints. */
export class Program {
  readonly child: ChildProcess;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string | null>;
  output = '';
  private heard: (() => void) | undefined;

  constructor(variables: Record<string, string>, ...command: string[]) {
    const { PATH = '', HOME = '' } = process.env;
    const script = command[0] === starter ? [] : [built];
    this.child = spawn(process.execPath, [...script, ...command], {
      cwd: root,
      env: { PATH, HOME, PORT: '0', ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(this.child);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (text: Buffer) => {
        this.output += text.toString();
        this.heard?.();
      });
    }
    this.ended = once(this.child, 'close').then(([code, signal]) => {
      children.delete(this.child);
      this.heard?.();
      return (signal ?? code) as string | number;
    });
  }

  /** Waits until it has printed something of the form. */
  async says(form: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = form.exec(this.output);
      if (found) return found;
      if (this.child.exitCode !== null) throw new Error(`it ended before it said ${String(form)}:\n${this.output}`);
      await new Promise<void>((resolve) => (this.heard = resolve));
    }
  }

  /** Waits until it can be used, and returns its endpoint. */
  async ready(): Promise<string> {
    return (await this.says(/Ready in [\d.]+ s: (http:\S+)/))[1] as string;
  }

  /** Asks it to stop and waits until it has. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string | null> {
    this.child.kill(signal);
    return this.ended;
  }
}
