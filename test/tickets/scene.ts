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
export type Scene = Record<Role, Actor> & { mentionedId: string; deactivatedId: string };

/** Those who see the ticket. */
export const readers = ['author', 'teammate', 'mentioned', 'agent', 'admin'] as const;

/** Signs everybody in who can be. */
export async function castAll(gateway: TestGateway): Promise<Scene> {
  const { customer: author, teammate, stranger, agent, admin } = await gateway.cast();
  const mentioned = await gateway.signIn({ role: 'customer', organization: 'ORG-mentioned' });
  const deactivated = await gateway.signIn({ role: 'agent' });
  const deactivatedId = await idOf(deactivated);
  await deactivate(gateway, deactivatedId);
  return {
    ...{ author, teammate, mentioned, stranger, agent, admin, deactivated, deactivatedId },
    anonymous: gateway.withToken(),
    mentionedId: await idOf(mentioned),
  };
}

/** What was prepared: a ticket, a public comment and a note of the agent, and a comment of each who may write one. */
export interface Prepared {
  readonly ticketId: string;
  readonly commentId: string;
  readonly noteId: string;
  readonly own: Partial<Record<Role, string>>;
}

/** Opens a ticket with comments, a note and somebody mentioned; it is closed in the end where that is wanted. */
export async function prepare(scene: Scene, isClosed: boolean, withOwn = false): Promise<Prepared> {
  const { id: ticketId } = await openTicket(scene.author);
  const { id: commentId } = await say(scene.agent, ticketId, 'Spoken', { mentionIds: [scene.mentionedId] });
  const { id: noteId } = await say(scene.agent, ticketId, 'Noted', { visibility: 'INTERNAL' });
  const own: Prepared['own'] = {};
  for (const role of withOwn ? readers : []) own[role] = (await say(scene[role], ticketId, `Said by ${role}`)).id;
  if (isClosed) await done(scene.agent, 'closeTicket', { ticketId });
  return { ticketId, commentId, noteId, own };
}
