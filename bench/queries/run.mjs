import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { interrupt } from '../server.mjs';
import { connect, openCluster } from './cluster.mjs';
import { compare } from './compare.mjs';
import { contenders } from './contenders/index.mjs';
import { fill, withCopy } from './data.mjs';
import { describe, describeMachine, summarise } from './report.mjs';

const { values } = parseArgs({
  options: {
    tickets: { type: 'string', default: '100000' },
    /** The gateway and the ceiling alone, on more and more tickets. */
    growth: { type: 'boolean', default: false },
    sizes: { type: 'string', default: '10000,100000,1000000' },
    /** Folder of the server, which is kept. */
    data: { type: 'string' },
    only: { type: 'string' },
    rounds: { type: 'string', default: '7' },
    requests: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '8' },
    json: { type: 'string' },
  },
});

const root = fileURLToPath(new URL('../..', import.meta.url));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, interrupt);

/** The gateway and the textbook are TypeScript. */
function compile() {
  const stdio = ['ignore', 2, 2];
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio });
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', join(root, 'bench')], { stdio });
}

async function openServer(onStart) {
  if (process.env.BENCH_DATABASE_URL) return process.env.BENCH_DATABASE_URL;
  const cluster = await openCluster(values.data);
  onStart(() => cluster.stop());
  return cluster.url;
}

/** Runs the work, and ends what it has started, the last first. */
async function ending(work) {
  const ends = [];
  try {
    return await work((end) => ends.push(end));
  } finally {
    while (ends.length > 0) await ends.pop()();
  }
}

async function runAll(server, onStart) {
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-files-'));
  onStart(() => rm(dataDir, { recursive: true }));
  const all = values.growth ? ['gateway', 'ceiling'] : Object.keys(contenders);
  const options = {
    // The others are compared with the ceiling.
    names: all.filter((name) => name === 'ceiling' || !values.only || values.only.split(',').includes(name)),
    isReadOnly: values.growth,
    rounds: Number(values.rounds),
    connections: Number(values.connections),
    count: Number(values.requests),
    ms: Number(values.seconds) * 1_000,
    dataDir,
  };
  const rows = [];
  const servers = [];
  for (const tickets of (values.growth ? values.sizes : values.tickets).split(',').map(Number)) {
    const filled = await fill(server, tickets);
    const on = (database) => ending((onEach) => compare(server, database, { ...options, onStart: onEach }));
    const found = await (values.growth ? on(filled) : withCopy(server, filled, on));
    rows.push(...found.rows.map((row) => ({ tickets, ...row })));
    servers.push(...found.servers.map((one) => ({ tickets, ...one })));
  }
  return { rows: summarise(rows), servers };
}

compile();
await ending(async (onStart) => {
  const server = await openServer(onStart);
  const found = await runAll(server, onStart);
  const client = await connect(server);
  const machine = await describeMachine(client);
  await client.end();
  const date = new Date().toISOString().slice(0, 10);
  console.log(`${machine}; ${date}\n\n${describe(found)}`);
  if (values.json) await writeFile(values.json, `${JSON.stringify({ machine, date, ...found }, null, 2)}\n`);
});
