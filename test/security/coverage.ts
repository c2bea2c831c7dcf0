import fc from 'fast-check';
import {
  getNamedType,
  getNullableType,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
} from 'graphql';
import { anyFilter } from '../lists/model.js';
import { adminAttempt, adminWrites, attempt, waysToWrite } from './attempts.js';
import { oneself, queryRules, reachedByStaff } from './query-rules.js';
import { ruleOf } from './walk.js';
import type { Row, Viewer, World } from './who-sees-what.js';
import { asListWorld } from './world.js';
import { ticketWrites } from './write-rules.js';

/** What mutations say of themselves: it is looked at whenever one is tried, and what they answer is nothing where they refuse. */
const errors = ['RateLimitError', 'RequestError', 'TicketStateError', 'ValidationError', 'VersionConflictError'];
const errorFields = ['code', 'message', 'path', 'constraint', 'retryAfterMs', 'ticket', 'current', 'currentVersion'];

/** For staff, like the subscription that they come from. */
const feedFields = ['change', 'cursor', 'ticket', 'ticketId'];

const pages = ['first', 'after', 'last', 'before'];
const lists = ['filter', 'orderBy', 'query'];

/** Arguments of queries: whoever may ask may use them all; those of lists of tickets are worked out in test/lists. */
const queryArguments: Record<string, string[]> = {
  agents: [...pages, 'query'],
  auditLog: [...pages, 'actorId', 'from', 'operation', 'targetId', 'to'],
  comment: ['id'],
  group: ['id'],
  node: ['id'],
  organizations: [...pages, 'query'],
  states: ['type'],
  ticket: ['id', 'number', 'humanId'],
  ticketReport: ['from', 'period', 'to'],
  tickets: [...pages, ...lists],
  ticketsPage: [...lists, 'itemsPerPage', 'page'],
  topic: ['key'],
  user: ['id', 'email', 'humanId'],
  users: [...pages, 'query', 'groupId', 'isActive', 'organizationId', 'role'],
};

/** Arguments of other fields: they choose among what the field has for the viewer. */
const fieldArguments: Record<string, string[]> = {
  'Conversation.events': pages,
  'Group.members': pages,
  'State.name': ['locale'],
  'Ticket.attributes': ['type'],
  'Ticket.comments': pages,
  'Ticket.systemEvents': pages,
  'TicketReport.rows': pages,
  'Topic.name': ['locale'],
};

/** Subscriptions with their arguments, as `following.ts` tries them. */
const subscriptionArguments: Record<string, string[]> = {
  commentAdded: ['after', 'ticketId'],
  conversationEvents: ['after', 'ticketId'],
  ticketFeed: ['after', 'filter'],
};

const sorted = (names: readonly string[] = []): string => [...names].sort().join(' ');

/** Fields, roots and arguments of the schema that nobody has a rule for. */
export function withoutRule(schema: GraphQLSchema): string[] {
  const [query, mutation, subscription] = [
    schema.getQueryType(),
    schema.getMutationType(),
    schema.getSubscriptionType(),
  ];
  const payloads = Object.values(mutation?.getFields() ?? {}).map(({ type }) => getNamedType(type).name);
  const known = [...errors, ...payloads, ...oneself, ...reachedByStaff, 'TicketFeedEvent'];
  const types = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__'));
  const roots: unknown[] = [query, mutation, subscription];
  const missing: string[] = [];
  for (const type of types.filter((one) => !roots.includes(one))) {
    for (const { name, args } of Object.values(type.getFields())) {
      const what = `${type.name}.${name}`;
      const isKnown = errors.includes(type.name)
        ? errorFields.includes(name)
        : type.name !== 'TicketFeedEvent' || feedFields.includes(name);
      if (!isKnown || (!known.includes(type.name) && !ruleOf(type.name, name))) missing.push(what);
      if (sorted(args.map((one) => one.name)) !== sorted(fieldArguments[what]))
        missing.push(`the arguments of ${what}`);
    }
  }
  const check = (
    root: string,
    fields: Record<string, { args: readonly { name: string }[] }>,
    rules: Record<string, unknown>,
    names: Record<string, string[]>,
  ): void => {
    for (const [name, { args }] of Object.entries(fields)) {
      if (!(name in rules)) missing.push(`${root}.${name}`);
      if (sorted(args.map((one) => one.name)) !== sorted(names[name])) missing.push(`the arguments of ${root}.${name}`);
    }
  };
  check('Query', query?.getFields() ?? {}, queryRules, queryArguments);
  check('Subscription', subscription?.getFields() ?? {}, subscriptionArguments, subscriptionArguments);
  const inputs = Object.keys(mutation?.getFields() ?? {}).map((name): [string, string[]] => [name, ['input']]);
  check('Mutation', mutation?.getFields() ?? {}, { ...ticketWrites, ...adminWrites }, Object.fromEntries(inputs));
  return missing;
}

/** Arguments within inputs that no attempt gives. */
export function neverGiven(schema: GraphQLSchema, world: World, viewer: Viewer): string[] {
  const given = new Set<string>();
  let state = 1;
  const choose = (count: number): number => (state = (state * 48_271) % 2_147_483_647) % count;
  const inputOf = (mutation: string): GraphQLInputType =>
    schema.getMutationType()!.getFields()[mutation]!.args[0]!.type;
  for (let times = 0; times < 200; times++) {
    const scene = { viewer, world, ticket: world.tickets[times % world.tickets.length] as Row, choose };
    for (const way of waysToWrite) collect(inputOf(way[0]), attempt(way, scene).input, given);
    for (const name of Object.keys(adminWrites)) collect(inputOf(name), adminAttempt(name, scene).input, given);
  }
  const filter = schema.getType('TicketFilter') as GraphQLInputType;
  for (const one of fc.sample(anyFilter(asListWorld(world)), { seed: 1, numRuns: 2_000 })) collect(filter, one, given);
  const order = ['TicketOrder.field', 'TicketOrder.direction'];
  const all = Object.values(schema.getTypeMap())
    .filter(isInputObjectType)
    .flatMap((type) => Object.keys(type.getFields()).map((name) => `${type.name}.${name}`));
  return all.filter((name) => !given.has(name) && !order.includes(name));
}

function collect(type: GraphQLInputType, value: unknown, given: Set<string>): void {
  if (Array.isArray(value)) value.forEach((item) => collect(getNamedType(type), item, given));
  const named = getNamedType(type);
  if (!isInputObjectType(named) || typeof value !== 'object' || value === null) return;
  for (const [name, field] of Object.entries(named.getFields())) {
    if (!(name in value)) continue;
    given.add(`${named.name}.${name}`);
    collect(field.type, (value as Row)[name], given);
  }
}

/** Anything that an argument of this type takes. */
export function sampleOf(type: GraphQLInputType): unknown {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return [sampleOf(nullable.ofType)];
  if (isEnumType(nullable)) return nullable.getValues()[0]?.name;
  if (isInputObjectType(nullable)) {
    const needed = Object.values(nullable.getFields()).filter((field) => field.type !== getNullableType(field.type));
    return Object.fromEntries(needed.map((field) => [field.name, sampleOf(field.type)]));
  }
  const samples: Record<string, unknown> = { Int: 1, Float: 0.5, Boolean: true, DateTime: '2026-01-01T00:00:00.000Z' };
  return samples[getNamedType(type).name] ?? 'support';
}
