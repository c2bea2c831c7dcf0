import { parseArgs } from 'node:util';
import { contenders } from './contender.mjs';
import { Crowd } from './crowd.mjs';
import { pause, quantile, rssOf } from '../machine.mjs';

const { values } = parseArgs({
  options: {
    sockets: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '60' },
    database: { type: 'string', default: process.env.DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres' },
  },
});
const socketsPerCrowd = 5_000;
const everyMs = 20;
const commentEveryMs = 1_000;
const warmUpMs = 5_000;

/** How long mutations on other tickets take while a comment a second goes to all sockets. */
const server = await contenders.gateway(values.database);
const crowds = [];
try {
  const quiet = await server.open();
  /** How long mutations take until then. */
  const mutate = async (end) => {
    const delays = [];
    while (Date.now() < end) {
      const start = performance.now();
      await server.say('quiet', quiet);
      delays.push(performance.now() - start);
      await pause(everyMs);
    }
    return delays;
  };
  const tell = (what, delays) => {
    const of = (share) => quantile(delays, share).toFixed(1);
    console.log(`mutations ${what}: ${delays.length}, median ${of(0.5)} ms, p99 ${of(0.99)} ms`);
  };
  await mutate(Date.now() + warmUpMs);
  tell('without subscribers', await mutate(Date.now() + Number(values.seconds) * 1_000));
  const before = rssOf(server.pid);
  for (let left = Number(values.sockets); left > 0; left -= socketsPerCrowd) {
    const crowd = new Crowd();
    crowds.push(crowd);
    await crowd.open({ ...server.crowd, count: Math.min(left, socketsPerCrowd) });
  }
  console.log(`KB a subscriber: ${((rssOf(server.pid) - before) / 1024 / Number(values.sockets)).toFixed(1)}`);
  const spread = [];
  const end = Date.now() + Number(values.seconds) * 1_000;
  const commenting = (async () => {
    for (let n = 0; Date.now() < end; n++) {
      const text = `comment-${n}-of-the-bench`;
      const arriving = crowds.map((crowd) => crowd.arrivals(text));
      const said = performance.timeOrigin + performance.now();
      await server.say(text);
      const times = (await Promise.all(arriving)).flatMap((arrived) => arrived.times);
      spread.push(Math.max(...times.map((time) => time - said)));
      await pause(commentEveryMs);
    }
  })();
  const delays = await mutate(end);
  await commenting;
  tell('while a comment a second goes to all', delays);
  console.log(`a comment has reached all after ${quantile(spread, 0.5).toFixed(0)} ms (median)`);
} finally {
  for (const crowd of crowds) await crowd.close();
  await server.stop();
}
