import { deepEqual } from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { contenders } from './contender.mjs';
import { Crowd } from './crowd.mjs';
import { cpuOf, median, pause, quantile, rssOf } from '../machine.mjs';

const { values } = parseArgs({
  options: {
    sockets: { type: 'string', default: '1000,5000' },
    comments: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    database: { type: 'string', default: process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres' },
  },
});
const warmUp = 10;
const writesToWarmUp = 100;
const settleMs = 1_000;

/** Throws unless a copy tells all that was asked for, and tells of what the database holds now. */
function check(copy, body, name) {
  const { comment } = JSON.parse(copy).payload.data.commentAdded;
  const { id, sentAt, author } = comment;
  for (const text of [id, sentAt, author.id]) if (typeof text !== 'string') throw new Error(copy);
  deepEqual(comment, { id, body, sentAt, author: { id: author.id, name }, vote: { score: 1 } });
}

/** What the server's CPU does while something goes on, and shortly after it, in microseconds. */
async function cpuWhile(pid, work) {
  const start = cpuOf(pid);
  await work();
  await pause(100);
  return cpuOf(pid) - start;
}

/** What it takes to write a comment that nobody hears of. */
async function costOfWriting(server, comments) {
  let cpu = 0;
  for (let n = 0; n < writesToWarmUp; n++) await server.say('warm-up');
  for (let n = 0; n < comments; n++) cpu += await cpuWhile(server.pid, () => server.say(`nobody-hears-${n}`));
  return cpu / comments;
}

/** One contender with so many sockets: CPU for each delivery, and how long the slowest hundredth took. */
async function measure(open, sockets, comments) {
  const server = await open(values.database);
  const crowd = new Crowd();
  try {
    const writing = await costOfWriting(server, comments);
    const heldBefore = await server.held();
    const rssBefore = rssOf(server.pid);
    await crowd.open({ ...server.crowd, count: sockets });
    await pause(settleMs);
    const rss = (rssOf(server.pid) - rssBefore) / sockets;
    const held = ((await server.held()) - heldBefore) / sockets;
    const delays = [];
    let cpu = 0;
    let bytes = 0;
    for (let n = -warmUp; n < comments; n++) {
      const text = `comment-${n + warmUp}-of-the-bench`;
      const name = `somebody-${n % 2 === 0 ? 'a' : 'b'}`;
      if (server.isRead) await server.rename(name);
      const arriving = crowd.arrivals(text);
      await pause(50);
      let said;
      let arrived;
      const cost = await cpuWhile(server.pid, async () => {
        said = performance.timeOrigin + performance.now();
        await server.say(text);
        arrived = await arriving;
      });
      const { times, copy } = arrived;
      if (server.isRead) check(copy, text, name);
      bytes = Buffer.byteLength(copy);
      if (n < 0) continue;
      cpu += cost;
      delays.push(...times.map((time) => time - said));
    }
    const fanOut = (cpu / comments - writing) / sockets;
    return { cpu: cpu / (comments * sockets), fanOut, writing, p99: quantile(delays, 0.99), rss, held, bytes };
  } finally {
    await crowd.close();
    await server.stop();
  }
}

const names = Object.keys(contenders).filter((name) => !values.only || values.only.split(',').includes(name));
const results = new Map();
for (let round = 0; round < Number(values.rounds); round++) {
  for (const sockets of values.sockets.split(',').map(Number)) {
    // Round by round, so that what else the machine does falls on all alike.
    for (const name of names) {
      const result = await measure(contenders[name], sockets, Number(values.comments));
      const key = `${name} ${sockets}`;
      results.set(key, [...(results.get(key) ?? []), { name, sockets, ...result }]);
      console.error(`round ${round + 1}: ${key}`, result);
    }
  }
}
console.log(
  '| | sockets | CPU µs a delivery | without writing | CPU ms to write | p99 ms | KB RSS a subscriber | KB held | bytes a frame |',
);
console.log(`|${' --- |'.repeat(9)}`);
for (const rows of results.values()) {
  const { name, sockets, bytes } = rows[0];
  const of = (figure, digits, unit = 1) => (median(rows.map((row) => row[figure])) / unit).toFixed(digits);
  const cpu = `${of('cpu', 1)} | ${of('fanOut', 1)} | ${of('writing', 1, 1000)}`;
  const memory = `${of('rss', 1, 1024)} | ${of('held', 1, 1024)}`;
  console.log(`| ${name} | ${sockets} | ${cpu} | ${of('p99', 0)} | ${memory} | ${bytes} |`);
}
