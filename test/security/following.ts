import type { Actor } from '../support/gateway.js';
import { readRules } from './read-rules.js';
import { idOf, isStaff, type Ref, relation, type Row, type Viewer, type World } from './who-sees-what.js';

const fields = '__typename at actor { id email } ... on CommentAdded { comment { id body } }';

/** The position before the first event of one of the two streams. */
const beginning = (epoch: string, stream: 's' | 'p', ticket: Row): string =>
  Buffer.from(`${epoch.slice(0, 8)}.${stream}.${ticket['id']}.0`).toString('base64url');

/** Follows a conversation from its beginning; answers as many events as there are for this viewer, or the refusal. */
export async function follow(
  actor: Actor,
  {
    ticket,
    epoch,
    stream,
    name,
    count,
  }: { ticket: Row; epoch: string; stream: 's' | 'p'; name: string; count: number },
): Promise<unknown> {
  const selection = name === 'commentAdded' ? '__typename at actor { id email } comment { id body }' : fields;
  const document = `subscription ($ticketId: ID!, $after: Cursor) { event: ${name}(ticketId: $ticketId, after: $after) { ${selection} } }`;
  const listener = actor.subscribe<{ event: unknown }>(document, {
    ticketId: idOf('Ticket', ticket),
    after: beginning(epoch, stream, ticket),
  });
  const events: unknown[] = [];
  try {
    while (events.length < Math.max(count, 1)) {
      const { data, errors } = await listener.next();
      if (errors) return errors[0]?.extensions?.['code'];
      events.push(data?.event);
    }
    return events;
  } catch {
    const end = await listener.ended();
    return Array.isArray(end) ? (end[0] as { extensions: { code: string } }).extensions.code : end;
  } finally {
    listener.stop();
  }
}

/** What somebody hears from the beginning on; a code where they hear nothing. */
export function heard(viewer: Viewer, world: World, ticket: Row, stream: 's' | 'p', name: string): unknown {
  if (relation(viewer, ticket) === null) return 'NOT_FOUND';
  if (stream !== (isStaff(viewer) ? 's' : 'p')) return 'CURSOR_EXPIRED';
  const events = readRules['Conversation']?.['events']?.(ticket, viewer, world, {}) as Ref;
  const all = events.row['nodes'] as Ref[];
  return all
    .filter(({ type }) => name !== 'commentAdded' || type === 'CommentAdded')
    .map(({ type, row }) => {
      const actor = world.users.find((one) => one['id'] === row['actor_id']);
      const comment = world.comments.find((one) => one['id'] === row['comment_id']);
      return {
        __typename: type,
        at: new Date(row['at']).toISOString(),
        actor: actor
          ? { id: idOf('User', actor), email: readRules['User']?.['email']?.(actor, viewer, world, {}) }
          : null,
        ...(type === 'CommentAdded' && { comment: comment && { id: idOf('Comment', comment), body: comment['body'] } }),
      };
    });
}
