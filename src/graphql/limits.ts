import {
  type FragmentDefinitionNode,
  GraphQLError,
  type SelectionSetNode,
  specifiedRules,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import { AppError, ErrorCode } from '../errors.js';

/** What one document may ask for; fragments count as often as they are used. */
export const limits = {
  /** Words and signs, counted while parsing. */
  tokens: 4_000,
  depth: 16,
  fields: 1_500,
  aliases: 100,
  /** Bytes of an HTTP body: a comment of 50,000 characters fits however it is escaped. */
  bodyBytes: 1_048_576,
  /** Bytes of a WebSocket frame. */
  frameBytes: 131_072,
  /** Errors that validation tells at most. */
  errors: 10,
} as const;

interface Size {
  readonly depth: number;
  readonly fields: number;
  readonly aliases: number;
}

const nothing: Size = { depth: 0, fields: 0, aliases: 0 };

/** Refuses a document that is too deep, too large or too repetitive once its fragments are spread out. */
export const limitsRule: ValidationRule = (context) => ({
  Document: () => {
    const size = measureDocument(context);
    for (const measure of ['depth', 'fields', 'aliases'] as const) {
      if (size[measure] <= limits[measure]) continue;
      const message = `The document is too complex: at most ${limits[measure]} ${measure === 'depth' ? 'levels' : measure} are allowed.`;
      context.reportError(
        new GraphQLError(message, { originalError: new AppError(ErrorCode.QUERY_TOO_COMPLEX, message) }),
      );
      return;
    }
  },
});

/** The rules that a document has to keep, whichever door it comes through. */
export const validationRules: readonly ValidationRule[] = [limitsRule, ...specifiedRules];

function measureDocument(context: ValidationContext): Size {
  const measured = new Map<string, Size>();
  const measureFragment = (fragment: FragmentDefinitionNode | null | undefined): Size => {
    if (!fragment) return nothing;
    const { value: name } = fragment.name;
    const known = measured.get(name);
    if (known) return known;
    // Stands for the fragment while it is measured: a fragment in itself is another rule's to refuse.
    measured.set(name, nothing);
    const size = measure(fragment.selectionSet);
    measured.set(name, size);
    return size;
  };
  const measure = ({ selections }: SelectionSetNode): Size =>
    selections
      .map((selection): Size => {
        if (selection.kind === 'FragmentSpread') return measureFragment(context.getFragment(selection.name.value));
        const inner = selection.selectionSet ? measure(selection.selectionSet) : nothing;
        if (selection.kind === 'InlineFragment') return inner;
        return { depth: inner.depth + 1, fields: inner.fields + 1, aliases: inner.aliases + (selection.alias ? 1 : 0) };
      })
      .reduce(add, nothing);
  return context
    .getDocument()
    .definitions.map((definition) =>
      definition.kind === 'OperationDefinition' ? measure(definition.selectionSet) : nothing,
    )
    .reduce(add, nothing);
}

const add = (a: Size, b: Size): Size => ({
  depth: Math.max(a.depth, b.depth),
  fields: a.fields + b.fields,
  aliases: a.aliases + b.aliases,
});
