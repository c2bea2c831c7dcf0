import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const probe = fileURLToPath(new URL('./probe.mjs', import.meta.url));

/** Runs a server in a process of its own, as in production, until it says where it listens. */
export async function start(script, { args = [], env = {}, node = process.execPath } = {}) {
  const flags = process.env.SERVER_FLAGS?.split(' ') ?? [];
  const child = spawn(node, [...flags, '--import', probe, fileURLToPath(script), ...args], {
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
      const error = new Error(`${script} ended with ${code ?? signal}:\n${output}`);
      // Once it listens nobody waits for this any more, but has to know.
      if (/http:\/\//.test(output)) console.error(error.message);
      reject(error);
    });
  });
  return { child, url };
}

/** Ends a server and waits until it is gone. */
export async function stop({ child }) {
  child.removeAllListeners('exit');
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** What the probe in a server's process answers. */
export async function askProbe({ child }, question) {
  child.send(question);
  return (await once(child, 'message'))[0];
}
