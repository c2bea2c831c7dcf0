import {
  type DocumentNode,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  parse,
  validate,
  type ValidationRule,
} from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { isOfClient } from '../errors.js';
import { checkVariables, costIn, limits, validationRules } from '../graphql/limits.js';
import type { Gate } from '../graphql/documents/gate.js';
import { Recent } from '../graphql/documents/recent.js';

/** How many documents are kept once checked, and how long the text of one may be: clients send the same few over and over. */
const kept = { documents: 100, characters: 5_000 };

/** What is left of a payload that was found to be in order. */
export interface Checked {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | null | undefined;
  readonly variableValues: Record<string, unknown> | null | undefined;
}

/** Checks what clients subscribe with, as the other door does; those who send the same text share one document. */
export class Documents {
  private readonly rules: readonly ValidationRule[];
  private readonly known = new Recent<DocumentNode>(kept.documents);

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly introspection: boolean,
    private readonly gate: Gate,
  ) {
    this.rules = validationRules(gate.maxQueryCost);
  }

  /** The document with what goes with it, paid for; the errors are told, and nothing runs. */
  async admit(payload: SubscribePayload, payer: string): Promise<Checked | readonly GraphQLError[]> {
    await this.gate.budget.admit(payer);
    let checked: Checked | readonly GraphQLError[];
    try {
      checked = this.check({ ...payload, query: this.gate.trusted.textOf(payload) });
    } catch (error) {
      if (isOfClient(error)) await this.gate.budget.fine(payer);
      throw error;
    }
    if (!('document' in checked)) await this.gate.budget.fine(payer);
    else await this.gate.budget.spend(payer, costIn(checked.document, checked.operation));
    return checked;
  }

  private check({ query, operationName, variables }: SubscribePayload): Checked | readonly GraphQLError[] {
    let known: DocumentNode | undefined;
    let document: DocumentNode;
    try {
      checkVariables(variables);
      known = this.known.get(query);
      document = known ?? parse(query, { maxTokens: limits.tokens });
    } catch (error) {
      const { message } = error as Error;
      const refusal =
        error instanceof GraphQLError ? error : new GraphQLError(message, { originalError: error as Error });
      return [coded(refusal, 'GRAPHQL_PARSE_FAILED')];
    }
    const errors = known ? [] : this.validate(document);
    if (errors.length > 0) return errors.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED'));
    if (!known && query.length <= kept.characters) this.known.set(query, document);
    const operation = getOperationAST(document, operationName);
    if (operation?.operation !== 'subscription') {
      const message = 'Only subscriptions run over the socket: send queries and mutations over HTTP.';
      return [coded(new GraphQLError(message), 'BAD_REQUEST')];
    }
    const { variableDefinitions = [] } = operation;
    const { errors: misfits } = getVariableValues(this.schema, variableDefinitions, variables ?? {}, {
      maxErrors: limits.errors,
    });
    if (misfits) return misfits.slice(0, limits.errors);
    return { document, operation, operationName, variableValues: variables };
  }

  private validate(document: DocumentNode): readonly GraphQLError[] {
    const options = { maxErrors: limits.errors, hideSuggestions: !this.introspection };
    return validate(this.schema, document, this.rules, options);
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
