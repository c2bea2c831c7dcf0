import { TestGateway } from '../support/gateway.js';
import { done, openTicket } from '../tickets/support.js';
import { follow } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

/** How many statements it takes until so many followers know that a ticket has another title. */
async function statementsFor(followers: number): Promise<number> {
  const { customer, agent, admin } = await gateway.cast();
  const externalSubjectId = `s-${Math.random()}`;
  const { id: ticketId } = await openTicket(customer, { title: 'A ticket', externalSubjectId });
  const filter = { externalSubjectId: [externalSubjectId] };
  const feeds = Array.from({ length: followers }, (_, n) => follow(n % 2 ? agent : admin, { filter }));
  for (const { next } of feeds) expect((await next()).change).toBe('CHECKPOINT');
  gateway.statements.take();
  await done(agent, 'updateTicket', { ticketId, title: 'Another title' });
  for (const { next } of feeds) expect(await next()).toMatchObject({ change: 'UPDATED', ticket: { id: ticketId } });
  const statements = gateway.statements.take().filter((sql) => !sql.includes('as state from tickets'));
  for (const { listener } of feeds) listener.stop();
  return statements.length;
}

it('works out once what all who follow get, however many they are', async () => {
  const alone = await statementsFor(1);
  // The feed is read once more for each who came meanwhile, and every second.
  expect(await statementsFor(40)).toBeLessThan(alone + 10);
});
