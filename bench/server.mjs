import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const probe = fileURLToPath(new URL('./probe.mjs', import.meta.url));
const children = new Set();
const expected = new WeakSet();
let isInterrupted = false;

/** Runs a program that does not outlive the bench. */
export function run(program, args, options) {
  if (isInterrupted) throw new Error('interrupted');
  const child = spawn(program, args, options);
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Ends everything that runs and lets nothing more begin: whoever waits for it fails, and cleans up. */
export function interrupt() {
  isInterrupted = true;
  for (const child of children) child.kill('SIGTERM');
}
process.once('exit', interrupt);

/** Runs a server in a process of its own, as in production, until it says where it listens. */
export async function start(script, { args = [], env = {}, node = process.execPath } = {}) {
  const flags = process.env.SERVER_FLAGS?.split(' ') ?? [];
  const child = run(node, [...flags, '--import', probe, fileURLToPath(script), ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  let output = '';
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => {
      output += text;
      const found = /http:\/\/\S+/.exec(output);
      if (found) resolve(found[0]);
    });
    child.once('exit', (code, signal) => {
      if (expected.has(child)) return;
      const message = `${script} ended with ${code ?? signal}:\n${output}`;
      reject(new Error(message));
      // Once it listens nobody waits for this any more, but has to know.
      if (output.includes('http://')) console.error(message);
    });
  });
  return { child, url };
}

/** Ends a server and waits until it is gone. */
export async function stop({ child }) {
  expected.add(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** What the probe in a server's process answers. */
export async function askProbe({ child }, question) {
  child.send(question);
  return (await once(child, 'message'))[0];
}
