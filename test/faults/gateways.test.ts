import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../support/cluster.js';
import { timeFor, trials } from '../support/trials.js';
import { Crowd } from './support/crowd.js';
import { tell } from './support/figures.js';
import { describeOnServer, Pair } from './support/pair.js';

describeOnServer('two gateways that are killed', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await Pair.open();
  }, 60_000);
  afterAll(() => pair.close());

  const mutations = trials(150, 6_000);
  const kills = trials(2, 11);

  it(
    `every 1.5 seconds in turn lose and double none of ${mutations} mutations, and answer those sent again alike`,
    async () => {
      const crowd = await Crowd.gather(pair.places);
      const again: number[] = [];
      for (let n = 0; n < kills || crowd.mutations < mutations; n++) {
        const place = pair.places[n % 2]!;
        await Promise.all([wait(1_500), pair.neighbourOf(place).ready]);
        expect(await place.restart('SIGKILL')).toBe('SIGKILL');
        again.push(await crowd.isServed([pair.neighbourOf(place)]));
      }
      await Promise.all(pair.places.map(({ ready }) => ready));
      const figures = await crowd.leave(pair.url);
      expect(figures.mutations).toBeGreaterThanOrEqual(mutations);
      expect(figures.sentAgain).toBeGreaterThan(0);
      tell('a gateway is killed every 1.5 s, in turn', again.length, figures, again);
    },
    timeFor(mutations / 10 + kills * 10),
  );

  const faults = trials(2, 10);

  it(
    `leave no hole in the feed and tell of nothing twice when the one that numbers events loses its session or its life, ${faults} times`,
    async () => {
      const crowd = await Crowd.gather(pair.places);
      const again: number[] = [];
      for (let n = 0; n < faults; n++) {
        await crowd.writes(10 + Math.trunc(Math.random() * 30));
        const { place, pid } = await pair.leader();
        if (n % 2 === 0) await pair.query('select pg_terminate_backend($1)', [pid]);
        else await place.restart('SIGKILL');
        const from = performance.now();
        await until(async () => (await pair.leader()).pid !== pid);
        again.push(performance.now() - from);
        await place.ready;
      }
      const figures = await crowd.leave(pair.url);
      tell('who numbers events loses its session, or is killed', faults, figures, again);
    },
    timeFor(faults * 10),
  );
});
