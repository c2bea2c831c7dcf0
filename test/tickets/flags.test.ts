import { TestGateway } from '../support/gateway.js';
import { castAll, prepare, readers } from './scene.js';
import { type Input, mine, type Mine, type Mutation, mutate } from './support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

const states = [
  ['open', false],
  ['closed', true],
] as const;

const ofTicket = [
  ['viewerCanUpdate', 'updateTicket', { title: 'Another' }],
  ['viewerCanChangeAccess', 'updateTicket', { accessLevel: 'PRIVATE' }],
  ['viewerCanComment', 'addComment', { body: 'A word' }],
  ['viewerCanClose', 'closeTicket', {}],
  ['viewerCanReopen', 'reopenTicket', { body: 'Go on' }],
  ['viewerCanJoin', 'joinTicket', {}],
  ['viewerCanRate', 'rateTicket', { score: 7 }],
] as const satisfies [keyof Mine, Mutation, Input][];

const ofComment = [
  ['viewerCanUpdate', 'updateComment', { body: 'Other words' }],
  ['viewerCanDelete', 'deleteComment', {}],
  ['viewerCanRate', 'rateComment', { score: 1 }],
] as const satisfies [keyof Mine['comments']['nodes'][number], Mutation, Input][];

const logLength = async (ticketId: string): Promise<number> => {
  const sql = 'select staff_seq as length from tickets where id = $1';
  const [row] = await gateway.app.services.db.query<{ length: number }>(sql, [ticketId.slice(4)]);
  return row?.length ?? 0;
};

describe.each(states)('says truly what each viewer may do, while the ticket is %s:', (_what, isClosed) => {
  it.each(ofTicket)('[x17, e16] %s of a ticket', async (flag, mutation, input) => {
    const scene = await castAll(gateway);
    for (const role of readers) {
      const { ticketId } = (await prepare(scene, isClosed)).ids;
      const may = (await mine(scene[role], ticketId))[flag];
      const before = await logLength(ticketId);
      const { userErrors } = await mutate(scene[role], mutation, { ticketId, ...input });
      const isDone = userErrors.length === 0 && (await logLength(ticketId)) > before;
      expect({ role, may }).toEqual({ role, may: isDone });
    }
  });

  it.each(ofComment)('[d10, e26] %s of comments', async (flag, mutation, input) => {
    const scene = await castAll(gateway);
    for (const role of readers) {
      const { ticketId } = (await prepare(scene, isClosed, true)).ids;
      const { nodes } = (await mine(scene[role], ticketId)).comments;
      expect(nodes.length).toBe(role === 'agent' || role === 'admin' ? 7 : 6);
      for (const comment of nodes) {
        const before = await logLength(ticketId);
        const { userErrors } = await mutate(scene[role], mutation, { commentId: comment.id, ...input });
        const isDone = userErrors.length === 0 && (await logLength(ticketId)) > before;
        expect({ role, comment: nodes.indexOf(comment), may: comment[flag] }).toEqual({
          ...{ role, comment: nodes.indexOf(comment), may: isDone },
        });
      }
    }
  });
});
