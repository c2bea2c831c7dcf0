import WebSocket from 'ws';
import { RawSocket } from '../doors/support.js';
import { TestGateway } from '../support/gateway.js';
import { openTicket } from '../tickets/support.js';

const subscriptions = 30;
const longest = 50_000;
const repeated = Array.from({ length: 80 }, (_, n) => `b${n}: body`).join(' ');
/** An event of four megabytes. */
const query = `subscription ($ticketId: ID!) { conversationEvents(ticketId: $ticketId) {
  __typename ... on CommentAdded { comment { id ${repeated} } }
} }`;

it('lets little wait for a client that takes nothing, however many of its subscriptions have something for it', async () => {
  const gateway = await TestGateway.start();
  const send = jest.spyOn(WebSocket.prototype, 'send');
  const longSends = (): number => send.mock.calls.filter(([data]) => (data as string).length > 1_000_000).length;
  try {
    const { customer, agent } = await gateway.cast();
    const { id: ticketId } = await openTicket(customer);
    const socket = await RawSocket.open(gateway.url, customer.token);
    for (let n = 0; n < subscriptions; n++) {
      socket.send({ id: `${n}`, type: 'subscribe', payload: { query, variables: { ticketId } } });
    }
    for (let n = 0; n < subscriptions; n++) await socket.next();
    const neighbour = agent.subscribe(query, { ticketId });
    await neighbour.data();

    socket.pause();
    await customer.run(`mutation ($input: AddCommentInput!) { addComment(input: $input) { replayed } }`, {
      input: { ticketId, body: 'x'.repeat(longest) },
    });
    await neighbour.data();
    expect(longSends()).toBeLessThan(10);
    socket.resume();
    const told = new Set<unknown>();
    while (told.size < subscriptions) {
      const { id, payload } = await socket.next();
      expect(payload.data.conversationEvents.comment.b79).toHaveLength(longest);
      told.add(id);
    }
    expect(longSends()).toBe(subscriptions + 1);
    socket.close();
  } finally {
    send.mockRestore();
    await gateway.stop();
  }
});
