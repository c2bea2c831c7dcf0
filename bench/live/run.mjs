import { parseArgs } from 'node:util';
import { contenders } from './contender.mjs';
import { Crowd } from './crowd.mjs';
import { cpuOf, median, pause, quantile, rssOf } from './machine.mjs';

const { values } = parseArgs({
  options: {
    sockets: { type: 'string', default: '1000,5000' },
    comments: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    database: { type: 'string', default: process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres' },
  },
});
const warmUp = 5;
const settleMs = 1_000;

/** One contender with so many sockets: CPU for each delivery, and how long the slowest hundredth took. */
async function measure(open, sockets, comments) {
  const server = await open(values.database);
  const crowd = new Crowd();
  try {
    const before = rssOf(server.pid);
    await crowd.open({ ...server.crowd, count: sockets });
    await pause(settleMs);
    const bytes = (rssOf(server.pid) - before) / sockets;
    const delays = [];
    let cpu = 0;
    for (let n = -warmUp; n < comments; n++) {
      const text = `comment-${n + warmUp}-of-the-bench`;
      const arriving = crowd.arrivals(text);
      await pause(50);
      const start = cpuOf(server.pid);
      const said = performance.timeOrigin + performance.now();
      await server.say(text);
      const times = await arriving;
      await pause(100);
      if (n < 0) continue;
      cpu += cpuOf(server.pid) - start;
      delays.push(...times.map((time) => time - said));
    }
    return { cpu: cpu / (comments * sockets), p99: quantile(delays, 0.99), bytes };
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
console.log('| | sockets | CPU µs a delivery | p99 ms | KB a subscriber |');
console.log('| --- | --- | --- | --- | --- |');
for (const rows of results.values()) {
  const { name, sockets } = rows[0];
  const of = (figure, digits) => median(rows.map((row) => row[figure])).toFixed(digits);
  const kilobytes = (median(rows.map(({ bytes }) => bytes)) / 1024).toFixed(1);
  console.log(`| ${name} | ${sockets} | ${of('cpu', 1)} | ${of('p99', 0)} | ${kilobytes} |`);
}
