import { type DocumentNode, getOperationAST, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { checkVariables, limits, validationRules } from '../graphql/limits.js';

/** How many documents are kept, and how long the text of one may be: clients send the same few over and over. */
const kept = { documents: 100, characters: 5_000 };

/** What is left of a payload that was found to be in order. */
export interface Checked {
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variableValues: Record<string, unknown> | null | undefined;
}

/** Checks what clients subscribe with, as the other door does; those who send the same text share one document. */
export class Documents {
  private readonly known = new Map<string, DocumentNode>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly introspection: boolean,
  ) {}

  /** The document with what goes with it; the errors are told, and nothing runs. */
  check({ query, operationName, variables }: SubscribePayload): Checked | readonly GraphQLError[] {
    let document: DocumentNode;
    try {
      checkVariables(variables);
      document = this.known.get(query) ?? parse(query, { maxTokens: limits.tokens });
    } catch (error) {
      const { message } = error as Error;
      const refusal =
        error instanceof GraphQLError ? error : new GraphQLError(message, { originalError: error as Error });
      return [coded(refusal, 'GRAPHQL_PARSE_FAILED')];
    }
    const errors = this.known.has(query) ? [] : this.validate(document);
    if (errors.length > 0) return errors.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED'));
    this.keep(query, document);
    if (getOperationAST(document, operationName)?.operation !== 'subscription') {
      const message = 'Only subscriptions run over the socket: send queries and mutations over HTTP.';
      return [coded(new GraphQLError(message), 'BAD_REQUEST')];
    }
    return { document, operationName, variableValues: variables };
  }

  private validate(document: DocumentNode): readonly GraphQLError[] {
    const options = { maxErrors: limits.errors, hideSuggestions: !this.introspection };
    return validate(this.schema, document, validationRules, options);
  }

  /** The one that was not asked for the longest makes room. */
  private keep(query: string, document: DocumentNode): void {
    if (query.length > kept.characters) return;
    this.known.delete(query);
    this.known.set(query, document);
    const [oldest] = this.known.keys();
    if (this.known.size > kept.documents && oldest !== undefined) this.known.delete(oldest);
  }
}

/** The codes that Apollo Server gives the same errors at the other door. */
const coded = (error: GraphQLError, code: string): GraphQLError =>
  new GraphQLError(error.message, {
    originalError: error.originalError,
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    extensions: { code },
  });
