import { Cluster, until } from '../support/cluster.js';
import { Actor } from '../support/gateway.js';
import { timeFor, trials } from '../support/trials.js';
import { open, say } from '../client/support.js';
import { Crowd } from './support/crowd.js';
import { tell } from './support/figures.js';
import { describeOnServer, Pair } from './support/pair.js';

const lastWords = 'query ($id: ID!) { ticket(id: $id) { comments(last: 1) { nodes { body } } } }';

describeOnServer('a replica of two gateways', () => {
  const faults = trials(2, 6);

  it(
    `that stands still or dies ${faults} times while eight write costs nothing, and whoever has written reads it at either gateway`,
    async () => {
      const primary = await Cluster.create();
      const replica = await primary.follow();
      let pair: Pair | undefined;
      try {
        pair = await Pair.open({ DATABASE_REPLICA_URLS: replica.url }, { url: primary.url });
        const crowd = await Crowd.gather(pair.places);
        const [here, there] = pair.places.map(({ url }) => new Actor(url, crowd.token('customer'))) as [Actor, Actor];
        const { id } = await open(here);
        const again: number[] = [];
        let reads = 0;
        const readOwn = async (): Promise<void> => {
          for (let n = 0; n < trials(3, 20); n++) {
            await say(n % 2 ? here : there, id, `Word ${++reads}`);
            const answers = await Promise.all([here, there].map((actor) => actor.run(lastWords, { id })));
            for (const { ticket } of answers) expect(ticket.comments.nodes).toEqual([{ body: `Word ${reads}` }]);
          }
        };
        const answered = (): number => replica.statements().filter((text) => text.includes('from tickets')).length;
        /** Asks until the replica has answered, as it does whoever has seen nothing that it lacks. */
        const answers = async (): Promise<void> => {
          const before = answered();
          await until(() => here.run(lastWords, { id }).then(() => answered() > before));
        };
        for (let n = 0; n < faults; n++) {
          await answers();
          await readOwn();
          if (n % 2 === 0) await replica.pause();
          else await replica.crash();
          again.push(await crowd.isServed());
          await readOwn();
          await crowd.writes(trials(20, 100));
          if (n % 2 === 0) await replica.resume();
          else await replica.start();
          await readOwn();
        }
        const figures = await crowd.leave(primary.url);
        expect([...crowd.troubles]).toEqual([]);
        tell(`the replica stands still, or dies; ${reads} times read what was written`, faults, figures, again);
      } finally {
        await pair?.close();
        await replica.remove();
        await primary.remove();
      }
    },
    timeFor(faults * 20),
  );
});
