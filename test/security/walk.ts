import {
  getNamedType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isObjectType,
} from 'graphql';
import type { Choose } from '../support/trials.js';
import { oneself, pageRules, queryRules, reachedByStaff, Refusal } from './query-rules.js';
import { readRules } from './read-rules.js';
import { idOf, isFound, nodes, Ref, type Row, type Viewer, type World } from './who-sees-what.js';

/** A field that is asked for. */
interface Asked {
  name: string;
  key: string;
  /** As they are written. */
  text: string;
  /** As the rules take them. */
  args: Row;
  below: Selection | null;
}

/** Fields by the type that has them. */
type Selection = Map<string, Asked[]>;

/** How many fields one document asks for, about: more would pass the limits. */
const fieldsOfDocument = 220;

/** A random document, and what somebody has to be answered. */
export class Walk {
  readonly roots: Asked[];
  private left = fieldsOfDocument;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly world: World,
    private readonly viewer: Viewer,
    private readonly choose: Choose,
  ) {
    this.roots = [];
    while (this.left > 0) this.roots.push(this.root(`r${this.roots.length}`));
  }

  text(): string {
    return `{ ${this.roots.map(print).join(' ')} }`;
  }

  private pick<T>(values: readonly T[]): T {
    return values[this.choose(values.length)] as T;
  }

  /** One of them, rather one that the viewer sees: there is more to look at than that nothing is there. */
  private oftenSeen(rows: Row[], type: string): Row {
    const tries = [this.pick(rows), this.pick(rows), this.pick(rows)];
    return tries.find((row) => isFound[type]?.(row, this.viewer, this.world)) ?? (tries[0] as Row);
  }

  /** Some of them, in their order. */
  private some<T>(values: readonly T[], most: number): T[] {
    const places = Array.from({ length: 1 + this.choose(most) }, () => this.choose(values.length));
    return [...new Set(places)].sort((a, b) => a - b).map((place) => values[place] as T);
  }

  private root(key: string): Asked {
    const type = this.schema.getQueryType() as GraphQLObjectType;
    const name = this.pick(['node', 'node', 'node', 'ticket', 'ticket', ...Object.keys(type.getFields())]);
    const { text, args } = this.rootArguments(name);
    const field = type.getFields()[name] as GraphQLField<unknown, unknown>;
    const named = name === 'node' ? (this.schema.getType(args['type']) as GraphQLNamedType) : getNamedType(field.type);
    const below = isCompositeType(named) ? this.select(named, 4) : null;
    return { key, name, text, args, below };
  }

  private rootArguments(name: string): { text: string; args: Row } {
    const any = (table: keyof World, type = 'User'): Row => this.oftenSeen(this.world[table], type);
    const first = 1 + this.choose(4);
    if (name === 'node') {
      const type = this.pick(Object.keys(nodes).filter((one) => this.world[nodes[one]![0]].length > 0));
      const row = any(nodes[type]![0], type);
      return { text: `(id: "${idOf(type, row)}")`, args: { type, row } };
    }
    if (name === 'ticket') {
      const row = any('tickets', 'Ticket');
      const by = this.pick([
        `id: "${idOf('Ticket', row)}"`,
        `number: ${row['number']}`,
        `humanId: "INC-${row['number']}"`,
      ]);
      return { text: `(${by})`, args: { row } };
    }
    if (name === 'user') {
      const row = any('users');
      const by = this.pick(['id', 'humanId', 'email']);
      const value = { id: idOf('User', row), humanId: row['human_id'], email: row['email'] }[by];
      return { text: `(${by}: "${value}")`, args: { row, by } };
    }
    if (name === 'comment' && this.world.comments.length > 0) {
      const row = any('comments', 'Comment');
      return { text: `(id: "${idOf('Comment', row)}")`, args: { row } };
    }
    if (name === 'group') {
      const row = any('groups');
      return { text: `(id: "${idOf('Group', row)}")`, args: { row } };
    }
    if (name === 'topic') {
      const row = any('topics');
      return { text: `(key: "${row['key']}")`, args: { row } };
    }
    const type = this.pick(['STATE', 'TYPE', 'PRIORITY', 'STAGE', 'OUTCOME']);
    if (name === 'states') return { text: `(type: ${type})`, args: { type } };
    if (name === 'ticketReport') return { text: '(period: WEEKLY)', args: {} };
    if (name === 'ticketsPage') return { text: `(itemsPerPage: ${first})`, args: { first } };
    return ['agents', 'users', 'organizations', 'tickets'].includes(name)
      ? { text: `(first: ${first})`, args: { first } }
      : { text: '', args: {} };
  }

  private select(type: GraphQLNamedType, depth: number): Selection {
    if (isObjectType(type)) return new Map([[type.name, this.fieldsOf(type, depth, '')]]);
    const variants = isAbstractType(type) ? this.schema.getPossibleTypes(type) : [];
    const chosen = this.some(variants, 4);
    return new Map(chosen.map((variant) => [variant.name, this.fieldsOf(variant, depth - 1, `${variant.name}_`)]));
  }

  private fieldsOf(type: GraphQLObjectType, depth: number, prefix: string): Asked[] {
    const chosen = this.some(Object.values(type.getFields()), 12);
    this.left -= chosen.length;
    return chosen.map((field) => {
      const { name } = field;
      const key = `${prefix}${name}`;
      const named = getNamedType(field.type);
      const paged = field.args.some((argument) => argument.name === 'first');
      const first = this.choose(4);
      const text = paged ? `(first: ${first})` : '';
      const args = { first };
      if (!isCompositeType(named)) return { key, name, text, args, below: null };
      // Lists without pages count as long ones.
      const next = ['splitInto', 'subtopics'].includes(name) ? Math.min(depth - 1, 1) : depth - 1;
      const below = next > 0 && this.left > 0 ? this.select(named, next) : itself(named);
      return { key, name, text, args, below };
    });
  }
}

