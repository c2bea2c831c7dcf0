import { onServer, type Actor } from '../support/gateway.js';
import { announce, fileOf, put } from '../files/support.js';
import { done, idOf, look, openTicket, read, say } from '../tickets/support.js';
import { Scene } from './support.js';

const onServerOnly = onServer() ? describe : describe.skip;
if (!onServer()) console.warn('Not run without TEST_DATABASE_URL: reading from replicas');

const deep = `query Deep($id: ID!) {
  ticket(id: $id) {
    title status { name } topic { name } reporter { name organization { name } } authors { name }
    comments(first: 10) { totalCount nodes { body author { name } files { name } } }
    conversation { members { user { name } } events(first: 10) { nodes { __typename actor { name } } } }
  }
}`;

/** What somebody reads in a ticket. */
const bodies = async (actor: Actor, id: string): Promise<string[]> =>
  (await read(actor, id)).comments.nodes.map(({ body }) => body);

onServerOnly('A replica', () => {
  let scene: Scene;
  let here: Awaited<ReturnType<Scene['gateway']>>;
  let there: Awaited<ReturnType<Scene['gateway']>>;
  beforeAll(async () => {
    scene = await Scene.open();
    here = await scene.gateway();
    there = await scene.gateway();
  }, 120_000);
  afterAll(() => scene.close(), 60_000);
  afterEach(async () => {
    await scene.standby.resume();
  });

  /** People who are known, a ticket with a comment, and a replica that has all that and gets nothing more. */
  async function paused() {
    const people = await here.cast();
    for (const actor of Object.values(people)) await idOf(actor);
    const { id } = await openTicket(people.customer);
    await say(people.customer, id, 'One');
    await scene.settle();
    await scene.standby.pause();
    return { ...people, id };
  }

  /** The same person at the other gateway. */
  const elsewhere = ({ token }: Actor): Actor => there.withToken(token);

  it('answers queries, each whole, while the primary is asked who is calling and how new the answer must be', async () => {
    const { agent, id } = await paused();
    const { primary, standby } = await scene.statementsOf(() => agent.run(deep, { id }));
    expect(primary).toEqual([
      expect.stringContaining('from users u where u.sub'),
      expect.stringContaining('read_floors'),
    ]);
    // Whether it has to be asked how far it is depends on when it was looked at last.
    const read = standby.filter((text) => !text.includes('pg_last_wal_replay_lsn'));
    expect(read.length).toBeGreaterThan(1);
    expect(read.filter((text) => !/execute <unnamed>: \s*(select|with)/.test(text))).toEqual([]);
  });

  it('answers whoever has seen nothing newer, though others have written since', async () => {
    const { customer, teammate, id } = await paused();
    await say(customer, id, 'Two');
    expect(await bodies(teammate, id)).toEqual(['One']);
    expect(await bodies(customer, id)).toEqual(['One', 'Two']);
    await scene.standby.resume();
    await scene.settle();
    expect(await bodies(teammate, id)).toEqual(['One', 'Two']);
  });

  it('does not answer mutations, nor what they ask for', async () => {
    const { customer, id } = await paused();
    const { standby } = await scene.statementsOf(async () => {
      const { ticket } = await done(customer, 'addComment', { ticketId: id, body: 'Two' });
      expect(ticket.comments.nodes).toHaveLength(2);
    });
    expect(standby).toEqual([]);
  });

  it('does not answer whoever has written something that it lacks, at whichever gateway, until it has that', async () => {
    const { customer, id } = await paused();
    await say(customer, id, 'Two');
    for (const actor of [customer, elsewhere(customer)]) expect(await bodies(actor, id)).toEqual(['One', 'Two']);
    await scene.standby.resume();
    await scene.settle();
    const { standby } = await scene.statementsOf(() => bodies(elsewhere(customer), id));
    expect(standby.length).toBeGreaterThan(0);
  });

  it('does not take back what the primary has told somebody of others', async () => {
    const { customer, teammate, id } = await paused();
    await say(customer, id, 'Two');
    // A mutation of their own that reads what the others have written.
    const { ticket } = await done(teammate, 'markTicketRead', { ticketId: id });
    expect(ticket.comments.nodes).toHaveLength(2);
    await say(customer, id, 'Three');
    expect(await bodies(teammate, id)).toEqual(['One', 'Two', 'Three']);
    await say(customer, id, 'Four');
    expect(await bodies(elsewhere(teammate), id)).toEqual(['One', 'Two', 'Three', 'Four']);
  });

  it('knows whom the primary has seen for the first time', async () => {
    const { customer } = await paused();
    await idOf(customer);
    const stranger = await here.signIn({ role: 'customer', name: 'New here' });
    expect(await stranger.run('{ viewer { name } }')).toEqual({ viewer: { name: 'New here' } });
  });

  it('does not answer whoever follows a ticket and was told what it lacks, at whichever gateway', async () => {
    const { customer, teammate, id } = await paused();
    const { headCursor: after } = (await read(teammate, id)).conversation;
    const document =
      'subscription ($id: ID!, $after: Cursor) { commentAdded(ticketId: $id, after: $after) { comment { body } } }';
    const live = teammate.subscribe(document, { id, after });
    for (const body of ['Two', 'Three']) {
      await say(customer, id, body);
      expect(await live.data()).toEqual({ commentAdded: { comment: { body } } });
      expect((await bodies(elsewhere(teammate), id)).at(-1)).toBe(body);
    }
    live.stop();
  });

  it('does not answer whoever has sent a file that it lacks', async () => {
    const { customer } = await paused();
    const { id, url } = await announce(customer);
    await scene.standby.resume();
    await scene.settle();
    await scene.standby.pause();
    expect((await put(url, 'Hello')).status).toBe(204);
    expect(await fileOf(elsewhere(customer), id)).not.toBeNull();
    expect((await fileOf(customer, id))?.status).toBe('READY');
  });

  it('shows nobody what was taken away, even where the gateway gets no further than to commit that', async () => {
    const { teammate, agent, id } = await paused();
    await scene.primary.query(`
      create function never() returns trigger language plpgsql as $$ begin raise exception 'gone'; end $$;
      create trigger gone before insert or update on read_floors for each row
        when (new.user_id = 'ffffffff-ffff-ffff-ffff-ffffffffffff' and new.exact_until is null) execute function never()`);
    try {
      await done(agent, 'updateTicket', { ticketId: id, accessLevel: 'PRIVATE' });
      expect(here.lines.map(({ msg }) => msg)).toContain('for a minute the replicas have to have everything');
      for (const actor of [teammate, elsewhere(teammate)]) expect(await look(actor, id)).toBeNull();
    } finally {
      await scene.primary.query('drop function never() cascade');
      await scene.primary.query(`update read_floors set exact_until = null`);
    }
  });

  it('shows nobody a ticket that was made private, nor one that was deleted', async () => {
    const { customer, teammate, agent, id } = await paused();
    expect(await look(teammate, id)).not.toBeNull();
    await done(customer, 'updateTicket', { ticketId: id, accessLevel: 'PRIVATE' });
    for (const actor of [teammate, elsewhere(teammate)]) expect(await look(actor, id)).toBeNull();
    await agent.run('mutation ($input: DeleteTicketInput!) { deleteTicket(input: $input) { deletedTicketId } }', {
      input: { ticketId: id },
    });
    expect(await look(elsewhere(customer), id)).toBeNull();
  });

  it('shows nobody a comment that was removed, nor what it said before it was changed', async () => {
    const { customer, teammate, agent, id } = await paused();
    const [first] = (await read(agent, id)).comments.nodes;
    await done(customer, 'updateComment', { commentId: first?.id, body: 'Else' });
    expect(await bodies(elsewhere(teammate), id)).toEqual(['Else']);
    await done(customer, 'deleteComment', { commentId: first?.id });
    expect(await bodies(elsewhere(teammate), id)).toEqual([]);
  });

  it('lets nobody in who was deactivated, and gives a role that was lost back to nobody', async () => {
    const { agent, stranger, admin, id } = await paused();
    const update = 'mutation ($input: UpdateUserInput!) { updateUser(input: $input) { userErrors { message } } }';
    await admin.run(update, { input: { userId: await idOf(agent), role: 'CUSTOMER' } });
    for (const actor of [agent, elsewhere(agent)]) expect(await look(actor, id)).toBeNull();
    await admin.run(update, { input: { userId: await idOf(stranger), isActive: false } });
    for (const actor of [stranger, elsewhere(stranger)]) {
      expect((await actor.send('{ viewer { id } }')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    }
  });

  it('answers nobody at all after a crash of the primary has taken away what is known, until it has everything', async () => {
    const { customer, teammate, id } = await paused();
    await say(customer, id, 'Two');
    await scene.primary.query('truncate read_floors');
    expect(await bodies(teammate, id)).toEqual(['One', 'Two']);
    // That minute is over for the other tests.
    await scene.primary.query('update read_floors set exact_until = null');
  });

  it('has reports, while it is written on the primary who reads them', async () => {
    const { admin } = await paused();
    const { primary, standby } = await scene.statementsOf(() =>
      admin.run('{ ticketReport(period: WEEKLY) { rows(first: 5) { nodes { ticketNumber } } } }'),
    );
    expect(primary.filter((text) => text.includes('insert into audit_log'))).toHaveLength(1);
    expect(primary.filter((text) => text.includes('from tickets'))).toEqual([]);
    expect(standby.length).toBeGreaterThan(0);
    const { auditLog } = await admin.run(
      '{ auditLog(operation: ["ticketReport"], first: 1) { nodes { actor { id } } } }',
    );
    expect(auditLog.nodes).toEqual([{ actor: { id: await idOf(admin) } }]);
  });
});
