import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { globalId, type NodeType, uuidOf } from '../../src/global-id.js';
import { ViewerDocument } from '../support/_generated.js';
import type { Actor, TestGateway } from '../support/gateway.js';
import { allRows } from '../tickets/support.js';

interface Failure {
  __typename: string;
  code: string;
  message: string;
  path?: string[] | null;
  constraint?: string;
}
interface Payload {
  replayed: boolean;
  userErrors: Failure[];
}
type Mutation<D, V> = TypedDocumentNode<D, V>;
type PayloadOf<D> = NonNullable<D[keyof D]>;

/** Calls a mutation and answers its payload, whatever came of it. */
export async function call<D extends object, V extends { input: object }>(
  actor: Actor,
  document: Mutation<D, V>,
  input: V['input'],
): Promise<PayloadOf<D>> {
  const [payload] = Object.values(await actor.run(document, { input } as V)) as [PayloadOf<D>];
  return payload;
}

/** Calls a mutation that has to succeed. */
export async function done<D extends object, V extends { input: object }>(
  actor: Actor,
  document: Mutation<D, V>,
  input: V['input'],
): Promise<PayloadOf<D>> {
  const payload = await call(actor, document, input);
  expect((payload as unknown as Payload).userErrors).toEqual([]);
  return payload;
}

/** Calls a mutation that has to be refused for one reason, with nothing in its payload and without a trace in any table. */
export async function refused<D extends object, V extends { input: object }>(
  gateway: TestGateway,
  actor: Actor,
  document: Mutation<D, V>,
  input: V['input'],
): Promise<Omit<Failure, 'message'>> {
  // Whoever is seen for the first time leaves a trace by that alone.
  await actor.send(ViewerDocument, {});
  const before = await allRows(gateway);
  const { userErrors, replayed, ...rest } = (await call(actor, document, input)) as unknown as Payload;
  expect({ replayed, rest: Object.values(rest) }).toEqual({ replayed: false, rest: [null] });
  expect(userErrors).toHaveLength(1);
  expect(await allRows(gateway)).toEqual(before);
  const { message, ...failure } = userErrors[0] as Failure;
  expect(message).toMatch(/^[A-Z`].+\.$/);
  return failure;
}

/** How a broken rule reads. */
export const broken = (path: string, constraint: string) => ({
  __typename: 'ValidationError',
  code: 'VALIDATION_FAILED',
  path: ['input', ...path.split('.')],
  constraint,
});

/** How any other refusal reads. */
export const failure = (code: string, path: string | null) => ({
  __typename: 'RequestError',
  code,
  path: path && ['input', ...path.split('.')],
});

/** Who somebody is, as they read it themselves. */
export const whoIs = async (actor: Actor) => (await actor.run(ViewerDocument, {})).viewer;

/** An id that nothing has. */
export const absent = (type: NodeType): string => globalId(type, '00000000-0000-4000-8000-000000000000');

/** What no client reads of a user. */
export async function rowOf({ app }: TestGateway, userId: string): Promise<{ accessVersion: number; claimsAt: Date }> {
  const sql = 'select access_version as "accessVersion", claims_at as "claimsAt" from users where id = $1';
  const [row] = await app.services.db.query<{ accessVersion: number; claimsAt: Date }>(sql, [uuidOf('User', userId)]);
  return row as { accessVersion: number; claimsAt: Date };
}
