import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLResolveInfo,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  specifiedRules,
  type ValidationRule,
} from 'graphql';
import { AppError, ErrorCode } from '../errors.js';

/** What one document may ask for; fragments count as often as they are used. */
export const limits = {
  /** Words and signs, counted while parsing. */
  tokens: 2_000,
  /** Long texts belong into variables; a name of a megabyte would be compared with every name of the schema. */
  characters: 250_000,
  /** The place of each error is found by counting lines. */
  lines: 4_000,
  /** Fields and fragments. */
  selections: 1_500,
  depth: 16,
  aliases: 100,
  /** Points: see `costOf`; `MAX_QUERY_COST` says otherwise. */
  answers: 50_000,
  directives: 100,
  /** Fields that are asked for under the same name at the same place: each is compared with each. */
  repetitions: 300,
  /** Objects within the variables: each is compared with all fields of its type before anybody can look at it. */
  variables: 2_000,
  /** Bytes of an HTTP body: a comment of 50,000 characters fits however it is escaped. */
  bodyBytes: 1_048_576,
  /** Bytes of a WebSocket frame. */
  frameBytes: 131_072,
  /** Subscriptions that run over one socket at a time. */
  subscriptions: 50,
  /** Characters of an answer, or of one event, before JSON escapes any: two hundred comments of the longest kind. */
  answerCharacters: 10_000_000,
  /** Errors that validation tells at most. */
  errors: 10,
} as const;

/** Refuses a document that is too deep, too large or too repetitive once its fragments are spread out, or costs more than that. */
export const limitsRule =
  (maxCost: number): ValidationRule =>
  (context) => ({
    Document: () => {
      try {
        new Measurement((name) => context.getFragment(name), maxCost).measure(context.getDocument());
        return undefined;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        context.reportError(new GraphQLError(error.message, { originalError: error }));
        // Nothing is left for the other rules, some of which would take long.
        return { kind: Kind.DOCUMENT, definitions: [] };
      }
    },
  });

/** What an operation costs: a point for each field of its answer, were every page full, and what its lists, searches and totals cost. */
export const costOf = ({ operation, fragments }: Pick<GraphQLResolveInfo, 'operation' | 'fragments'>): number =>
  new Measurement((name) => fragments[name], Infinity).answersTo(operation.selectionSet);

const costs = new WeakMap<OperationDefinitionNode, number>();

/** The same for an operation of a document; worked out once, since clients send the same few documents over and over. */
export function costIn({ definitions }: DocumentNode, operation: OperationDefinitionNode): number {
  let cost = costs.get(operation);
  if (cost !== undefined) return cost;
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  cost = costOf({ operation, fragments: Object.fromEntries(fragments.map((each) => [each.name.value, each])) });
  costs.set(operation, cost);
  return cost;
}

/** Throws QUERY_TOO_COMPLEX for variables with too many objects, however they are nested. */
export function checkVariables(variables: unknown): void {
  const waiting: unknown[] = [variables];
  let count = 0;
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value) && ++count > limits.variables) {
      const message = `The variables are too complex: at most ${limits.variables} objects are allowed.`;
      throw new AppError(ErrorCode.QUERY_TOO_COMPLEX, message);
    }
    for (const inner of Object.values(value)) waiting.push(inner);
  }
}

/** The rules that a document has to keep, whichever door it comes through. */
export const validationRules = (maxCost: number): readonly ValidationRule[] => [limitsRule(maxCost), ...specifiedRules];

/** Fields by the names that they are answered under, each with those below it. */
class Answer extends Map<string, Answer> {}

/** How deep a selection stands, how often it is answered, and how many rows the page around it may have. */
interface Place {
  readonly depth: number;
  readonly times: number;
  readonly page: number;
  /** Whether the schema itself is asked about. */
  readonly isAboutSchema: boolean;
}

/** How many rows a page may have, by the argument that says how many it has. */
const fullPages: Readonly<Record<string, number>> = { first: 100, last: 100, itemsPerPage: 1_000 };
const ordinaryPage = 50;
const top: Place = { depth: 1, times: 1, page: ordinaryPage, isAboutSchema: false };
/** The fields of a page that are lists; a fragment may stand between them and the arguments that say how long. */
const rows = ['nodes', 'edges', 'items'];
/**
 * How often what stands below is answered where nothing says so: lists without pages that lead back to themselves, and so could
 * be multiplied with themselves on every second level; and the schema, which has hundreds of types. A tool's introspection fits.
 */
const multiplied = new Map([
  ['splitInto', ordinaryPage],
  ['subtopics', ordinaryPage],
  ['__schema', 200],
  ['__type', 20],
]);
/** As how many an alias counts that asks the schema for the same once more: no tool does, and each answer is long. */
const aliasAboutSchema = 25;

