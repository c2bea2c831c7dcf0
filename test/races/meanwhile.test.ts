import type { Queryable } from '../../src/db/database.js';
import { TestGateway } from '../support/gateway.js';
import { done, mutate, openTicket, read, say } from '../tickets/support.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.stop());

/** Has something happen in the next transaction right before its statement with this text, as if somebody else had been faster. */
function meanwhile(text: string, act: (tx: Queryable) => Promise<unknown>): void {
  const { db } = gateway.app.services;
  const transaction = db.transaction.bind(db);
  db.transaction = (work) =>
    transaction((tx) =>
      work({
        query: async (sql, values) => {
          if (sql.includes(text)) {
            db.transaction = transaction;
            text = 'nothing any more';
            await act(tx);
          }
          return tx.query(sql, values);
        },
      }),
    );
}

const uuid = (id: string): string => id.slice(4);
const closing = 'with locked as';

/** A ticket with an answer of support. */
async function scene() {
  const { customer, agent } = await gateway.cast();
  const { id: ticketId } = await openTicket(customer);
  const { id: commentId } = await say(agent, ticketId, 'One');
  return { customer, agent, ticketId, commentId };
}

it('[e30] takes an answer for read that was written after the ticket was looked at', async () => {
  const { customer, ticketId } = await scene();
  await done(customer, 'markTicketRead', { ticketId });
  meanwhile('from comments c', (tx) =>
    tx.query(
      `with moved as (
         update tickets set staff_seq = staff_seq + 1, public_seq = public_seq + 1, last_support_seq = public_seq + 1
         where id = $1 returning *
       ), answer as (
         insert into comments (ticket_id, author_id, author_role, visibility, body, staff_seq, public_seq, sent_at)
         select id, reporter_id, 'AGENT', 'PUBLIC', 'Two', staff_seq, public_seq, now() from moved returning *
       )
       insert into conversation_log (ticket_id, staff_seq, public_seq, type, at, comment_id, image_changes)
       select ticket_id, staff_seq, public_seq, 'CommentAdded', sent_at, id, '{}' from answer`,
      [uuid(ticketId)],
    ),
  );
  const { ticket } = await done(customer, 'markTicketRead', { ticketId });
  expect(ticket.comments.nodes.map(({ body }) => body)).toEqual(['One', 'Two']);
  expect(ticket.isClientRead).toBe(true);
});

it('[x10] finds no comment any more where its ticket was deleted before it could be changed', async () => {
  const { customer, agent, ticketId, commentId } = await scene();
  const missing = { code: 'NOT_FOUND', message: 'There is no such comment, or you may not see it.' };
  for (const [actor, mutation, input] of [
    [agent, 'updateComment', { commentId, body: 'Two' }],
    [agent, 'deleteComment', { commentId }],
    [customer, 'rateComment', { commentId, score: 1 }],
  ] as const) {
    meanwhile(closing, (tx) => tx.query('update tickets set deleted_at = now() where id = $1', [uuid(ticketId)]));
    const { userErrors } = await mutate(actor, mutation, input);
    expect(userErrors).toMatchObject([{ ...missing, path: ['input', 'commentId'] }]);
  }
  meanwhile(closing, (tx) => tx.query('update tickets set deleted_at = now() where id = $1', [uuid(ticketId)]));
  expect((await mutate(agent, 'updateTicket', { ticketId, title: 'Two' })).userErrors).toMatchObject([
    { code: 'NOT_FOUND', message: 'There is no such ticket, or you may not see it.', path: ['input', 'ticketId'] },
  ]);
});

it('[d10, e26] neither changes, removes nor rates a comment that was removed a moment ago', async () => {
  const { customer, agent, ticketId, commentId } = await scene();
  for (const [actor, mutation, input] of [
    [agent, 'updateComment', { commentId, body: 'Two', expectedVersion: 1 }],
    [agent, 'deleteComment', { commentId }],
    [customer, 'rateComment', { commentId, score: 1 }],
  ] as const) {
    meanwhile(closing, (tx) => tx.query('update comments set deleted_at = now() where id = $1', [uuid(commentId)]));
    expect((await mutate(actor, mutation, input)).userErrors).toMatchObject([
      { code: 'NOT_FOUND', path: ['input', 'commentId'] },
    ]);
  }
  expect((await read(customer, ticketId)).comments.totalCount).toBe(1);
});

it('refuses an edit of a version that was current a moment ago', async () => {
  const { agent, commentId } = await scene();
  meanwhile(closing, (tx) => tx.query('update comments set version = 5 where id = $1', [uuid(commentId)]));
  const { userErrors } = await mutate(agent, 'updateComment', { commentId, body: 'Two', expectedVersion: 1 });
  expect(userErrors).toMatchObject([
    { code: 'VERSION_CONFLICT', currentVersion: 5, path: ['input', 'expectedVersion'] },
  ]);
});

it('[e30] takes in a copy for read what was marked as read after its ticket was looked at', async () => {
  const { customer, agent, ticketId, commentId } = await scene();
  meanwhile('for no key update', (tx) =>
    tx.query('update tickets set client_read_seq = public_seq where id = $1', [uuid(ticketId)]),
  );
  const split = `mutation ($input: SplitTicketInput!) { splitTicket(input: $input) { created { id } userErrors { code } } }`;
  const input = { ticketId, commentIds: [commentId], title: 'A part' };
  const { splitTicket } = await agent.run(split, { input });
  expect((await read(customer, splitTicket.created.id)).isClientRead).toBe(true);
});
