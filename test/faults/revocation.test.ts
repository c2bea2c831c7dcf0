import { followTicket } from '../support/documents.js';
import { TestGateway } from '../support/gateway.js';
import { timeFor, trials } from '../support/trials.js';
import { done, idOf, openTicket } from '../tickets/support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

interface Heard {
  conversationEvents: { __typename: string; cursor: string; comment?: { body: string } };
}

const write = `mutation ($input: AddCommentInput!) { addComment(input: $input) { replayed } }`;
const updateUser = `mutation ($input: UpdateUserInput!) { updateUser(input: $input) { userErrors { code } } }`;
/** Cheap numbers that look random and are the same each time. */
const random = (seed: number): number => Math.abs(Math.sin(seed) * 10_000) % 1;

const rounds = trials(25, 1_000);

it(
  'delivers nothing that was said after a right was taken away, and all of it to the neighbour who keeps theirs',
  async () => {
    const { customer, teammate, agent, admin } = await gateway.cast();
    const { id: ticketId } = await openTicket(customer, { title: 'Revoked', accessLevel: 'ACCOUNT_USERS' });
    const userId = await idOf(teammate);
    const { viewer } = await customer.run('{ viewer { organization { id } } }');
    const setAccess = (accessLevel: string) => done(agent, 'updateTicket', { ticketId, accessLevel });
    const setUser = async (input: object): Promise<void> => {
      expect((await admin.run(updateUser, { input: { userId, ...input } })).updateUser.userErrors).toEqual([]);
    };
    const ways = [
      { take: () => setAccess('PRIVATE'), give: () => setAccess('ACCOUNT_USERS') },
      {
        take: () => setUser({ organizationId: null }),
        give: () => setUser({ organizationId: viewer.organization.id }),
      },
      { take: () => setUser({ isActive: false }), give: () => setUser({ isActive: true }) },
    ];
    const say = (body: string): Promise<unknown> => customer.run(write, { input: { ticketId, body } });

    const kept = customer.subscribe<Heard>(followTicket, { ticketId });
    await kept.data();
    const expected: string[] = [];
    const heard: string[] = [];
    for (let round = 0; round < rounds; round++) {
      const listener = gateway.withToken(teammate.token);
      const lost = listener.subscribe<Heard>(followTicket, { ticketId });
      await lost.data();
      const before = Math.floor(random(round) * 3);
      for (let n = 0; n < before; n++) await say(`before ${round} ${n}`);
      const { take, give } = ways[Math.floor(random(round + 0.5) * ways.length)] as (typeof ways)[number];
      await take();
      await say(`after ${round}`);
      for (let n = 0; n < before; n++) expected.push(`before ${round} ${n}`);
      expected.push(`after ${round}`);
      while (heard.at(-1) !== `after ${round}`) {
        const { comment } = (await kept.data()).conversationEvents;
        if (comment) heard.push(comment.body);
      }
      await lost.ended();
      while (lost.pending > 0) expect(JSON.stringify(await lost.next())).not.toContain(`after ${round}`);
      await Promise.all([give(), listener.leave()]);
    }
    expect(heard).toEqual(expected);
  },
  timeFor(rounds),
);
