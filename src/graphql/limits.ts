import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  specifiedRules,
  type ValidationContext,
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
  directives: 100,
  /** Fields that are asked for under the same name at the same place: each is compared with each. */
  repetitions: 100,
  /** Bytes of an HTTP body: a comment of 50,000 characters fits however it is escaped. */
  bodyBytes: 1_048_576,
  /** Bytes of a WebSocket frame. */
  frameBytes: 131_072,
  /** Errors that validation tells at most. */
  errors: 10,
} as const;

/** Refuses a document that is too deep, too large or too repetitive once its fragments are spread out. */
export const limitsRule: ValidationRule = (context) => ({
  Document: () => {
    try {
      new Measurement(context).measure();
      return undefined;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      context.reportError(new GraphQLError(error.message, { originalError: error }));
      // Nothing is left for the other rules, some of which would take long.
      return { kind: Kind.DOCUMENT, definitions: [] };
    }
  },
});

/** The rules that a document has to keep, whichever door it comes through. */
export const validationRules: readonly ValidationRule[] = [limitsRule, ...specifiedRules];

/** Fields by the names that they are answered under, each with those below it. */
class Answer extends Map<string, Answer> {}

/** Walks through a document as it would be executed and stops at the first limit, so that it takes no longer than they allow. */
class Measurement {
  private readonly counts = { characters: 0, lines: 0, selections: 0, aliases: 0, directives: 0, repetitions: 0 };
  private readonly spread = new Set<FragmentDefinitionNode>();

  constructor(private readonly context: ValidationContext) {}

  /** Throws QUERY_TOO_COMPLEX when a limit is passed. */
  measure(): void {
    const { definitions, loc } = this.context.getDocument();
    const source = loc?.source.body ?? '';
    this.count('characters', source.length);
    const lineBreak = /\r\n|[\n\r]/g;
    while (lineBreak.test(source)) this.count('lines');
    for (const definition of definitions) {
      if (definition.kind === Kind.OPERATION_DEFINITION) this.walk(definition.selectionSet, 1, new Answer());
    }
    // A fragment that nobody uses is another rule's to refuse, but the rules before that look into it.
    for (const definition of definitions) {
      if (definition.kind !== Kind.FRAGMENT_DEFINITION || this.spread.has(definition)) continue;
      this.walk(definition.selectionSet, 1, new Answer());
    }
  }

  private walk({ selections }: SelectionSetNode, depth: number, answer: Answer): void {
    for (const selection of selections) {
      this.count('selections');
      this.count('directives', selection.directives?.length ?? 0);
      if (selection.kind === Kind.FIELD) {
        this.walkField(selection, depth, answer);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        this.walk(selection.selectionSet, depth, answer);
      } else {
        const fragment = this.context.getFragment(selection.name.value);
        if (!fragment) continue;
        this.spread.add(fragment);
        this.walk(fragment.selectionSet, depth, answer);
      }
    }
  }

  private walkField({ name, alias, selectionSet }: FieldNode, depth: number, answer: Answer): void {
    this.reach('depth', depth);
    if (alias) this.count('aliases');
    const key = (alias ?? name).value;
    const known = answer.get(key);
    if (known) this.count('repetitions');
    const below = known ?? new Answer();
    if (!known) answer.set(key, below);
    if (selectionSet) this.walk(selectionSet, depth + 1, below);
  }

  private count(what: keyof typeof this.counts, by = 1): void {
    this.counts[what] += by;
    this.reach(what, this.counts[what]);
  }

  private reach(what: keyof typeof this.counts | 'depth', value: number): void {
    if (value <= limits[what]) return;
    const unit = what === 'depth' ? 'levels' : what;
    const message = `The document is too complex: at most ${limits[what]} ${unit} are allowed.`;
    throw new AppError(ErrorCode.QUERY_TOO_COMPLEX, message);
  }
}
