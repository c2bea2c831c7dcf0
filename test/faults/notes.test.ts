import { followTicket } from '../support/documents.js';
import { TestGateway } from '../support/gateway.js';
import { timeFor, trials } from '../support/trials.js';
import { done, openTicket } from '../tickets/support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const notes = trials(40, 1_000);
/** What of a position would tell that there was something in between. */
const numberIn = (cursor: string): number => Number(Buffer.from(cursor, 'base64url').toString().split('.').at(-1));

it(
  'lets a customer who listens know nothing of any number of notes, not even by a gap',
  async () => {
    const { customer, agent, admin } = await gateway.cast();
    const { id: ticketId } = await openTicket(customer);
    const theirs = customer.subscribe(followTicket, { ticketId });
    const ours = admin.subscribe(followTicket, { ticketId });
    const start = numberIn((await theirs.data()).conversationEvents.cursor);
    await ours.data();
    for (let n = 0; n < notes; n++) {
      await done(agent, 'addComment', { ticketId, body: `Note ${n}`, visibility: 'INTERNAL' });
      let event;
      do event = (await ours.data()).conversationEvents;
      while (event.__typename !== 'CommentAdded');
      expect(event.comment.body).toBe(`Note ${n}`);
    }
    await done(customer, 'addComment', { ticketId, body: 'Anybody there?' });
    const seen: any[] = [];
    while (seen.at(-1)?.__typename !== 'CommentAdded') {
      const event = (await theirs.data()).conversationEvents;
      // That nothing was told for 30 seconds is said whether there were notes or not.
      if (event.__typename !== 'Checkpoint') seen.push(event);
    }
    // That somebody joined is for all to know.
    expect(seen.map(({ __typename }) => __typename).filter((name) => name !== 'MemberJoined')).toEqual([
      'CommentAdded',
    ]);
    expect(seen.map(({ cursor }) => numberIn(cursor))).toEqual(seen.map((_, index) => start + index + 1));
    expect(theirs.pending).toBe(0);
  },
  timeFor(notes),
);
