import { cpuOf, median, pause } from '../machine.mjs';
import { askProbe, start, stop } from '../server.mjs';
import { cases } from './cases.mjs';
import { checkAnswers } from './check.mjs';
import { addRole, connect } from './cluster.mjs';
import { contenders } from './contenders/index.mjs';
import { chooseSamples } from './data.mjs';
import { ask, Client } from './load.mjs';
import { Backends } from './meter.mjs';

const starts = 3;
/** For what a request brings about after its answer. */
const settleMs = 100;
const halfLoadMs = 5_000;
const say = (text) => console.error(text);

async function launch(name, env) {
  const { script, args, env: own, node, path = '' } = contenders[name];
  const { child, url } = await start(script, { args, env: { ...own, ...env }, node: node?.() });
  return { child, url: `${url}${path}` };
}

/** Milliseconds from the start of the process to its first answer. */
async function timeToAnswer(name, env, request) {
  const startedAt = performance.now();
  const server = await launch(name, env);
  try {
    await ask(server.url, request);
    return performance.now() - startedAt;
  } finally {
    await stop(server);
  }
}

/** One round, after as many requests to warm up before the first one, and a tenth of them before the others. */
async function measure({ child, url, backends }, requests, { connections, ...limits }, isFirst) {
  // Servers end connections on which nothing is asked while others have their turn.
  const client = new Client(url, connections);
  await client.flood(requests, isFirst ? limits : { count: limits.count / 10, ms: limits.ms / 10 });
  await backends.start();
  const before = cpuOf(child.pid);
  const { answered, ...figures } = await client.flood(requests, limits);
  await pause(settleMs);
  const serverMicros = (cpuOf(child.pid) - before) / answered;
  const databaseMicros = (await backends.stop()) / answered;
  client.close();
  return { serverMicros, databaseMicros, cpuMicros: serverMicros + databaseMicros, ...figures };
}

/** How late the event loop is at half the rate that the server can do, in milliseconds (p99). */
async function loopDelayOf({ child, url }, requests, rps, connections) {
  const client = new Client(url, connections);
  await askProbe({ child }, 'watchLoop');
  await client.pace(requests, { rate: rps / 2, ms: halfLoadMs });
  client.close();
  return askProbe({ child }, 'loopDelay');
}

const rolesOf = (one) => ['agent', 'customer'].filter((role) => one[role]);

/**
 * Starts the named contenders on a database and compares them, round by round in turn: for each query and role the figures of each
 * round, and for each contender how fast it starts and how late its event loop is. `onStart` is told how to end what was started.
 */
export async function compare(server, database, { names, isReadOnly, rounds, dataDir, onStart, ...limits }) {
  const client = await connect(server, database);
  onStart(() => client.end());
  const samples = await chooseSamples(client);
  const lengths = samples.threads.map(({ count }) => count);
  say(`${lengths.length} threads of ${Math.min(...lengths)} to ${Math.max(...lengths)} public comments`);
  const running = new Map();
  const servers = [];
  for (const name of names) {
    await contenders[name].prepare?.(client);
    const role = `bench_${name}`;
    const { url: databaseUrl, drop } = await addRole(client, server, database, role);
    onStart(drop);
    const env = { DATABASE_URL: databaseUrl, DATA_DIR: dataDir };
    const { child, url } = await launch(name, env);
    onStart(() => stop({ child }));
    const session = await contenders[name].open(url, samples);
    const backends = new Backends(client, role);
    running.set(name, { child, url, session, backends });
    const first = session.request('thread', { ...samples.threads[0], viewer: samples.agents[0] });
    const times = [];
    for (let n = 0; n < starts; n++) times.push(await timeToAnswer(name, env, first));
    servers.push({ contender: name, startMs: median(times) });
    say(`${name} is there`);
  }
  const rows = [];
  for (const one of cases.filter(({ writes }) => !writes || !isReadOnly)) {
    for (const role of rolesOf(one)) {
      rows.push(...(await compareOn(client, one, role, { running, samples, rounds, limits })));
    }
  }
  for (const entry of servers) {
    const its = running.get(entry.contender);
    const { rps } = rows.find(({ contender, query }) => contender === entry.contender && query === 'thread');
    const requests = requestsOf(its, cases[0], samples.threads, samples.agents);
    entry.loopDelayP99Ms = await loopDelayOf(its, requests, median(rps), limits.connections);
  }
  return { rows, servers };
}

function requestsOf({ session }, { query }, list, agents) {
  return list.map((sample) => session.request(query, agents ? { ...sample, viewer: agents[0] } : sample));
}

/** One query as one role: for each contender, the figures of all rounds; none for whoever can't answer it. */
async function compareOn(database, one, role, { running, samples, rounds, limits }) {
  const list = one[role](samples);
  const able = new Map();
  for (const [name, its] of running) {
    const isAble = (role === 'agent' || !contenders[name].isFree) && its.session.request(one.query, list[0]);
    if (!isAble) continue;
    await checkAnswers(database, its, running.get('ceiling'), one, list);
    able.set(name, { its, requests: requestsOf(its, one, list), figures: [] });
  }
  const inTurn = [...able.values()];
  for (let round = 0; round < rounds; round++) {
    // Nobody is always the first after a pause, or the one after the heaviest.
    const [first, ...others] = inTurn;
    for (const { its, requests, figures } of inTurn) figures.push(await measure(its, requests, limits, round === 0));
    inTurn.splice(0, inTurn.length, ...others, first);
  }
  say(`${one.name}, ${role}: ${rounds} rounds`);
  return [...running.keys()].map((contender) => {
    const figures = able.get(contender)?.figures ?? [];
    const of = (key) => figures.map((figure) => figure[key]);
    const keys = ['cpuMicros', 'serverMicros', 'databaseMicros', 'rps', 'p50Ms', 'p99Ms'];
    return { contender, query: one.name, role, ...Object.fromEntries(keys.map((key) => [key, of(key)])) };
  });
}
