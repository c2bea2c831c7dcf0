import pg from 'pg';
import { send } from '../doors/support.js';
import { Cluster, until } from '../support/cluster.js';
import { timeFor, trials } from '../support/trials.js';
import { Crowd } from './support/crowd.js';
import { tell } from './support/figures.js';
import { describeOnServer, Pair } from './support/pair.js';
import type { Place } from './support/place.js';

const health = async ({ url }: Place): Promise<number> => (await send(new URL('/health/ready', url).href)).status;

describeOnServer('a database that restarts without a word, as by pg_ctl restart -m immediate', () => {
  const restarts = trials(1, 3);

  it(
    `${restarts} times while eight write costs none of what was acknowledged, and nothing else is told than to try again`,
    async () => {
      const cluster = await Cluster.create();
      let pair: Pair | undefined;
      try {
        pair = await Pair.open({}, { url: cluster.url });
        const crowd = await Crowd.gather(pair.places);
        const again: number[] = [];
        for (let n = 0; n < restarts; n++) {
          await crowd.writes(trials(30, 300));
          await cluster.crash();
          await cluster.start();
          again.push(await crowd.isServed());
        }
        await crowd.writes(trials(30, 300));
        const figures = await crowd.leave(cluster.url);
        expect(figures.sentAgain).toBeGreaterThan(0);
        tell('PostgreSQL restarts (-m immediate)', restarts, figures, again);
      } finally {
        await pair?.close();
        await cluster.remove();
      }
    },
    timeFor(restarts * 20),
  );
});

describeOnServer('a database that goes on', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await Pair.open();
  }, 60_000);
  afterAll(() => pair.close());

  const kills = trials(2, 20);

  it(
    `but ends all sessions of the gateways ${kills} times while eight write costs nothing that was acknowledged`,
    async () => {
      const crowd = await Crowd.gather(pair.places);
      const again: number[] = [];
      for (let n = 0; n < kills; n++) {
        await crowd.writes(30);
        await pair.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and pid <> pg_backend_pid()`,
        );
        again.push(await crowd.isServed());
      }
      const figures = await crowd.leave(pair.url);
      expect(figures.sentAgain).toBeGreaterThan(0);
      tell('all sessions of the gateways are ended', kills, figures, again);
    },
    timeFor(kills * 5),
  );

  const blocks = trials(1, 3);

  it(
    'but keeps all connections waiting is told of by readiness and typed errors, and costs nothing once it lets go',
    async () => {
      const crowd = await Crowd.gather(pair.places);
      const again: number[] = [];
      for (let n = 0; n < blocks; n++) {
        await crowd.writes(20);
        const holder = new pg.Client({ connectionString: pair.url });
        await holder.connect();
        await holder.query('begin; lock table tickets in access exclusive mode');
        // More readers at each than it has connections; at full length until each has met the limit of a statement.
        const asked = pair.places.map((place) => crowd.ask(place, 12));
        await until(async () => (await Promise.all(pair.places.map(health))).every((status) => status === 503));
        const troubles = asked.map((answers) => (trials(0, 1) === 1 ? Promise.all(answers) : Promise.race(answers)));
        for (const told of (await Promise.all(troubles)).flat()) expect(told).toBe('SERVICE_UNAVAILABLE');
        await holder.end();
        again.push(await crowd.isServed());
        for (const place of pair.places) await until(async () => (await health(place)) === 200);
        await Promise.all(asked.flat());
      }
      const figures = await crowd.leave(pair.url);
      // Who writes may have got a connection, and wait for no longer than the lock is held.
      expect([...crowd.troubles.keys()].filter((code) => code !== 'SERVICE_UNAVAILABLE')).toEqual([]);
      tell('all connections wait, then statements meet their limit', blocks, figures, again);
    },
    timeFor(blocks * 20),
  );
});