/** Root fields for which the database goes through all that somebody may see, however short the page. */
const lists = ['agents', 'auditLog', 'organizations', 'ticketReport', 'tickets', 'ticketsPage', 'users'];
/** Fields of these that count all of it. */
const totals = ['totalCount', 'itemCount', 'pageCount'];
/** What that costs, in points. */
const prices = { list: 100, search: 500, total: 100 };

/** What has to be found for a field beside what is answered, in points. */
function priceOf({ name, arguments: given = [] }: FieldNode, depth: number): number {
  if (depth === 2) return totals.includes(name.value) ? prices.total : 0;
  if (depth > 2 || !lists.includes(name.value)) return 0;
  const isSearch = given.some((argument) => argument.name.value === 'query' && argument.value.kind !== Kind.NULL);
  return isSearch ? prices.search : prices.list;
}

function pageOf({ arguments: given = [] }: FieldNode): number {
  const size = given.find(({ name, value }) => name.value in fullPages && value.kind !== Kind.NULL);
  if (!size) return ordinaryPage;
  return size.value.kind === Kind.INT
    ? Math.max(Number(size.value.value), 1)
    : (fullPages[size.name.value] ?? ordinaryPage);
}

/** Walks through a document as it would be executed and stops at the first limit, so that it takes no longer than they allow. */
class Measurement {
  private readonly counts = {
    characters: 0,
    lines: 0,
    selections: 0,
    aliases: 0,
    directives: 0,
    repetitions: 0,
    answers: 0,
  };
  private readonly spread = new Set<FragmentDefinitionNode>();

  private readonly limits: Record<keyof typeof this.counts | 'depth', number>;

  constructor(
    private readonly fragmentOf: (name: string) => FragmentDefinitionNode | null | undefined,
    maxCost: number,
  ) {
    this.limits = { ...limits, answers: maxCost };
  }

  /** Throws QUERY_TOO_COMPLEX when a limit is passed. */
  measure({ definitions, loc }: DocumentNode): void {
    const source = loc?.source.body ?? '';
    this.count('characters', source.length);
    const lineBreak = /\r\n|[\n\r]/g;
    while (lineBreak.test(source)) this.count('lines');
    for (const definition of definitions) {
      if (definition.kind === Kind.OPERATION_DEFINITION) this.walk(definition.selectionSet, top, new Answer());
    }
    // A fragment that nobody uses is another rule's to refuse, but the rules before that look into it.
    for (const definition of definitions) {
      if (definition.kind !== Kind.FRAGMENT_DEFINITION || this.spread.has(definition)) continue;
      this.walk(definition.selectionSet, top, new Answer());
    }
  }

  /** What one operation costs of a document that keeps the limits. */
  answersTo(selectionSet: SelectionSetNode): number {
    this.walk(selectionSet, top, new Answer());
    return this.counts.answers;
  }

  private walk({ selections }: SelectionSetNode, place: Place, answer: Answer): void {
    for (const selection of selections) {
      this.count('selections');
      this.count('directives', selection.directives?.length ?? 0);
      if (selection.kind === Kind.FIELD) {
        this.walkField(selection, place, answer);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        this.walk(selection.selectionSet, place, answer);
      } else {
        const fragment = this.fragmentOf(selection.name.value);
        if (!fragment) continue;
        this.spread.add(fragment);
        this.walk(fragment.selectionSet, place, answer);
      }
    }
  }

  private walkField(field: FieldNode, place: Place, answer: Answer): void {
    const { name, alias, selectionSet } = field;
    const { depth, times, page } = place;
    const isAboutSchema = place.isAboutSchema || name.value === '__schema' || name.value === '__type';
    this.reach('depth', depth);
    this.count('answers', times + priceOf(field, depth));
    if (alias) this.count('aliases', isAboutSchema ? aliasAboutSchema : 1);
    const key = (alias ?? name).value;
    const known = answer.get(key);
    if (known) this.count('repetitions');
    const below = known ?? new Answer();
    if (!known) answer.set(key, below);
    if (!selectionSet) return;
    const each = times * (rows.includes(name.value) ? page : (multiplied.get(name.value) ?? 1));
    this.walk(selectionSet, { depth: depth + 1, times: each, page: pageOf(field), isAboutSchema }, below);
  }

  private count(what: keyof typeof this.counts, by = 1): void {
    this.counts[what] += by;
    this.reach(what, this.counts[what]);
  }

  private reach(what: keyof typeof this.counts | 'depth', value: number): void {
    if (value <= this.limits[what]) return;
    const unit = { depth: 'levels', answers: 'points' }[what as string] ?? what;
    const message = `The document is too complex: at most ${this.limits[what]} ${unit} are allowed.`;
    throw new AppError(ErrorCode.QUERY_TOO_COMPLEX, message);
  }
}
