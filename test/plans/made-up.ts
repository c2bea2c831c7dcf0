import {
  getNamedType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isCompositeType,
  isObjectType,
} from 'graphql';
import { fields } from '../../src/plans/fields.js';
import { idOf, type Row, type World } from '../security/who-sees-what.js';
import type { Choose } from '../support/trials.js';

/** What is written of a page beside its rows. */
const ofPages: Readonly<Record<string, readonly string[]>> = {
  CommentConnection: ['pageInfo', 'pageInfo'],
  CommentEdge: ['cursor'],
};
/** The fields that lead to tickets and comments. */
const rowsOf: Readonly<Record<string, readonly string[]>> = {
  TicketConnection: ['nodes', 'nodes', 'edges'],
  TicketPage: ['items'],
  TicketEdge: ['node'],
  TicketPayload: ['ticket'],
  CommentPayload: ['comment'],
};
const isComposite = ({ type }: GraphQLField<unknown, unknown>): boolean => isCompositeType(getNamedType(type));

/** A document with what it takes to be run. */
export interface MadeUp {
  document: string;
  variables: Record<string, unknown>;
  locale: string | undefined;
}

const locales = ['ru', 'en', 'ru-RU, en;q=0.5', 'de, RU;q=0.4', 'fr-CH', 'zh-Hant-TW, zh'];
const odd = ['ticket', 'node', 'id', 'data', 'a', '__typenames', 'toString', 'x1', 'constructor'];

