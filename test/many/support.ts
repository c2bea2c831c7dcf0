import type { Logger } from '../../src/logger.js';
import { send } from '../doors/support.js';
import { addComment, openTicket } from '../support/documents.js';
import type { Listener } from '../support/listener.js';
import { Actor, onServer, TestGateway } from '../support/gateway.js';

/** What only several gateways on one server can show, with a Redis in common. */
export function describeOnServer(name: string, tests: () => void): void {
  if (!onServer()) console.warn(`Not run without TEST_DATABASE_URL: ${name}`);
  (onServer() ? describe : describe.skip)(name, tests);
}

/** Takes the look at all counters from a gateway, so that a hint alone tells it of news. */
export function onlyByHints({ app: { services } }: TestGateway): void {
  const query = services.db.query.bind(services.db);
  services.db.query = (statement, values) =>
    statement.includes('concat(is_active') ? Promise.resolve([]) : query(statement, values);
}

/** A gateway that measures, so that a test can wait until it has Redis. */
export const startMany = (
  count: number,
  environment: Record<string, string>,
  logger?: Logger,
): Promise<TestGateway[]> =>
  Promise.all(Array.from({ length: count }, () => TestGateway.start({ METRICS_PORT: '0', ...environment }, logger)));

/** Whether a gateway has its Redis, as its metrics tell. */
async function hasRedis({ app }: TestGateway): Promise<boolean> {
  const { text } = await send(app.metricsUrl ?? '');
  return /^gateway_redis_connected 1$/m.test(text);
}

/** Waits until all gateways have their Redis, or none has. */
export async function untilRedis(gateways: readonly TestGateway[], isThere: boolean): Promise<void> {
  for (const gateway of gateways) while ((await hasRedis(gateway)) !== isThere);
}

/** The same person at another gateway. */
export const at = (gateway: TestGateway, { token }: Actor): Actor => new Actor(gateway.url, token);

/** Opens a ticket; its id, and where its conversation is by then. */
export async function open(actor: Actor): Promise<{ id: string; head: string }> {
  const { ticket } = (await actor.run(openTicket, { input: { title: 'Many gateways' } })).createTicket;
  return { id: ticket.id, head: ticket.conversation.headCursor };
}

/** Comments; the codes of what was wrong with it. */
export async function say(actor: Actor, ticketId: string, body: string): Promise<string[]> {
  const { addComment: payload } = await actor.run(addComment, { input: { ticketId, body } });
  return (payload.userErrors as { code: string }[]).map(({ code }) => code);
}

/** The comments that come, until the last of them. */
export async function bodiesUntil(listener: Listener<any>, last: string): Promise<string[]> {
  const bodies: string[] = [];
  while (bodies.at(-1) !== last) {
    const { conversationEvents: event } = await listener.data();
    if (event.__typename === 'CommentAdded') bodies.push(event.comment.body);
  }
  return bodies;
}