/** The end of a walk: which object it is. */
const itself = (type: GraphQLNamedType): Selection =>
  isObjectType(type) && 'id' in type.getFields()
    ? new Map([[type.name, [{ key: 'id', name: 'id', text: '', args: {}, below: null }]]])
    : new Map<string, Asked[]>();

export function print({ key, name, text, below }: Asked): string {
  const head = `${key === name ? '' : `${key}: `}${name}${text}`;
  if (!below) return head;
  const parts = [...below].map(([type, fields]) => `... on ${type} { ${fields.map(print).join(' ')} }`);
  return `${head} { __typename ${parts.join(' ')} }`;
}

/** What was expected: the data, the codes of errors by their places, and how many fields were decided about. */
export class Expected {
  readonly data: Row = {};
  readonly errors: Record<string, string> = {};
  fields = 0;

  constructor(
    private readonly viewer: Viewer,
    private readonly world: World,
    { roots }: Walk,
  ) {
    for (const asked of roots) {
      try {
        this.data[asked.key] = this.field(queryRules[asked.name], `Query.${asked.name}`, {}, asked);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        this.fields++;
        this.data[asked.key] = null;
        this.errors[asked.key] = error.message;
      }
    }
  }

  private field(rule: ReturnType<typeof ruleOf>, what: string, row: Row, { args, below }: Asked): unknown {
    if (!rule) throw new Error(`${what} has no rule`);
    this.fields++;
    return this.answer(rule(row, this.viewer, this.world, args), below, args);
  }

  private answer(value: unknown, below: Selection | null, args: Row): unknown {
    if (Array.isArray(value)) return value.map((item) => this.answer(item, below, args));
    if (!(value instanceof Ref)) return value ?? null;
    if ([...reachedByStaff, ...oneself].includes(value.type))
      return expect.objectContaining({ __typename: value.type });
    // A page is told how many of its rows are wanted where it is asked for.
    const row = 'nodes' in value.row && !('first' in value.row) ? { ...value.row, first: args['first'] } : value.row;
    const answer: Row = { __typename: value.type };
    for (const asked of below?.get(value.type) ?? []) {
      answer[asked.key] = this.field(ruleOf(value.type, asked.name), `${value.type}.${asked.name}`, row, asked);
    }
    return answer;
  }
}

/** The rule for a field. */
export const ruleOf = (type: string, name: string) => (readRules[type] ?? pageRules[type])?.[name];
