import { connectTo, type OwnRedis } from '../support/redis.js';
import { timeFor, trials } from '../support/trials.js';
import { Crowd } from './support/crowd.js';
import { tell } from './support/figures.js';
import { describeOnServer, Pair } from './support/pair.js';
import { Relay } from './support/relay.js';

describeOnServer('a Redis', () => {
  const kills = trials(1, 3);

  it(
    `that is killed ${kills} times and frozen once while eight write holds up nobody, and streams get everything`,
    async () => {
      const pair = await Pair.open();
      try {
        const crowd = await Crowd.gather(pair.places);
        const again: number[] = [];
        for (let n = 0; n < kills; n++) {
          await crowd.writes(trials(20, 200));
          await pair.redis.kill();
          again.push(await crowd.isServed());
          await crowd.writes(trials(20, 200));
          await pair.redis.restart();
        }
        await crowd.writes(trials(20, 200));
        pair.redis.freeze();
        again.push(await crowd.isServed());
        await crowd.writes(trials(20, 200));
        pair.redis.thaw();
        const figures = await crowd.leave(pair.url);
        expect([...crowd.troubles]).toEqual([]);
        tell('Redis is killed, the last time frozen', again.length, figures, again);
      } finally {
        pair.redis.thaw();
        await pair.close();
      }
    },
    timeFor(kills * 20),
  );

  it(
    'that swallows every third hint, doubles others, tells of what never was and drops connections costs no subscriber an event',
    async () => {
      let relay: Relay | undefined;
      const redisUrl = async ({ url }: OwnRedis): Promise<string> => {
        relay = await Relay.to(url);
        return relay.url;
      };
      const pair = await Pair.open({}, { redisUrl });
      const forger = await connectTo(pair.redis.url);
      try {
        const crowd = await Crowd.gather(pair.places);
        const rounds = trials(3, 20);
        for (let n = 0; n < rounds; n++) {
          await crowd.writes(trials(15, 100));
          for (const channel of await forger.pubSubChannels('ticketing:*')) {
            for (const text of ['', ',', 'nobody,feed,written', `\u0000,${'x'.repeat(10_000)}`, '{"a":1}'])
              await forger.publish(channel, text);
          }
          await forger.sendCommand(['CLIENT', 'KILL', 'TYPE', n % 2 ? 'pubsub' : 'normal', 'SKIPME', 'yes']);
        }
        const figures = await crowd.leave(pair.url);
        expect([...crowd.troubles]).toEqual([]);
        expect(relay!.swallowed).toBeGreaterThan(0);
        expect(relay!.doubled).toBeGreaterThan(0);
        tell(
          `hints: ${relay!.swallowed} swallowed, ${relay!.doubled} doubled, some forged; connections cut`,
          rounds,
          figures,
        );
      } finally {
        await forger.close();
        await pair.close();
        relay?.close();
      }
    },
    timeFor(60),
  );
});
