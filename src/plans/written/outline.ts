import {
  type GraphQLFieldConfig,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLScalarType,
  GraphQLSchema,
  isAbstractType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Entity } from '../../db/database.js';
import { Comment } from '../../entities/comment.js';
import { Ticket } from '../../entities/ticket.js';
import { JsonText } from './json-text.js';

/** The types whose objects the database can write, and where their rows are. */
export const entities: Readonly<Record<string, Entity<unknown>>> = { Ticket, Comment };

/** The types on the way to them. */
const ways = ['TicketConnection', 'TicketEdge', 'TicketPage', 'TicketPayload', 'CommentPayload'];
/** Fields that are made of a whole row. */
const leftOut = ['CommentPayload.cursor'];

/** A row of which nothing but the answer was read. */
interface WrittenRow {
  readonly json: string;
  readonly accessVersion: number | null;
}

const leaf = new GraphQLScalarType<JsonText>({
  name: 'JsonText',
  serialize: (row) => {
    const { json, accessVersion } = row as Partial<WrittenRow>;
    if (json === undefined || accessVersion === undefined) throw new Error('a row was read that has no answer in it');
    return new JsonText(json, accessVersion);
  },
});

/**
 * The root fields that lead to tickets and comments, with the types in between, where a ticket or a comment is a single value: the
 * executor walks there as it always does, with every resolver and guard, and takes what is below as it comes from the database.
 */
export function outlineOf(schema: GraphQLSchema): GraphQLSchema {
  const copies = new Map<string, GraphQLObjectType>();
  const possible: GraphQLObjectType[] = [];
  const replaced = (type: GraphQLOutputType): GraphQLOutputType => {
    if (isNonNullType(type)) return new GraphQLNonNull(replaced(type.ofType) as typeof type.ofType);
    if (isListType(type)) return new GraphQLList(replaced(type.ofType));
    if (type.name in entities) return leaf;
    if (isAbstractType(type)) possible.push(...schema.getPossibleTypes(type));
    return isObjectType(type) && ways.includes(type.name) ? copied(type, () => true) : type;
  };
  const copied = (type: GraphQLObjectType, has: (field: GraphQLFieldConfig<unknown, unknown>) => boolean) => {
    let copy = copies.get(type.name);
    if (!copy) {
      const { fields, ...config } = type.toConfig();
      const kept = Object.entries(fields).filter(
        ([name, field]) => !leftOut.includes(`${type.name}.${name}`) && has(field),
      );
      const own = (): typeof fields =>
        Object.fromEntries(kept.map(([name, field]) => [name, { ...field, type: replaced(field.type) }]));
      copy = new GraphQLObjectType({ ...config, interfaces: [], fields: own });
      copies.set(type.name, copy);
    }
    return copy;
  };
  const leads = ({ type }: GraphQLFieldConfig<unknown, unknown>): boolean => {
    const named = isNonNullType(type) ? type.ofType : type;
    return 'name' in named && (named.name in entities || ways.includes(named.name));
  };
  const [query, mutation] = [schema.getQueryType(), schema.getMutationType()];
  const roots = { query: query && copied(query, leads), mutation: mutation && copied(mutation, leads) };
  // Fields are made when they are asked for.
  for (const copy of copies.values()) copy.getFields();
  return new GraphQLSchema({ ...roots, types: possible });
}
