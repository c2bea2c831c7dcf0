import { Proxy } from '../client/proxy.js';
import { client, type Event, follow, type Followed, isKept, open, readLog, say } from '../client/support.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { timeFor, trials } from '../support/trials.js';

let gateway: TestGateway;
let proxy: Proxy;
beforeAll(async () => {
  gateway = await TestGateway.start();
  proxy = await Proxy.to(gateway.url);
});
afterAll(async () => {
  await proxy.close();
  await gateway.stop();
});

const drops = trials(12, 100);
const lastWord = 'The last word';

it(
  `loses nothing and repeats nothing over ${drops} drops at any byte, while others write`,
  async () => {
    const { customer, teammate } = await gateway.cast();
    const { id, head } = await open(customer);
    // From the first byte of the handshake to some events further on.
    proxy.cutAfter = () => (proxy.cuts < drops ? 1 + Math.trunc(Math.random() * 1_500) : undefined);
    let tokens = 0;
    const live = client(proxy.url, () => {
      tokens++;
      return Promise.resolve(teammate.token as string);
    });
    const iterated: Event[] = [];
    const pushed: Event[] = [];
    const iterating = (async () => {
      for await (const { data } of live.iterate<Followed>(follow(id, head))) {
        if (data && isKept(data.conversationEvents)) iterated.push(data.conversationEvents);
        if (data?.conversationEvents.comment?.body === lastWord) break;
      }
    })();
    const pushing = new Promise<void>((resolve, reject) => {
      live.subscribe<Followed>(follow(id, head), {
        next: ({ data }) => {
          if (data && isKept(data.conversationEvents)) pushed.push(data.conversationEvents);
          if (data?.conversationEvents.comment?.body === lastWord) resolve();
        },
        error: reject,
        complete: () => reject(new Error('the subscription has ended')),
      });
    });
    const writers = await Promise.all([1, 2].map(() => gateway.signIn({ role: 'agent' })));
    await Promise.all(
      writers.map(async (writer, index) => {
        for (let n = 0; proxy.cuts < drops; n++) await say(writer, id, `${index}:${n}`);
      }),
    );
    await say(writers[0] as Actor, id, lastWord);
    await Promise.all([iterating, pushing]);
    await live.dispose();
    const log = await readLog(teammate, id, head);
    expect(proxy.cuts).toBeGreaterThanOrEqual(drops);
    expect(tokens).toBe(1);
    expect(iterated).toEqual(log);
    expect(pushed).toEqual(log);
  },
  timeFor(drops),
);
