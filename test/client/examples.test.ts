import {
  createGatewayClient as createApolloClient,
  follow as followByApollo,
} from '../../examples/apollo-client/follow.js';
import { createGatewayClient as createUrqlClient, follow as followByUrql } from '../../examples/urql/follow.js';
import type { Resumable } from '../../src/client/index.js';
import { addComment } from '../support/documents.js';
import { type Actor, TestGateway } from '../support/gateway.js';
import { Proxy } from './proxy.js';
import { client } from './support.js';

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

type Show = (comment: { body: string }) => void;
type Follow = (
  url: string,
  token: () => Promise<string>,
  live: Resumable,
  number: number,
  show: Show,
  end: (error: unknown) => void,
) => Promise<() => void>;

/** What is shown, to be waited for. */
class Screen {
  readonly bodies: string[] = [];
  private waiting: (() => void) | undefined;

  readonly show: Show = ({ body }) => {
    this.bodies.push(body);
    this.waiting?.();
  };

  async until(body: string): Promise<void> {
    while (!this.bodies.includes(body)) await new Promise<void>((resolve) => (this.waiting = resolve));
  }
}

const open = `mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id number } } }`;

describe.each<[string, Follow]>([
  ['Apollo Client', (url, token, live, ...rest) => followByApollo(createApolloClient(url, token, live), ...rest)],
  ['urql', (url, token, live, ...rest) => followByUrql(createUrqlClient(url, token, live), ...rest)],
])('A thread that is followed by %s', (_, follow) => {
  const start = async (actor: Actor, screen: Screen): Promise<any> => {
    const input = { title: 'Followed', body: 'Zero' };
    const { ticket } = (await actor.run(open, { input })).createTicket;
    const token = (): Promise<string> => Promise.resolve(actor.token as string);
    const live = client(proxy.url, token);
    let end: (error: unknown) => void = () => {};
    const ended = new Promise<any>((resolve) => (end = resolve));
    const stop = await follow(gateway.url, token, live, ticket.number, screen.show, end);
    return { id: ticket.id, live, stop, ended };
  };
  const say = (actor: Actor, ticketId: string, body: string): Promise<unknown> =>
    actor.run(addComment, { input: { ticketId, body } });

  it('shows each comment once over drops, and stops when it is told to', async () => {
    const { customer } = await gateway.cast();
    const screen = new Screen();
    const { id, live, stop } = await start(customer, screen);
    const expected: string[] = [];
    for (const body of ['One', 'Two', 'Three', 'Four']) {
      expected.push(body);
      await say(customer, id, body);
      proxy.cut();
      await screen.until(body);
    }
    expect(screen.bodies).toEqual(['Zero', ...expected]);
    stop();
    await proxy.until(() => proxy.width === 0);
    await live.dispose();
  });

  it('is read anew when the position has expired, and tells what it ends with', async () => {
    const { customer, teammate } = await gateway.cast();
    const screen = new Screen();
    const { id, live, ended } = await start(customer, screen);
    const change = (change: string, ...values: string[]): Promise<unknown> =>
      gateway.app.services.db.query(change, values);
    const { viewer } = await customer.run('{ viewer { id } }');
    await change(
      `update users set role = 'AGENT', access_version = access_version + 1 where id = $1`,
      viewer.id.slice(4),
    );
    await say(teammate, id, 'One');
    await screen.until('One');
    expect(screen.bodies.slice(0, 3)).toEqual(['Zero', 'Zero', 'One']);
    await change('update users set is_active = false where id = $1', viewer.id.slice(4));
    await say(teammate, id, 'Two');
    expect(await ended).toMatchObject({ code: 'UNAUTHENTICATED' });
    await live.dispose();
  });
});
