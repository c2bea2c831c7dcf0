import {
  getNamedType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { type RawAnswer, send } from '../doors/support.js';
import type { Actor } from '../support/gateway.js';

/** Links and moments that differ with every answer. */
const fleeting = /url$|^resetAt$|^csvUrl$/i;

/** All fields of a type, and of what it leads to so many levels deep; lists without pages count as long ones. */
function all(schema: GraphQLSchema, type: GraphQLNamedType, depth: number): string {
  if (isAbstractType(type)) {
    const variants = schema.getPossibleTypes(type);
    return variants
      .map(
        (variant) =>
          `... on ${variant.name} { ${all(schema, variant, depth).replace(/\b(vote|subject) \{/g, `${variant.name}_$1: $1 {`)} }`,
      )
      .join(' ');
  }
  const fields = isObjectType(type) ? Object.values(type.getFields()) : [];
  const texts = fields.map(({ name, args, type: of }) => {
    const named = getNamedType(of);
    if (fleeting.test(name) || args.some(isRequiredArgument)) return '';
    if (!isCompositeType(named)) return name;
    const paged = args.some((one) => one.name === 'first') ? `${name}(first: 3)` : name;
    return depth > 0
      ? `${paged} { __typename ${all(schema, named, ['splitInto', 'subtopics'].includes(name) ? 0 : depth - 1)} }`
      : '';
  });
  return texts.join(' ');
}

/** Documents with everything that somebody could look at: their lists, and some objects by their ids. */
export function looks(schema: GraphQLSchema, ids: Record<string, string>): string[] {
  const fieldsOf = (name: string, depth: number): string => all(schema, schema.getType(name)!, depth);
  const orders = ['CREATED_AT', 'UPDATED_AT', 'NUMBER', 'TITLE', 'STATUS', 'PRIORITY'];
  const filters = [
    'isClientRead: true',
    'lastCommentBy: AGENT',
    'lastCommentBy: CUSTOMER',
    'isMember: true',
    'isAssigned: false',
    'isRated: false',
    'updatedAfter: "2026-01-01T00:00:00.000Z"',
    'authorEmail: ["stranger@example.com", "mate@example.com"]',
  ];
  const list =
    'totalCount edges { cursor node { id updatedAt version lastComment { id } } } pageInfo { hasNextPage endCursor }';
  const found = ['secret', 'printer', 'stranger'];
  return [
    ...Object.entries(ids).map(
      ([type, id]) => `{ node(id: "${id}") { __typename ... on ${type} { ${fieldsOf(type, 2)} } } }`,
    ),
    `{ viewer { ${fieldsOf('User', 2)} } }`,
    `{ ${orders.map((order) => `${order}: tickets(orderBy: { field: ${order} }) { ${list} }`).join(' ')} }`,
    `{ ${filters.map((filter, n) => `f${n}: tickets(filter: { ${filter} }) { ${list} }`).join(' ')} }`,
    `{ ${found.map((text) => `${text}: tickets(query: "${text}") { ${list} }`).join(' ')} }`,
    `{ ticketsPage { itemCount pageCount hasNext items { ${fieldsOf('Ticket', 0)} } } }`,
    `{ states { ${fieldsOf('State', 1)} } topics { ${fieldsOf('Topic', 1)} } rateLimit { ${fieldsOf('RateLimit', 1)} } }`,
    ...['stranger', 'mate', 'agent'].map((who) => `{ user(email: "${who}@example.com") { ${fieldsOf('User', 1)} } }`),
    ...['agents { totalCount }', 'users { totalCount }', 'groups { id }', 'ticketReport(period: WEEKLY) { from }'].map(
      (field) => `{ ${field} }`,
    ),
  ];
}

/** What somebody gets, as it comes over the wire. */
export const ask = (actor: Actor, query: string, variables: object = {}): Promise<RawAnswer> =>
  send(actor.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${actor.token}` },
    body: JSON.stringify({ query, variables }),
  });