/** Makes documents up that ask for tickets and comments, mostly for what the database can write. */
export class Author {
  private readonly variables: Record<string, unknown> = {};
  private readonly declared: string[] = [];
  private readonly fragments: string[] = [];
  private names = 0;
  private left = 25;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly world: World,
    private readonly choose: Choose,
    private readonly isStaff: boolean,
    /** Inputs of mutations that were carried out before. */
    private readonly done: readonly { name: string; input: Row }[],
  ) {}

  write(): MadeUp {
    const kind = this.choose(10);
    const isMutation = kind === 0 && this.done.length > 0;
    const root = isMutation ? this.mutation() : kind < 4 ? this.ticket() : kind < 8 ? this.list() : this.page();
    const more = !isMutation && this.choose(20) === 0 ? ' topics { key }' : '';
    const head = this.declared.length > 0 ? ` (${this.declared.join(', ')})` : '';
    const document = `${isMutation ? 'mutation' : 'query'}${head} { ${root}${more} } ${this.fragments.join(' ')}`;
    const locale = this.choose(3) === 0 ? this.pick(locales) : undefined;
    return { document, variables: this.variables, locale };
  }

  private pick<T>(values: readonly T[]): T {
    return values[this.choose(values.length)] as T;
  }

  private ticket(): string {
    const row = this.pick(this.world.tickets);
    const number = row['number'] as number;
    const by = this.pick([
      `id: "${idOf('Ticket', row)}"`,
      `number: ${number}`,
      `humanId: "INC-${number}"`,
      'number: 999999',
      'id: "tic_"',
      `id: ${this.variable('ID', idOf('Ticket', row))}`,
    ]);
    return `${this.alias()}ticket(${by}) ${this.selection('Ticket', 0)}`;
  }

  private list(): string {
    const order = this.pick([
      '',
      'orderBy: { field: TITLE, direction: ASC }',
      'orderBy: { field: STATUS, direction: DESC }',
    ]);
    const query = this.pick(['', '', '', 'query: "Said"']);
    const filter = this.pick(['', '', 'filter: { isOpen: true }', 'filter: { isOpen: null, stateKeys: ["open"] }']);
    const args = [this.window(12), order, filter, query].filter(Boolean).join(', ');
    return `${this.alias()}tickets${args && `(${args})`} ${this.selection('TicketConnection', 0)}`;
  }

  private page(): string {
    const page = 1 + this.choose(3);
    return `${this.alias()}ticketsPage(page: ${page}, itemsPerPage: ${1 + this.choose(9)}) ${this.selection('TicketPage', 0)}`;
  }

  private mutation(): string {
    const { name, input } = this.pick(this.done);
    const type = getNamedType((this.schema.getMutationType() as GraphQLObjectType).getFields()[name]!.type).name;
    const inputType = `${name[0]!.toUpperCase()}${name.slice(1)}Input!`;
    return `${this.alias()}${name}(input: ${this.variable(inputType, input)}) ${this.selection(type, 0)}`;
  }

  private window(most: number): string {
    const size = this.choose(40) === 0 ? 'after' : this.pick(['', '', 'first', 'first', 'last']);
    if (size === '') return '';
    if (size === 'after') return `after: ${this.pick(['null', '"Zm9v"'])}`;
    const count = this.pick([0, 1, 2, 3, most, most, 101, -1].slice(0, this.choose(40) === 0 ? 8 : 6));
    return `${size}: ${this.choose(3) === 0 ? this.variable('Int', count) : count}`;
  }

  private variable(type: string, value: unknown): string {
    const name = `v${this.declared.length}`;
    this.variables[name] = value;
    this.declared.push(`$${name}: ${type}`);
    return `$${name}`;
  }

  private alias(): string {
    return this.choose(12) === 0 ? `${this.pick(odd)}${this.names++}: ` : '';
  }

  private directive(): string {
    if (this.choose(12) > 0) return '';
    const value = this.choose(2) === 0;
    const given = this.choose(2) === 0 ? String(value) : this.variable('Boolean!', value);
    return ` @${this.pick(['include', 'skip'])}(if: ${given})`;
  }

  /** Of one object; `used` are the fields that are asked of it elsewhere. */
  private selection(typeName: string, depth: number, used = new Set<string>()): string {
    const type = this.schema.getType(typeName);
    if (!isObjectType(type)) return '{ code message ... on ValidationError { constraint } }';
    const rows = rowsOf[typeName];
    if (rows && this.choose(10) > 0) return this.aroundRows(type, this.pick(rows), depth);
    const asked: string[] = [];
    for (let n = 1 + this.choose(6); n > 0; n--) asked.push(this.part(type, depth, used));
    return `{ ${asked.join(' ')} }`;
  }

  /** Tickets and comments once: what asks for them twice is left to the resolvers. */
  private aroundRows(type: GraphQLObjectType, name: string, depth: number): string {
    const field = type.getFields()[name]!;
    const asked = [`${this.alias()}${name} ${this.selection(getNamedType(field.type).name, depth + 1)}`];
    const others = Object.values(type.getFields()).filter((other) => !isComposite(other) || other.name === 'pageInfo');
    for (const other of others.filter(({ name: key }) => key !== 'feedCursor' && this.choose(3) === 0))
      asked.push(`${this.alias()}${other.name}${isComposite(other) ? ' { hasNextPage endCursor }' : ''}`);
    return `{ ${asked.join(' ')} }`;
  }

  private part(type: GraphQLObjectType, depth: number, used: Set<string>): string {
    const chance = this.choose(16);
    if (chance === 0) return `__typename${this.directive()}`;
    if (chance === 1) return `...${this.directive()} ${this.selection(type.name, depth, used)}`;
    if (chance === 2) return `... on ${type.name}${this.directive()} ${this.selection(type.name, depth, used)}`;
    if (chance === 3 && type.getInterfaces().some(({ name }) => name === 'Node')) return '... on Node { id }';
    if (chance === 4 && type.getInterfaces().some(({ name }) => name === 'Rateable'))
      return `... on Rateable { vote ${this.selection('Vote', depth + 1)} }`;
    if (chance === 5) {
      const name = `F${this.names++}`;
      this.fragments.push(`fragment ${name} on ${type.name} ${this.selection(type.name, depth, used)}`);
      return `...${name}${this.directive()}`;
    }
    return this.field(type, depth, used);
  }

  private field(type: GraphQLObjectType, depth: number, used: Set<string>): string {
    const known = Object.entries(fields[type.name] ?? {})
      .filter(([name, { isForStaff }]) => name in type.getFields() && (this.isStaff || !isForStaff))
      .map(([name]) => name)
      .concat(ofPages[type.name] ?? []);
    const all = Object.keys(type.getFields());
    const candidates = (known.length > 0 && this.choose(150) > 0 ? known : all).filter((name) => {
      const named = getNamedType(type.getFields()[name]!.type);
      // Under two names a field is left to the resolvers.
      if (used.has(name) && this.choose(100) > 0) return false;
      return !isCompositeType(named) || (depth < 6 && this.left > 0 && isObjectType(named)) || name === 'userErrors';
    });
    const name = candidates.length > 0 ? this.pick(candidates) : '__typename';
    const field = type.getFields()[name] as GraphQLField<unknown, unknown> | undefined;
    if (!field) return '__typename';
    this.left--;
    used.add(name);
    const isPaged = field.args.some((argument) => argument.name === 'first');
    const window = isPaged ? this.window(3) : this.choose(150) === 0 ? this.otherArgument(field) : '';
    const named = getNamedType(field.type);
    // Fields of the same name have to agree on their arguments.
    const key = window ? `${name}${this.names++}: ` : this.alias();
    const below = isCompositeType(named) ? ` ${this.selection(named.name, depth + 1)}` : '';
    return `${key}${name}${window && `(${window})`}${this.directive()}${below}`;
  }

  private otherArgument({ args }: GraphQLField<unknown, unknown>): string {
    return args.some(({ name }) => name === 'locale') ? 'locale: "ru"' : '';
  }
}
