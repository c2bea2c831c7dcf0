import { createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedEngineError } from './error.js';

const PREFIX = '.lock-';
const PROBE_MS = 1000;
// 104 bytes on macOS and 108 on Linux hold a socket's path with its closing zero.
const MAX_SOCKET_PATH = 100;

interface Place {
  folder: string;
  prefix: string;
  leave: () => void;
}

interface Rival {
  pid: number;
  name: string;
  holding: boolean;
}

/** Tells the lock's own files from those of the database. */
export function isLockFile(name: string): boolean {
  return name.startsWith(PREFIX);
}

/**
 * Takes a folder for this process until the returned function is called or the process dies, however it dies;
 * throws `EmbeddedEngineError` with the holder's pid when another one has it. `dir` must be a real path.
 */
export async function lockFolder(dir: string): Promise<() => void> {
  return process.platform === 'win32' ? lockByPipe(dir) : lockBySocket(dir);
}

/**
 * Every contender listens on a socket of its own, never used again, and only then looks for others: of two contenders
 * at least one sees the other. A socket that nobody answers is left from a dead process and can be removed by anybody.
 */
async function lockBySocket(dir: string): Promise<() => void> {
  const place = placeOf(dir);
  const own = `${place.prefix}${process.pid}-${randomBytes(6).toString('hex')}`;
  let holding = false;
  const server = await listen(join(place.folder, own), () => (holding ? 'holding' : 'claiming'));
  const release = (): void => {
    server.close();
    place.leave();
  };
  try {
    for (;;) {
      const rivals = await livingRivals(place, own);
      const winner = rivals.find((rival) => rival.holding || rival.name < own);
      if (winner) throw refusal(dir, `process ${winner.pid}`);
      if (rivals.length === 0) break;
    }
  } catch (error) {
    release();
    throw error;
  }
  holding = true;
  return release;
}

async function lockByPipe(dir: string): Promise<() => void> {
  const path = `\\\\.\\pipe\\ticketing-gateway-${hash(dir.toLowerCase())}`;
  try {
    const server = await listen(path, () => String(process.pid));
    return () => void server.close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const pid = await ask(path);
    throw refusal(dir, pid ? `process ${pid}` : 'another process');
  }
}

function refusal(dir: string, holder: string): EmbeddedEngineError {
  return new EmbeddedEngineError(`The data folder ${dir} is in use by ${holder}; only one process can open it.`);
}

function placeOf(dir: string): Place {
  const longest = join(dir, `${PREFIX}4194304-${'0'.repeat(12)}`);
  if (Buffer.byteLength(longest) <= MAX_SOCKET_PATH) return { folder: dir, prefix: PREFIX, leave: () => undefined };
  if (process.platform === 'linux') {
    const fd = openSync(dir, 'r');
    return { folder: `/proc/self/fd/${fd}`, prefix: PREFIX, leave: () => closeSync(fd) };
  }
  return { folder: tmpdir(), prefix: `gateway-${hash(dir)}-`, leave: () => undefined };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

async function livingRivals({ folder, prefix }: Place, own: string): Promise<Rival[]> {
  const rivals: Rival[] = [];
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix) || name === own) continue;
    const answer = await ask(join(folder, name));
    if (answer === 'nobody') rmSync(join(folder, name), { recursive: true, force: true });
    else rivals.push({ pid: Number.parseInt(name.slice(prefix.length)), name, holding: answer !== 'claiming' });
  }
  return rivals;
}

function listen(path: string, answer: () => string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      // A contender that is gone before it has its answer needs none.
      socket.on('error', () => socket.destroy());
      socket.end(answer());
    });
    server.once('error', reject);
    server.listen(path, () => resolve(server));
  });
}

/** What the process behind a socket says; `nobody` if there is none, empty if it is there but too busy to answer. */
function ask(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (answer: string): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(PROBE_MS, () => settle(''));
    socket.once('data', (data) => settle(data.toString()));
    // It was there and is about to go: the next look will tell.
    socket.once('end', () => settle('claiming'));
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => {
      if (code === 'ECONNRESET') settle('claiming');
      else settle(['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'].includes(code) ? 'nobody' : '');
    });
  });
}
