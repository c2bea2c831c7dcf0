import { isObjectType, isCompositeType, getNamedType, type GraphQLSchema } from 'graphql';
import { idOf, type Row } from './who-sees-what.js';
import { type Scene, ticketWrites, type Verdict, type WriteRule } from './write-rules.js';

const gone = (type: string): string => idOf(type, { id: '00000000-0000-4000-8000-000000000000' });

const names = { names: [{ locale: 'en', value: 'New' }], rank: 1 };

/** What admins do: the arguments that have to be given, about things that are not there, and those that may be. */
export const adminWrites: Record<string, [needed: Row, optional: Row]> = {
  createUser: [
    { email: 'new@example.com', name: 'New' },
    {
      humanId: 'USR-1',
      organizationId: gone('Organization'),
      phoneNumber: '+442079460000',
      projectKeys: ['web'],
      role: 'ADMIN',
    },
  ],
  updateUser: [
    { userId: gone('User') },
    {
      email: 'new@example.com',
      humanId: 'USR-1',
      isActive: true,
      name: 'New',
      organizationId: null,
      phoneNumber: null,
      projectKeys: ['web'],
      role: 'ADMIN',
    },
  ],
  deleteUser: [{ userId: gone('User') }, {}],
  createGroup: [{ name: 'New' }, {}],
  updateGroup: [{ groupId: gone('Group'), name: 'New' }, {}],
  deleteGroup: [{ groupId: gone('Group') }, {}],
  addGroupMember: [{ groupId: gone('Group'), userId: gone('User') }, {}],
  removeGroupMember: [{ groupId: gone('Group'), userId: gone('User') }, {}],
  createOrganization: [{ name: 'New' }, { humanId: 'ORG-1', legalName: 'New Ltd', role: 'partner' }],
  updateOrganization: [
    { organizationId: gone('Organization') },
    { humanId: 'ORG-1', legalName: null, name: 'New', role: null },
  ],
  upsertProject: [{ organizationId: gone('Organization'), key: 'new', name: 'New' }, {}],
  deleteProject: [{ projectId: gone('Project') }, {}],
  upsertState: [
    { type: 'STAGE', key: 'new', ...names },
    { description: 'New', category: 'OPEN' },
  ],
  deleteState: [{ stateId: gone('State') }, {}],
  upsertTopic: [{ key: 'new', ...names }, { parentKey: 'support' }],
  deleteTopic: [{ topicId: gone('Topic') }, {}],
};

/** A mutation by somebody, and what may come of it: one of the refusals, or success where there is none. */
export interface Attempt {
  mutation: string;
  argument: string | null;
  input: Row;
  refusals: Verdict[];
  ticketId: string;
}

const isVerdict = (verdict: Verdict | null | false | undefined): verdict is Verdict => !!verdict;

/** Every mutation of tickets, alone and with each argument that may be left out. */
export const waysToWrite: [mutation: string, argument: string | null][] = Object.entries(ticketWrites).flatMap(
  ([mutation, { takes = {} }]) =>
    [null, ...Object.keys(takes)].map((argument): [string, string | null] => [mutation, argument]),
);

/** Tries a mutation on a ticket. */
export function attempt([mutation, argument]: (typeof waysToWrite)[number], scene: Scene): Attempt {
  const rule = ticketWrites[mutation] as WriteRule;
  const target = rule.target?.(scene);
  const needed = rule.needs?.(scene);
  const given = argument === null ? null : rule.takes?.[argument]?.(scene);
  const input = {
    ...target?.input,
    ...needed?.value,
    ...given?.more,
    ...(given && { [argument as string]: given.value }),
  };
  const refused = { mutation, argument, input, ticketId: scene.ticket['id'] as string };
  if (target && !target.isFound) return { ...refused, refusals: [{ code: 'NOT_FOUND', argument: target.argument }] };
  const nothing = Object.keys(input).length === 1 && mutation === 'updateTicket';
  const others = nothing ? (rule.takes?.['idempotencyKey']?.(scene).refusals ?? []) : [];
  const who = rule.who?.(scene, target);
  if (who) return { ...refused, refusals: [who] };
  const isClosed = scene.ticket['closed_at'] !== null;
  const state =
    rule.state === 'open' && isClosed
      ? 'TICKET_CLOSED'
      : rule.state === 'closed' && !isClosed
        ? 'TICKET_NOT_CLOSED'
        : null;
  const inTheWay = state && { code: state, argument: target?.argument ?? '' };
  const refusals = [inTheWay, ...others, ...(needed?.refusals ?? []), ...(given?.refusals ?? [])].filter(isVerdict);
  return { ...refused, refusals };
}

/** Tries what admins do; who is one finds nothing to do it to, or does it. */
export function adminAttempt(mutation: string, scene: Scene): Attempt {
  const [needed, optional] = adminWrites[mutation] as [Row, Row];
  const names = [null, 'idempotencyKey', ...Object.keys(optional)];
  const argument = names[scene.choose(names.length)] ?? null;
  const value = argument === 'idempotencyKey' ? 'key' : optional[argument ?? ''];
  const input = { ...needed, ...(argument && { [argument]: value }) };
  return { mutation, argument, input, ticketId: '', refusals: [{ code: 'FORBIDDEN', argument: '' }] };
}

/** A document that makes all attempts, each under a number of its own; objects are answered by their types alone. */
export function documentOf(schema: GraphQLSchema, attempts: Attempt[]): string {
  const fields = attempts.map(({ mutation }, n) => {
    const payload = getNamedType(schema.getMutationType()!.getFields()[mutation]!.type);
    const selected = isObjectType(payload) ? Object.values(payload.getFields()) : [];
    const texts = selected.map(({ name, type }) => {
      if (name === 'userErrors') return 'userErrors { code path }';
      return isCompositeType(getNamedType(type)) ? `${name} { __typename }` : name;
    });
    return `m${n}: ${mutation}(input: $m${n}) { ${texts.join(' ')} }`;
  });
  const inputOf = (mutation: string): string => String(schema.getMutationType()!.getFields()[mutation]!.args[0]!.type);
  const declared = attempts.map(({ mutation }, n) => `$m${n}: ${inputOf(mutation)}`);
  return `mutation (${declared.join(', ')}) { ${fields.join(' ')} }`;
}
