import type { Actor, TestGateway } from '../support/gateway.js';
import { deactivate, done, idOf, openTicket, say } from './support.js';

/** Everybody who could ask for something; the last two are nobody to the gateway. */
export const roles = [
  'author',
  'teammate',
  'mentioned',
  'stranger',
  'agent',
  'admin',
  'anonymous',
  'deactivated',
] as const;
type Role = (typeof roles)[number];
export type Scene = Record<Role, Actor> & { authorId: string; mentionedId: string; deactivatedId: string };

/** Those who see the ticket. */
export const readers = ['author', 'teammate', 'mentioned', 'agent', 'admin'] as const;

/** Signs everybody in who can be. */
export async function castAll(gateway: TestGateway): Promise<Scene> {
  const { customer: author, teammate, stranger, agent, admin } = await gateway.cast();
  const mentioned = await gateway.signIn({ role: 'customer', organization: 'ORG-mentioned' });
  const deactivated = await gateway.signIn({ role: 'agent' });
  const deactivatedId = await idOf(deactivated);
  // Whoever is seen for the first time leaves a trace by that alone.
  for (const actor of [teammate, stranger, agent, admin]) await idOf(actor);
  await deactivate(gateway, deactivatedId);
  return {
    ...{ author, teammate, mentioned, stranger, agent, admin, deactivated, deactivatedId },
    anonymous: gateway.withToken(),
    authorId: await idOf(author),
    mentionedId: await idOf(mentioned),
  };
}

/** What was prepared: ids of a ticket and of what belongs to it, and of a comment of each who may write one. */
export interface Prepared {
  readonly ids: Record<'ticketId' | 'commentId' | 'noteId' | 'attributeId', string>;
  readonly own: Partial<Record<Role, string>>;
}

const setAttribute = `mutation ($ticketId: ID!) {
  payload: setTicketAttribute(input: { ticketId: $ticketId, type: "Device", key: "name", value: "A printer" }) { attribute { id } } }`;

/** Opens a ticket with comments, a note and somebody mentioned; it is closed in the end where that is wanted. */
export async function prepare(scene: Scene, isClosed: boolean, withOwn = false): Promise<Prepared> {
  const { id: ticketId } = await openTicket(scene.author);
  const { id: commentId } = await say(scene.agent, ticketId, 'Spoken', { mentionIds: [scene.mentionedId] });
  const { id: noteId } = await say(scene.agent, ticketId, 'Noted', { visibility: 'INTERNAL' });
  const own: Prepared['own'] = {};
  for (const role of withOwn ? readers : []) own[role] = (await say(scene[role], ticketId, `Said by ${role}`)).id;
  const { payload } = await scene.agent.run<{ payload: { attribute: { id: string } } }>(setAttribute, { ticketId });
  if (isClosed) await done(scene.agent, 'closeTicket', { ticketId });
  return { ids: { ticketId, commentId, noteId, attributeId: payload.attribute.id }, own };
}
